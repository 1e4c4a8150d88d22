//go:build !unix

package overhead

import (
	"errors"
	"time"
)

func used() (time.Duration, error) {
	return 0, errors.New("overhead: the CPU time of a process is not known on this system: measure on Linux")
}
