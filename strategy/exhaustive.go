package strategy

import "github.com/pythia-trace/pythia"

// Exhaustive switches on everything inside the edge at once, at any depth, in observed order, as far as the budget goes.
//
// Choose it for a short look with a large budget, in a test system say, and to compare the others with: it is what tracing without
// Pythia costs, restricted to the edge.
type Exhaustive struct{}

var _ pythia.SearchStrategy = Exhaustive{}

// Next implements [pythia.SearchStrategy].
func (Exhaustive) Next(s *pythia.State) (pythia.Decision, error) {
	d := draft{state: s}
	for i := range s.Targets {
		found := unique(inside(s, i, deep))
		if len(found) == 0 {
			continue
		}
		why := "everything inside " + placeOf(&s.Targets[i])
		for _, c := range found {
			d.propose(i, c, why)
		}
	}
	return d.decide(), nil
}
