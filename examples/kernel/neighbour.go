package main

import (
	"fmt"
	"os"
	"os/exec"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The neighbour is another process on the machine, which uses the last processor for a while, now and then.
const (
	neighbourVariable = "PYTHIA_EXAMPLE_NEIGHBOUR"
	neighbourBusy     = 60 * time.Millisecond
	neighbourIdle     = 120 * time.Millisecond
)

func isNeighbour() bool { return os.Getenv(neighbourVariable) != "" }

// startNeighbour starts it, from this very program.
func startNeighbour() (stop func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("no neighbour: %w", err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), neighbourVariable+"=1")
	ends, err := command.StdinPipe() // which ends with this process, however it does
	if err != nil {
		return nil, fmt.Errorf("no neighbour: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("no neighbour: %w", err)
	}
	return func() {
		_ = ends.Close()
		_ = command.Wait()
	}, nil
}

// beNeighbour is what the neighbour does, until its standard input ends.
func beNeighbour() {
	go func() {
		if err := onLastProcessor(disturb); err != nil {
			fmt.Fprintln(os.Stderr, "neighbour:", err)
			os.Exit(1)
		}
	}()
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// disturb computes nothing, for ever.
func disturb() error {
	name := []byte("neighbour\x00")
	if err := unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0); err != nil {
		return err
	}
	for {
		time.Sleep(neighbourIdle)
		for began := time.Now(); time.Since(began) < neighbourBusy; {
		}
	}
}
