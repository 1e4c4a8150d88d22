//go:build unix

package overhead

import (
	"fmt"
	"syscall"
	"time"
)

// used is what the process has used so far, by user and system together, of all cores.
func used() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("overhead: the CPU time is not known: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
