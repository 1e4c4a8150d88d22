package main

import (
	"context"
	"maps"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// How long a simulated application is watched.
const (
	interval   = 10 * time.Second
	window     = 2 * time.Minute
	warmUp     = 15 // steps without a fault, at least, in which the Engine profiles and looks into what varies anyway
	quiet      = 3  // of them in a row in which it does neither any more
	mostWarmUp = 80
	withFault  = 30  // steps, at most
	profileFor = 300 // requests, traced fully to see what there is
)

// simulated makes a set with a case for each kind of fault.
func simulated(kinds []strategytest.FaultKind) *set {
	s := &set{name: simulator, title: "Simulator", learnt: "what the Engine profiled as the application ran, before the fault. The profile has not seen the problem"}
	for _, kind := range kinds {
		s.cases = append(s.cases, kase{name: kind.String(), fault: kind})
	}
	return s
}

// life is a simulated application with an Engine beside it.
type life struct {
	world    *strategytest.World
	engine   *pythia.Engine
	requests int
}

// live has a strategy search for a fault that is planted in a running application, and returns what came of it.
func live(ctx context.Context, kind strategytest.FaultKind, strategy pythia.SearchStrategy, seed uint64) (trial, error) {
	watch := &stopwatch{SearchStrategy: strategy}
	l, err := newLife(watch, seed)
	if err != nil {
		return trial{}, err
	}
	if err := l.warm(ctx); err != nil {
		return trial{}, err
	}
	planted, err := l.world.Plant(strategytest.Fault{Kind: kind})
	if err != nil {
		return trial{}, err
	}
	l.requests, watch.times = 0, nil
	r, on, err := l.search(ctx, &planted)
	if err != nil {
		return trial{}, err
	}
	r.Decisions, r.Requests = watch.times, l.requests
	listed, err := l.world.Points(ctx)
	if err != nil {
		return trial{}, err
	}
	return newTrial(r, l.count(r, on, listed, &planted), ""), nil
}

func newLife(strategy pythia.SearchStrategy, seed uint64) (*life, error) {
	l := &life{world: strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})}
	c, err := defaults.Live(l.world)
	if err != nil {
		return nil, err
	}
	c.Loop.Now, c.Loop.Interval, c.Loop.Window, c.Loop.Strategy, c.Loop.Seed = l.world.Now, interval, window, strategy, seed
	l.engine, err = pythia.New(c)
	return l, err
}

// warm lets time pass until the Engine has nothing to do.
func (l *life) warm(ctx context.Context) error {
	idle := 0
	for n := 0; n < mostWarmUp && (n < warmUp || idle < quiet); n++ {
		c, err := l.step(ctx)
		if err != nil {
			return err
		}
		if idle++; len(c.Searching) > 0 || c.ProfiledOneIn > 0 {
			idle = 0
		}
	}
	return nil
}

// step lets time pass and has a decision made. Whoever operates the application reads the report when a search has ended, which ends what it had on.
func (l *life) step(ctx context.Context) (*pythia.Cycle, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	l.world.Run(interval, func(t *pythia.Trace) {
		l.requests++
		l.engine.Observe(t)
	})
	c, err := l.engine.Step(ctx)
	if err == nil && len(c.Concluded) > 0 {
		_, err = l.engine.Report(ctx)
	}
	return c, err
}

// search goes on until a search of the request type that is affected most has ended, and returns also which points were enabled for it.
func (l *life) search(ctx context.Context, p *strategytest.Planted) (*replay.Result, map[pythia.TracePointID]bool, error) {
	r, on := new(replay.Result), make(map[pythia.TracePointID]bool)
	place := replay.Truth{Service: p.Point.Scope, Operation: p.Point.Name}
	for r.Cycles < withFault && r.Diagnosis == nil {
		c, err := l.step(ctx)
		if err != nil {
			return nil, nil, err
		}
		r.Cycles++
		for _, s := range c.Enabled {
			if s.RequestType == p.RequestTypes[0] {
				on[s.Point] = true
			}
		}
		for _, d := range c.Concluded {
			// What was searched for before the fault gives way to it: that is no result yet.
			gaveWay := d.Stop == pythia.StopOvertaken || d.Stop == pythia.StopGone
			if d.RequestType == p.RequestTypes[0] && r.Diagnosis == nil && !gaveWay {
				r.Diagnosis, r.Stop = d, d.Stop
				conclude(r, &place)
			}
		}
	}
	return r, on, nil
}

// count counts contexts as a replay does, and what there is in all.
func (l *life) count(r *replay.Result, on map[pythia.TracePointID]bool, listed []pythia.TracePoint, p *strategytest.Planted) replay.Census {
	alwaysOn := make(map[pythia.TracePointID]bool)
	for _, p := range listed {
		if p.AlwaysOn {
			alwaysOn[p.ID] = true
			delete(on, p.ID) // some of its attributes were asked for, no more
		}
	}
	all := ofType(l.world.Profile(profileFor), p.RequestTypes[0])
	c := replay.TakeCensus(all, "", func(id pythia.TracePointID) bool { return alwaysOn[id] })
	still := stillOn(r.Diagnosis)
	maps.DeleteFunc(still, func(id pythia.TracePointID, _ bool) bool { return !on[id] })
	r.Contexts, r.Points, r.Enabled, r.StillOn = c.Contexts, len(on), c.At(on), c.At(still)
	r.Astray = r.Enabled
	for _, point := range onTheWay(all, p.Point) {
		r.Astray -= btoi(on[point])
	}
	return countsOf(c)
}

// stillOn returns the points that are on at the end of a search.
func stillOn(d *pythia.Diagnosis) map[pythia.TracePointID]bool {
	still := make(map[pythia.TracePointID]bool)
	if d == nil {
		return still
	}
	for i := range d.Hypotheses {
		if h := &d.Hypotheses[i]; h.On() {
			still[h.Point] = true
		}
	}
	return still
}

// onTheWay returns the contexts that lead to a point, are at it or lie below it, each with its own point.
func onTheWay(traces []*pythia.Trace, place pythia.TracePointID) map[pythia.ContextID]pythia.TracePointID {
	way := make(map[pythia.ContextID]pythia.TracePointID)
	for _, t := range traces {
		for i := range t.Spans {
			for up := i; up != pythia.NoParent; up = t.Parent(up) {
				if t.Spans[up].Point == place {
					way[t.Context(i)] = t.Spans[i].Point
				}
				if t.Spans[i].Point == place {
					way[t.Context(up)] = t.Spans[up].Point
				}
			}
		}
	}
	return way
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// stopwatch times a strategy's decisions.
type stopwatch struct {
	pythia.SearchStrategy
	times []time.Duration
}

// Next implements [pythia.SearchStrategy].
func (s *stopwatch) Next(state *pythia.State) (pythia.Decision, error) {
	began := time.Now()
	d, err := s.SearchStrategy.Next(state)
	s.times = append(s.times, time.Since(began))
	return d, err
}
