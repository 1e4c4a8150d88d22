package main

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// onLastProcessor does something on the last processor of the machine, and nowhere else.
func onLastProcessor(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var last, before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("asking for the processors: %w", err)
	}
	last.Set(runtime.NumCPU() - 1)
	if err := unix.SchedSetaffinity(0, &last); err != nil {
		return fmt.Errorf("choosing a processor: %w", err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }() // it was so
	return do()
}
