// Command quickstart shows Pythia at work: three HTTP services with everyday instrumentation, one of which makes requests queue where nobody looks,
// and an Engine that finds out where, and why, while they run.
//
//	go run ./examples/quickstart
//
// It prints what each step of the Engine saw, what it switched on or off, and why; and, after some 15 s, what makes POST /checkout vary: the queue
// of a semaphore. Nothing is simulated: the services (shop.go, inventory.go, pricing.go) and a third party (carrier.go) talk HTTP on this
// machine, load.go plays the customers. What a program of yours needs is in pythia.go and newService.
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
	o := options{interval: time.Second, minRequests: 40, busy: 1}
	flag.DurationVar(&o.atMost, "for", 30*time.Second, "give up after this time")
	flag.BoolVar(&o.verbose, "v", false, "report all that was seen, not only what makes POST /checkout vary")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if _, err := diagnose(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}
