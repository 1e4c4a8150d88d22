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
	// Location is the place as the full traces show it; nil if only its name is known.
	Location *pythia.Location
}

// FindTruth has fully instrumented traces localised, and returns the place that carries most. The Config needs no Loop.
func FindTruth(ctx context.Context, c pythia.Config, traces []*pythia.Trace) (Truth, error) {
	if err := check(traces); err != nil {
		return Truth{}, err
	}
	c.Loop, c.Explainer, c.TopFindings = pythia.LoopConfig{}, nil, 1
	e, err := pythia.New(c)
	if err != nil {
		return Truth{}, err
	}
	for _, t := range traces {
		e.Observe(t)
	}
	report, err := e.Report(ctx)
	if err != nil {
		return Truth{}, err
	}
	if len(report.Findings) == 0 {
		return Truth{}, fmt.Errorf("replay: nothing varies in the %d traces as a whole: name the place to be found", len(traces))
	}
	f := report.Findings[0]
	l := f.Location
	return Truth{RequestType: f.Group.RequestType, Service: l.Point.Scope, Operation: l.Point.Name, Location: &l}, nil
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

// names reports whether a location is the place.
func (t *Truth) names(l *pythia.Location) bool {
	if t.Operation == "" {
		within := l.Point.Scope == t.Service && l.Kind != pythia.LocationCall
		return within || t.Service != "" && l.Callee == t.Service
	}
	if l.Point.Scope != t.Service || l.Point.Name != t.Operation {
		return false
	}
	gap := t.Location != nil && t.Location.Kind == pythia.LocationGap
	return !gap || l.From == t.Location.From && l.To == t.Location.To
}
