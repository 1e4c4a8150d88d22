package strategy

import (
	"fmt"
	"math"

	"github.com/pythia-trace/pythia"
)

// Evidence switches on, of all points inside the edge and at any depth, the one that is expected to explain most for what it costs. It goes by how much each
// context's time varied when profiled, and how that went along with its caller's ([pythia.SearchNode].CallerShare).
type Evidence struct{}

var _ pythia.SearchStrategy = Evidence{}

// Next implements [pythia.SearchStrategy].
func (Evidence) Next(s *pythia.State) (pythia.Decision, error) {
	d := draft{state: s}
	for i := range s.Targets {
		if s.Space == nil || s.Targets[i].Finding == nil {
			continue
		}
		w := weigh(s, i, d.affordable(i, inside(s, i, deep)))
		if best := w.best(); best != nil {
			d.propose(i, best.candidate, w.why(best))
		}
	}
	return d.decide(), nil
}

// why says what a context is chosen for.
func (w *scales) why(c *weighed) string {
	place := placeOf(&w.state.Targets[w.target])
	if !w.known {
		return fmt.Sprintf("inside %s, which the profile does not explain: at fault by %.0f %%, and %.0f %% with all below", place, 100*c.belief, 100*(c.belief+c.below))
	}
	return fmt.Sprintf("inside %s, expected to carry %.0f %% of it (sd %s in %d workflows when profiled)", place, 100*math.Min(1, math.Max(0, c.share)),
		duration(c.StdDevSeconds), c.Workflows)
}
