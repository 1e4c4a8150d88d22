package strategy

import "github.com/pythia-trace/pythia"

// TopDown goes down the calling contexts, one level a cycle: it switches on what the guilty edge calls directly, best first, as far as the budget
// goes; the next cycle looks into the one that carries the variation. It is the hierarchical strategy of Pythia (Ates et al., SoCC 2019), whose code
// takes children at random, also outside the edge.
//
// Best is what had most at stake when profiled: the standard deviation times the workflows that had it. Where the finding is that the place is
// always slow, and where nothing inside was seen to vary, it is the mean time instead. Ties are in observed order. A point that no controller has
// is replaced by what it calls.
//
// It is the default: what it switches on is little and contains the whole of the edge's work, so that no variation is missed, and its decisions
// can be followed. A point at depth d takes d cycles; where calls are nested deeply and cycles are long, [Flat] is faster.
type TopDown struct{}

var _ pythia.SearchStrategy = TopDown{}

// Next implements [pythia.SearchStrategy].
func (TopDown) Next(s *pythia.State) (pythia.Decision, error) {
	d := draft{state: s}
	for i := range s.Targets {
		t, found := &s.Targets[i], inside(s, i, nearest)
		if len(found) == 0 {
			continue
		}
		m := varied(stake)
		if t.Finding.Reason == pythia.ReasonConsistentlySlow || !m.anyOf(found) {
			m = took()
		}
		m.rank(found)
		place := placeOf(t)
		for k, c := range unique(found) {
			d.propose(i, c, m.why(place, k, &c.SearchNode))
		}
	}
	return d.decide(), nil
}

// stake is in seconds, over all workflows.
func stake(n *pythia.SearchNode) float64 { return n.StdDevSeconds * float64(n.Workflows) }
