package main

import (
	"context"

	"github.com/pythia-trace/pythia"
)

// contexts are the calling contexts of the requests of a type, each with the point by which it is switched.
type contexts map[pythia.ContextID]pythia.TracePointID

func contextsOf(recorded []*pythia.Trace, requestType string) contexts {
	c := make(contexts)
	for _, t := range recorded {
		if t.RequestType != requestType {
			continue
		}
		for i := range t.Spans {
			c[t.Context(i)] = t.Spans[i].Point
		}
	}
	return c
}

// at counts those that points have.
func (c contexts) at(points map[pythia.TracePointID]bool) (n int) {
	for _, p := range c {
		if points[p] {
			n++
		}
	}
	return n
}

// skeleton returns the points that are always on, and how many there are in all.
func (s *study) skeleton(ctx context.Context) (alwaysOn map[pythia.TracePointID]bool, all int, err error) {
	points, err := s.app.Points(ctx)
	alwaysOn = make(map[pythia.TracePointID]bool)
	for _, p := range points {
		if p.AlwaysOn {
			alwaysOn[p.ID] = true
		}
	}
	return alwaysOn, len(points), err
}

// switched returns the points that a search had on at some time, and those that it has on still.
func switched(d *pythia.Diagnosis) (ever, still map[pythia.TracePointID]bool) {
	ever, still = make(map[pythia.TracePointID]bool), make(map[pythia.TracePointID]bool)
	for i := range d.Hypotheses {
		if h := &d.Hypotheses[i]; len(h.Attributes) == 0 && h.Outcome != pythia.OutcomeFailed {
			ever[h.Point] = true
			still[h.Point] = still[h.Point] || h.On()
		}
	}
	return ever, still
}
