// Command kernel shows how Pythia goes down into the kernel: a service of which some requests wait until their order is on disk, and others for a processor
// that somebody else on the machine uses. Its own trace points show where, and no more; trace points of the kernel show what for.
//
//	go run ./examples/kernel
//
// It needs Linux, and root or the capabilities CAP_BPF and CAP_PERFMON; "pythia doctor" says what else. It prints what each step of the Engine saw, what
// it switched on or off, and why; and, after some 20 s, what makes both types of requests vary. Nothing is simulated: the service (service.go)
// writes to this machine's disk, and the neighbour that takes the processors (neighbour.go) is a process of its own. What a program of yours needs is
// in pythia.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	if isNeighbour() {
		beNeighbour()
		return
	}
	o := options{interval: time.Second, minRequests: 80, pause: 16 * time.Millisecond}
	flag.DurationVar(&o.atMost, "for", time.Minute, "give up after this time")
	flag.StringVar(&o.folder, "folder", ".", "where to write orders; a folder in memory has no disk to wait for")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if _, err := diagnose(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "kernel:", err)
		os.Exit(1)
	}
}
