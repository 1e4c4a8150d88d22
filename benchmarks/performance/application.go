package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/searchspace"
)

const (
	requestTypes  = 100
	services      = 7  // that a request may call: each set of them is a group
	pointsInside  = 20 // of each service, that can be switched
	groupVariants = 4  // prebuilt workflows of each group
	fullEnough    = 24 // workflows of each group before the first step: more than it needs to be judged by itself
)

// application is one under a live Engine: what can be switched in it, what it does, and a clock of its own.
type application struct {
	traces []*pythia.Trace // of the skeleton: all groups, then again in another variant
	groups int
	space  *searchspace.CCT
	points []pythia.TracePoint
	clock  atomic.Int64 // Unix time in nanoseconds
	next   atomic.Int64
}

// newApplication makes one with groups in equal numbers of each request type.
func newApplication(groups int) (*application, error) {
	a := &application{groups: groups, space: new(searchspace.CCT)}
	a.clock.Store(1_790_000_000_000_000_000)
	a.listPoints()
	draw := rand.New(rand.NewPCG(4, 0))
	for range groupVariants {
		for g := range groups {
			if err := a.addTrace(g%requestTypes, g/requestTypes+1, draw, false); err != nil {
				return nil, err
			}
		}
	}
	for requestType := range requestTypes {
		if err := a.addTrace(requestType, 1<<services-1, draw, true); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *application) listPoints() {
	for i := range requestTypes {
		a.points = append(a.points, pythia.TracePoint{ID: entry(i), AlwaysOn: true})
	}
	for s := range services {
		a.points = append(a.points, pythia.TracePoint{ID: served(s), AlwaysOn: true})
		for i := range pointsInside {
			a.points = append(a.points, pythia.TracePoint{ID: inside(s, i)})
		}
	}
}

func entry(requestType int) pythia.TracePointID {
	return pythia.TracePointID{Scope: "frontend", Name: fmt.Sprint("page-", requestType)}
}

func served(service int) pythia.TracePointID {
	return pythia.TracePointID{Scope: fmt.Sprint("service-", service), Name: "serve"}
}

func inside(service, i int) pythia.TracePointID {
	return pythia.TracePointID{Scope: fmt.Sprint("service-", service), Name: fmt.Sprint("step-", i)}
}

// addTrace makes a request that calls a set of services, one after the other, of which the last takes now this long and now that. A profiled one has all
// that lies inside, and goes to the search space. All of them start in the Engine's future, so that they count whenever something was switched.
func (a *application) addTrace(requestType, set int, draw *rand.Rand, profiled bool) error {
	const year = 365 * 24 * int64(time.Hour)
	at := a.clock.Load() + year
	spans := []pythia.Span{{ID: "root", Point: entry(requestType), StartNanos: at}}
	for s := range services {
		if set>>s&1 == 0 {
			continue
		}
		start := at + 100_000
		at = start + int64(1e6*math.Exp(0.1*draw.NormFloat64()))
		if set>>s == 1 {
			at += int64(draw.IntN(2)) * 5_000_000
		}
		id := fmt.Sprint(s)
		spans = append(spans, pythia.Span{ID: id, ParentID: "root", Point: served(s), StartNanos: start, EndNanos: at})
		for i := 0; profiled && i < pointsInside; i++ {
			from := start + int64(i)*(at-start)/pointsInside
			spans = append(spans, pythia.Span{ID: fmt.Sprint(s, "-", i), ParentID: id, Point: inside(s, i), StartNanos: from, EndNanos: from + 10_000})
		}
	}
	spans[0].EndNanos = at + 100_000
	t, err := pythia.NewTrace(fmt.Sprintf("%032x", len(a.traces)), spans)
	if err != nil {
		return err
	}
	if profiled {
		a.space.Observe(t)
		return nil
	}
	a.traces = append(a.traces, t)
	return nil
}

// Points, Enable and Disable make it a [pythia.TracePointController] that does at once what it is told to.
func (a *application) Points(context.Context) ([]pythia.TracePoint, error) { return a.points, nil }

func (*application) Enable(context.Context, ...pythia.TracePointID) error  { return nil }
func (*application) Disable(context.Context, ...pythia.TracePointID) error { return nil }

// engine returns one that decides for the application, with the default parts. It has seen enough workflows of each group.
func (a *application) engine() (*pythia.Engine, error) {
	c, err := defaults.Live(a)
	if err != nil {
		return nil, err
	}
	c.Loop.Space, c.Loop.ProfileEvery = a.space, -1 // it knows the application already
	c.Loop.Now = func() time.Time { return time.Unix(0, a.clock.Load()) }
	e, err := pythia.New(c)
	if err != nil {
		return nil, err
	}
	a.observe(e, fullEnough*max(a.groups, 3*requestTypes)) // enough for each type, too
	return e, nil
}

// observe has so many requests come, of all groups in turn. It may be called by several goroutines at once.
func (a *application) observe(e *pythia.Engine, requests int) {
	for range requests {
		e.Observe(a.traces[int(a.next.Add(1)-1)%len(a.traces)])
	}
}

// pass lets time pass, until the next step.
func (a *application) pass() { a.clock.Add(int64(10 * time.Second)) }
