package main

import (
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// Waiters looks first where requests may wait for each other: at points, however deep, whose name or attributes speak of it. Only then does it
// go down call by call. It suits a system whose developers know that their problems are queues.
type Waiters struct {
	Words []string // that speak of waiting
	Most  int      // points per target and cycle
}

// Next implements [pythia.SearchStrategy].
func (w Waiters) Next(s *pythia.State) (pythia.Decision, error) {
	var waiting []pythia.Proposal
	for i := range s.Targets {
		waiting = append(waiting, w.inside(s, i)...)
	}
	if d := s.Take(waiting); len(d.Enable) > 0 { // Take keeps the rules: it leaves out what is beyond the budget, say
		return d, nil
	}
	return strategy.TopDown{}.Next(s)
}

// inside returns the points inside a target's edge that speak of waiting, nearest first.
func (w Waiters) inside(s *pythia.State, target int) (waiting []pythia.Proposal) {
	if s.Space == nil {
		return nil // nothing was profiled yet
	}
	edge := s.Targets[target].Finding.Location
	seen := make(map[pythia.ContextID]bool)
	for open := s.Space.Inside(edge.Stack, edge.From, edge.To); len(open) > 0 && len(seen) < 1000 && len(waiting) < w.Most; open = open[1:] {
		p := pythia.Proposal{Target: target, Node: open[0], Why: "requests may wait there"}
		point, known := s.Point(p.Node.Point)
		if seen[p.Node.Context] || known && !s.Free(p) { // if it is on, or was, workflows have shown what lies below
			continue
		}
		seen[p.Node.Context] = true
		open = append(open, s.Space.Children(p.Node.Context)...)
		if known && w.speaks(point.TracePoint) {
			waiting = append(waiting, p)
		}
	}
	return waiting
}

func (w Waiters) speaks(p pythia.TracePoint) bool {
	return slices.ContainsFunc(w.Words, func(word string) bool {
		return strings.Contains(p.ID.Name+" "+strings.Join(p.Attributes, " "), word)
	})
}
