//go:build linux && amd64

package ebpf

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// deviceName returns a disk's name, as "sda"; its numbers if it has none.
func deviceName(device uint64) string {
	numbers := fmt.Sprintf("%d:%d", unix.Major(device), unix.Minor(device))
	link, err := os.Readlink("/sys/dev/block/" + numbers)
	if err != nil {
		return numbers
	}
	return filepath.Base(link)
}
