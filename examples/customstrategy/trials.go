package main

import (
	"context"
	"runtime"
	"sync"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// total is the sum of outcomes.
type total struct{ trials, found, explained, cycles, points, spans int }

// trials makes one trial per kind of fault and seed, as many at a time as there are processors.
func trials(ctx context.Context, s pythia.SearchStrategy, faults []strategytest.FaultKind, seeds int) (sum total, err error) {
	var mu sync.Mutex // guards sum and err
	var running sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, kind := range faults {
		for seed := range uint64(seeds) {
			free <- struct{}{}
			running.Go(func() {
				defer func() { <-free }()
				o, failed := trial(ctx, s, kind, seed)
				mu.Lock()
				defer mu.Unlock()
				if failed != nil {
					err = failed
					return
				}
				sum.add(o)
			})
		}
	}
	running.Wait()
	return sum, err
}

func (t *total) add(o outcome) {
	t.trials++
	t.cycles += o.cycles
	t.points += o.points
	t.spans += o.spans
	if o.found {
		t.found++
	}
	if o.explained {
		t.explained++
	}
}
