// Command openstack has Pythia diagnose a real OpenStack, of which 1200 requests were recorded with everything traced (README.md says how).
//
//	go run ./examples/openstack
//
// The recording is played over and over, as an application of which only those trace points are on at which requests enter a service. After each pass
// the Engine makes a decision, and what is on in the next pass is up to it. Printed are the latencies, each decision with its reasons, what makes the
// requests vary that have most at stake, and how much had to be on to find out.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	_, err := run(ctx, os.Stdout)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "openstack: interrupted")
	case err != nil:
		fmt.Fprintln(os.Stderr, "openstack:", err)
	default:
		return
	}
	os.Exit(1)
}

// newEngine sets up Pythia beside an application, of which it knows what lies where. This, and study.pass, which hands over what the application reports
// and asks for a decision, is all that it takes.
func newEngine(app *replay.Application, known pythia.SearchSpace) (*pythia.Engine, error) {
	config, err := defaults.Config(pythia.UntilWorkDone) // most of the work on a new server is done after the API has answered
	if err != nil {
		return nil, err
	}
	pass := time.Duration(float64(app.Len()) / app.RequestsPerSecond() * float64(time.Second))
	config.Loop = pythia.LoopConfig{
		Controller:   app,
		Space:        known,
		Strategy:     strategy.Evidence{}, // which points to try next
		ProfileEvery: -1,                  // there was one before
		Now:          app.Now,
		Interval:     pass,
		Window:       4 * pass,
	}
	return pythia.New(config)
}
