package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// Trial is a search for a known place. It ends with the first search of the true place's type that comes to a result. A search that was overtaken by
// something new ([pythia.StopOvertaken]), or whose variation was gone ([pythia.StopGone]), is none: the trial goes on.
type Trial struct {
	// Application is what is searched; a trial leaves it switched as it ended.
	Application *Application
	// Engine needs a Loop with Space and Strategy. Space must know the application: [Sample] returns what to fill it with. The trial sets Controller, clock
	// and times; whatever else is set counts.
	Engine pythia.Config
	Truth  Truth
	// PerCycle is how many requests are played between decisions; zero means one pass.
	PerCycle int
	// MaxCycles is after how many cycles a search is given up; zero means 40.
	MaxCycles int
	// OnCycle, if not nil, is told of each cycle.
	OnCycle func(*pythia.Cycle)
}

// Result is what came out of a [Trial]. Contexts are the calling contexts that the requests of the true place's type have in the full traces.
type Result struct {
	// Found says that the search ended with the true place first, and Named that it was among what it ended with.
	Found, Named bool
	Stop         pythia.StopReason // empty if it did not end, or never began; never StopOvertaken or StopGone, which are no result
	Cycles       int
	Requests     int // played until it ended
	// Enabled contexts had their point on at some time, beyond the skeleton, in any search of the type; Astray are those that do not lie on the way to
	// the true place or in it; StillOn are on at the end. A point is on in all its contexts: one that leads nowhere is astray even if another
	// context of the same point was wanted.
	Enabled, Astray, StillOn int
	Contexts                 int // in all, the skeleton's included
	Points                   int // that were enabled
	// VarianceShare is the share of the variation at the place that the search ended with, and Explained the correlation of what explains it best.
	VarianceShare, Explained float64
	Decisions                []time.Duration // what each call of the strategy took
	Diagnosis                *pythia.Diagnosis
}

// windowCycles is how many cycles a window holds.
const windowCycles = 4

// Run plays requests and makes decisions until the search has ended. The error is the context's, or says what is wrong with the trial.
func (t Trial) Run(ctx context.Context) (*Result, error) {
	if err := t.setDefaults(); err != nil {
		return nil, err
	}
	decisions := &stopwatch{SearchStrategy: t.Engine.Loop.Strategy}
	e, err := t.engine(decisions)
	if err != nil {
		return nil, err
	}
	r := new(Result)
	enabled := make(map[pythia.TracePointID]bool)
	for r.Cycles < t.MaxCycles && r.Diagnosis == nil {
		cycle, err := t.cycle(ctx, e)
		if err != nil {
			return nil, err
		}
		r.Cycles++
		r.Requests += t.PerCycle
		t.take(r, cycle, enabled)
	}
	t.measure(r, enabled)
	r.Decisions = decisions.times
	return r, nil
}

// setDefaults checks the settings and fills in those left zero.
func (t *Trial) setDefaults() error {
	switch {
	case t.Application == nil:
		return errors.New("replay: a Trial needs an Application")
	case t.Engine.Loop.Space == nil || t.Engine.Loop.Strategy == nil:
		return errors.New("replay: a Trial needs Engine.Loop.Space and Engine.Loop.Strategy")
	case t.PerCycle < 0 || t.MaxCycles < 0:
		return errors.New("replay: PerCycle and MaxCycles must not be negative; leave them 0 for the defaults")
	case t.Truth.Service == "" && t.Truth.Operation == "" && t.Truth.Location == nil:
		return errors.New("replay: a Trial needs a Truth: name the Service to be found, or have FindTruth find a place")
	case t.Truth.RequestType != "" && !slices.Contains(t.Application.types, t.Truth.RequestType):
		return fmt.Errorf("replay: no request is of the Truth's type %q: take one of Application.RequestTypes", t.Truth.RequestType)
	}
	t.PerCycle = cmp.Or(t.PerCycle, t.Application.Len())
	t.MaxCycles = cmp.Or(t.MaxCycles, 40)
	if t.tooLong() {
		return fmt.Errorf("replay: %d cycles of %d requests take until after 2116: make PerCycle or MaxCycles smaller, or RequestsPerSecond greater",
			t.MaxCycles, t.PerCycle)
	}
	return nil
}

// tooLong reports whether time could end before the trial, or a window be longer than a [time.Duration] can be.
func (t *Trial) tooLong() bool {
	most := t.Application.remaining() / t.Application.gap / time.Duration(max(t.MaxCycles, 2*windowCycles))
	return time.Duration(t.PerCycle) > most
}

// engine makes the search's Engine, for which time is the application's.
func (t *Trial) engine(strategy pythia.SearchStrategy) (*pythia.Engine, error) {
	c := t.Engine
	l := &c.Loop
	l.Controller, l.Now, l.Strategy = t.Application, t.Application.Now, strategy
	l.Interval = time.Duration(t.PerCycle) * t.Application.gap
	l.Window, l.Lease, l.ProfileEvery = windowCycles*l.Interval, 3*l.Interval, -1
	return pythia.New(c)
}

// cycle plays requests and makes one decision.
func (t *Trial) cycle(ctx context.Context, e *pythia.Engine) (*pythia.Cycle, error) {
	for range t.PerCycle {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if reported := t.Application.Next(); reported != nil {
			e.Observe(reported)
		}
	}
	cycle, err := e.Step(ctx)
	if err == nil && t.OnCycle != nil {
		t.OnCycle(cycle)
	}
	return cycle, err
}

// take notes what a cycle did for the requests of the true place's type.
func (t *Trial) take(r *Result, cycle *pythia.Cycle, enabled map[pythia.TracePointID]bool) {
	for _, s := range cycle.Enabled {
		if t.concerns(s.RequestType) {
			enabled[s.Point] = true
		}
	}
	for _, d := range cycle.Concluded {
		if r.Diagnosis == nil && t.concerns(d.RequestType) && isResult(d.Stop) {
			r.conclude(d, &t.Truth)
		}
	}
}

// isResult reports whether a search that ended so has come to anything. One that was overtaken goes on as another; where the variation was gone, there
// was nothing to be found just then.
func isResult(s pythia.StopReason) bool {
	return s != pythia.StopOvertaken && s != pythia.StopGone
}

func (t *Trial) concerns(requestType string) bool {
	return t.Truth.RequestType == "" || requestType == t.Truth.RequestType
}

// conclude takes over how a search ended.
func (r *Result) conclude(d *pythia.Diagnosis, truth *Truth) {
	r.Diagnosis, r.Stop = d, d.Stop
	for i, f := range d.Findings {
		if truth.Names(&f.Location) {
			r.Named = true
			r.Found = r.Found || i == 0
		}
	}
	if len(d.Findings) > 0 {
		f := d.Findings[0]
		r.VarianceShare = f.VarianceShare
		if len(f.Explanations) > 0 {
			r.Explained = f.Explanations[0].Strength
		}
	}
}

// measure counts contexts.
func (t *Trial) measure(r *Result, enabled map[pythia.TracePointID]bool) {
	c := TakeCensus(t.Application.config.Traces, t.Truth.RequestType, t.Application.alwaysOn)
	maps.DeleteFunc(enabled, func(p pythia.TracePointID, _ bool) bool { return t.Application.alwaysOn(p) }) // attributes of the skeleton
	r.Contexts, r.Points = c.Contexts, len(enabled)
	r.Enabled, r.Astray = c.At(enabled), c.astray(enabled, &t.Truth, t.Engine.Loop.Space)
	if r.Diagnosis == nil {
		return
	}
	still := make(map[pythia.TracePointID]bool)
	for i := range r.Diagnosis.Hypotheses {
		if h := &r.Diagnosis.Hypotheses[i]; h.On() && enabled[h.Point] {
			still[h.Point] = true
		}
	}
	r.StillOn = c.At(still)
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
