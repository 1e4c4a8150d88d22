package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
	"github.com/pythia-trace/pythia/replay"
)

// findTruth returns the place that is to be found in the traces: the one that was named, else the one that they show if nothing is hidden.
func (s *replaySettings) findTruth(ctx context.Context, traces []*pythia.Trace) (replay.Truth, error) {
	c, err := s.engine()
	if err != nil {
		return replay.Truth{}, failure{err}
	}
	if s.truth != "" {
		return namedTruth(ctx, c, s.truth, traces)
	}
	found, err := replay.FindTruth(ctx, c, traces)
	if err != nil {
		return replay.Truth{}, failure{fmt.Errorf("%w, with --truth", err)}
	}
	return found, nil
}

// namedTruth returns the place that a user means by "SERVICE" or "SERVICE OPERATION", either of which may have spaces in it.
func namedTruth(ctx context.Context, c pythia.Config, name string, traces []*pythia.Trace) (replay.Truth, error) {
	operations := operationsOf(traces)
	place := split(name, operations)
	known := operations[place.Service]
	if known == nil {
		return place, failure{fmt.Errorf("--truth: no trace has the service %s; give %s", render.Printable(place.Service), nearest(place.Service, operations))}
	}
	if place.Operation != "" && !known[place.Operation] {
		return place, failure{fmt.Errorf("--truth: the service %s has no operation %s; give %s",
			render.Printable(place.Service), render.Printable(place.Operation), nearest(place.Operation, known))}
	}
	var err error
	place.RequestType, err = typeTroubledBy(ctx, c, place, traces)
	return place, err
}

// split takes a name apart after the longest known service that it is, or that a space follows; after the first space if there is none.
func split(name string, operations map[string]map[string]bool) replay.Truth {
	service, _, _ := strings.Cut(name, " ")
	for known := range operations {
		if len(known) > len(service) && (name == known || strings.HasPrefix(name, known+" ")) {
			service = known
		}
	}
	return replay.Truth{Service: service, Operation: strings.TrimPrefix(name[len(service):], " ")}
}

// operationsOf returns the operations of each service.
func operationsOf(traces []*pythia.Trace) map[string]map[string]bool {
	operations := make(map[string]map[string]bool)
	for _, t := range traces {
		for i := range t.Spans {
			p := t.Spans[i].Point
			if operations[p.Scope] == nil {
				operations[p.Scope] = make(map[string]bool)
			}
			operations[p.Scope][p.Name] = true
		}
	}
	return operations
}

// typeTroubledBy returns the type of the requests that lose most time at a place in the full traces; any, which is empty, if none does.
func typeTroubledBy(ctx context.Context, c pythia.Config, place replay.Truth, traces []*pythia.Trace) (string, error) {
	c.Loop, c.Explainer, c.TopFindings = pythia.LoopConfig{}, nil, -1
	e, err := pythia.New(c)
	if err != nil {
		return "", failure{err}
	}
	for _, t := range traces {
		if ctx.Err() != nil {
			return "", failure{context.Cause(ctx)}
		}
		e.Observe(t)
	}
	report, err := e.Report(ctx)
	if err != nil {
		return "", failure{err}
	}
	for _, f := range report.Findings {
		if place.Names(&f.Location) {
			return f.Group.RequestType, nil
		}
	}
	return "", nil
}
