package replay

import (
	"context"
	"fmt"

	"github.com/pythia-trace/pythia"
)

// Truth is the place that a search should end at.
type Truth struct {
	RequestType string // whose search it is; empty for whichever ends first
	Service     string
	Operation   string // empty for the service as a whole, calls to it included
	// Location is the place as the full traces show it; nil if only its name is known. Service and Operation are those of its Point.
	Location *pythia.Location
}

// FindTruth has fully instrumented traces localised, and returns the place that carries most. The Config needs no Loop.
func FindTruth(ctx context.Context, c pythia.Config, traces []*pythia.Trace) (Truth, error) {
	if err := check(traces); err != nil {
		return Truth{}, fmt.Errorf("replay: %w", err)
	}
	c.Loop, c.Explainer, c.TopFindings = pythia.LoopConfig{}, nil, 1
	e, err := pythia.New(c)
	if err != nil {
		return Truth{}, err
	}
	for i, t := range traces {
		if i%100 == 0 && ctx.Err() != nil {
			return Truth{}, context.Cause(ctx)
		}
		e.Observe(t)
	}
	report, err := e.Report(ctx)
	if err != nil {
		return Truth{}, err
	}
	if len(report.Findings) == 0 {
		return Truth{}, noTruth(report)
	}
	f := report.Findings[0]
	l := f.Location
	return Truth{RequestType: f.Group.RequestType, Service: l.Point.Scope, Operation: l.Point.Name, Location: &l}, nil
}

// noTruth says why there is no finding: that of some requests too little is known is no proof that they do not vary.
func noTruth(r *pythia.Report) error {
	few := 0
	for _, g := range r.Groups {
		if g.TooFew {
			few++
		}
	}
	if few == 0 {
		return fmt.Errorf("replay: nothing varies in the %d traces as a whole: name the place to be found", r.Input.Traces)
	}
	return fmt.Errorf("replay: nothing is known to vary in the %d traces as a whole, but in %d of %d groups there are too few requests to tell: "+
		"give more, or name the place to be found", r.Input.Traces, few, len(r.Groups))
}

// String names the place.
func (t Truth) String() string {
	if t.Location != nil {
		return t.Location.String()
	}
	if t.Operation == "" {
		return t.Service
	}
	return t.Service + " " + t.Operation
}

// Names reports whether a location is the place. Where only its name is known, any stretch of the operation is: the span, a gap in it or a call from
// it; of a service, all but the calls that it makes. If the place is known as a location, its kind counts, too, and what tells apart several
// of a kind in one span: the service that is called, or the two ends of a gap.
func (t *Truth) Names(l *pythia.Location) bool {
	switch {
	case t.Location != nil:
		return samePlace(t.Location, l)
	case t.Operation == "":
		within := l.Point.Scope == t.Service && l.Kind != pythia.LocationCall
		return within || t.Service != "" && l.Callee == t.Service
	}
	return l.Point.Scope == t.Service && l.Point.Name == t.Operation
}

// samePlace compares what locations are about. Stack and, of a span, its ends depend on what else is on.
func samePlace(a, b *pythia.Location) bool {
	if a.Kind != b.Kind || a.Point != b.Point {
		return false
	}
	switch a.Kind {
	case pythia.LocationCall:
		return a.Callee == b.Callee
	case pythia.LocationGap:
		return a.From == b.From && a.To == b.To
	}
	return true
}
