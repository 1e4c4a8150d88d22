package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// The neighbour is another process on the machine, which uses all processors for a while, now and then.
const (
	neighbourVariable = "PYTHIA_EXAMPLE_NEIGHBOUR"
	neighbourBusy     = 60 * time.Millisecond
	neighbourIdle     = 120 * time.Millisecond
	neighbourThreads  = 2 // on each processor
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
	threads := neighbourThreads * runtime.NumCPU()
	runtime.GOMAXPROCS(threads + 1)
	for range threads {
		go func() {
			for {
				time.Sleep(neighbourIdle)
				for began := time.Now(); time.Since(began) < neighbourBusy; {
				}
			}
		}()
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
}
