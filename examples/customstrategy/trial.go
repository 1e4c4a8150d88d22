package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

const (
	interval = 10 * time.Second // between steps, in the world's time
	patience = 20               // steps in which the fault has to be found
)

// outcome is how a strategy did.
type outcome struct {
	found, explained bool
	cycles           int // to the end of the search for the fault, or of patience
	points, spans    int // that were switched on, and that these recorded
}

// trial has a strategy search for a fault.
func trial(ctx context.Context, strategy pythia.SearchStrategy, kind strategytest.FaultKind, seed uint64) (o outcome, err error) {
	world := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed, RequestTypes: 2})
	fault, err := world.Plant(strategytest.Fault{Kind: kind})
	if err != nil {
		return o, err
	}
	engine, err := newEngine(world, strategy)
	if err != nil {
		return o, err
	}
	skeleton, err := alwaysOn(ctx, world)
	if err != nil {
		return o, err
	}
	for o.cycles < patience && !o.found {
		world.Run(interval, func(t *pythia.Trace) {
			for i := range t.Spans {
				if !skeleton[t.Spans[i].Point] {
					o.spans++
				}
			}
			engine.Observe(t)
		})
		cycle, err := engine.Step(ctx)
		if err != nil {
			return o, err
		}
		o.count(cycle)
		if o.judge(cycle.Concluded, fault); len(cycle.Concluded) > 0 {
			if _, err := engine.Report(ctx); err != nil { // as a developer would read it: then what is on can go off
				return o, err
			}
		}
	}
	return o, nil
}

// newEngine makes an Engine that knows what lies where, from a profile of better times.
func newEngine(world *strategytest.World, strategy pythia.SearchStrategy) (*pythia.Engine, error) {
	config, err := defaults.Live(world)
	if err != nil {
		return nil, err
	}
	space := new(searchspace.CCT)
	for _, t := range world.Profile(300) {
		space.Observe(t)
	}
	config.TopFindings = 1 // of reports, which nobody reads here
	config.Loop.Strategy, config.Loop.Space, config.Loop.Now, config.Loop.Window = strategy, space, world.Now, 2*time.Minute
	return pythia.New(config)
}

// alwaysOn returns the skeleton: what is recorded in any case.
func alwaysOn(ctx context.Context, c pythia.TracePointController) (map[pythia.TracePointID]bool, error) {
	points, err := c.Points(ctx)
	skeleton := make(map[pythia.TracePointID]bool)
	for _, p := range points {
		skeleton[p.ID] = p.AlwaysOn
	}
	return skeleton, err
}

func (o *outcome) count(c *pythia.Cycle) {
	o.cycles++
	for _, s := range c.Enabled {
		if len(s.Attributes) == 0 {
			o.points++
		}
	}
}

// judge looks for the fault among the results of the searches that have ended.
func (o *outcome) judge(concluded []*pythia.Diagnosis, fault strategytest.Planted) {
	for _, d := range concluded {
		if len(d.Findings) == 0 || d.Findings[0].Location.Point != fault.Point {
			continue
		}
		o.found = true
		for _, x := range d.Findings[0].Explanations {
			o.explained = o.explained || strings.HasSuffix(x.Variable, ": "+fault.Key) ||
				slices.ContainsFunc(x.Aliases, func(a string) bool { return strings.HasSuffix(a, ": "+fault.Key) })
		}
	}
}
