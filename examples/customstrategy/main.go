// Command customstrategy compares a search strategy of one's own (strategy.go) with those that Pythia has, in a simulated application in which
// things go wrong.
//
//	go run ./examples/customstrategy
//
// A fault is planted, Pythia is started, and the search goes on until it has ended at the fault. Printed is, for each strategy, in how many trials
// it ended at the exact trace point, in how many it named the attribute that explains the fault, and what it took on average: cycles of the
// Engine, trace points switched on, spans that these recorded. In half of the trials requests wait for a lock or a worker, which Waiters is
// made for.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

var waiters = Waiters{Words: []string{"lock", "queue", "pool"}, Most: 3}

var contenders = []struct {
	name     string
	strategy pythia.SearchStrategy
}{
	{"Waiters (own)", waiters},
	{"TopDown", strategy.TopDown{}},
	{"Evidence", strategy.Evidence{}},
	{"Hybrid", strategy.Hybrid{}},
	{"Flat", strategy.Flat{}},
	{"Historic", strategy.Historic{}},
	{"Exhaustive", strategy.Exhaustive{}},
	{"Random", strategy.Random{}},
}

// faults are what goes wrong: half of them make requests wait for each other.
var faults = []strategytest.FaultKind{
	strategytest.LockContention, strategytest.Queueing, strategytest.SlowPath, strategytest.CacheMiss,
}

func main() {
	seeds := flag.Int("seeds", 2, "worlds per kind of fault; more tell more")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, os.Stdout, faults, *seeds); err != nil {
		fmt.Fprintln(os.Stderr, "customstrategy:", err)
		os.Exit(1)
	}
}

// compare prints a line per strategy: in how many trials the fault was found, and what it took on average.
func compare(ctx context.Context, w io.Writer, faults []strategytest.FaultKind, seeds int) error {
	fmt.Fprintln(w, "strategy        found at its point  with its cause  cycles  points  spans")
	for _, c := range contenders {
		sum, err := trials(ctx, c.strategy, faults, seeds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		n := float64(sum.trials)
		fmt.Fprintf(w, "%-14s %12d of %2d %15d %7.1f %7.1f %6.0f\n",
			c.name, sum.found, sum.trials, sum.explained, float64(sum.cycles)/n, float64(sum.points)/n, float64(sum.spans)/n)
	}
	return nil
}
