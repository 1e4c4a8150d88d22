package strategy

import (
	"fmt"

	"github.com/pythia-trace/pythia"
)

// draft collects what a strategy proposes for each target in turn.
type draft struct {
	state     *pythia.State
	proposals []pythia.Proposal
	leftOut   int
}

func (d *draft) propose(target int, c candidate, why string) {
	d.proposals = append(d.proposals, pythia.Proposal{Target: target, Node: c.SearchNode, Why: why})
}

// affordable keeps the candidates that the budget has room for, each by itself, and counts the others. Strategies that take a few of many
// ask it first: else what is passed too often would be chosen, and refused, again and again.
func (d *draft) affordable(target int, all []candidate) []candidate {
	kept := all[:0]
	for i := range all {
		if d.fits(target, &all[i]) {
			kept = append(kept, all[i])
		}
	}
	d.leftOut += len(all) - len(kept)
	return kept
}

// fits reports whether the budget has room for a candidate by itself.
func (d *draft) fits(target int, c *candidate) bool {
	return d.state.Targets[target].Cost(&c.SearchNode, &d.state.Points[c.point]).Within(d.state.Room)
}

// decide takes what fits.
func (d *draft) decide() pythia.Decision {
	decision := d.state.Take(d.proposals)
	decision.LeftOut += d.leftOut
	return decision
}

// defaultMost is how many points strategies that take a few of many take per target: as many as VAIF enables per cycle in all.
const defaultMost = 3

// mostOf returns what a field that limits the points per target means.
func mostOf(field string, n int) (int, error) {
	switch {
	case n < 0:
		return 0, fmt.Errorf("strategy: %s is %d: give the most points to switch on per target, or 0 for %d", field, n, defaultMost)
	case n == 0:
		return defaultMost, nil
	}
	return n, nil
}
