package strategytest

import (
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// check checks the rules that one answer must keep.
func (c *conformance) check(s *conformanceState, a answer) {
	c.Helper()
	if a.panicked != "" {
		c.broken(s, "panics: %s", a.panicked)
	}
	if a.err != nil {
		c.broken(s, "returns an error for a State that is in order: %v", a.err)
	}
	if a.decision.LeftOut < 0 {
		c.broken(s, "leaves out %d candidates", a.decision.LeftOut)
	}
	type pair struct {
		requestType string
		point       pythia.TracePointID
	}
	seen := make(map[pair]bool)
	for _, p := range a.decision.Enable {
		c.checkProposal(s, p)
		this := pair{s.Targets[p.Target].RequestType, p.Node.Point}
		if seen[this] {
			c.broken(s, "proposes %q twice for requests %q", this.point, this.requestType)
		}
		seen[this] = true
	}
	c.checkBudget(s, a.decision.Enable)
}

func (c *conformance) checkProposal(s *conformanceState, p pythia.Proposal) {
	c.Helper()
	if p.Target < 0 || p.Target >= len(s.Targets) {
		c.broken(s, "proposes something for target %d of %d", p.Target, len(s.Targets))
	}
	t := &s.Targets[p.Target]
	state, known := s.Point(p.Node.Point)
	switch {
	case !known:
		c.broken(s, "proposes %q, which no controller has", p.Node.Point)
	case state.AlwaysOn:
		c.broken(s, "proposes %q, which is always on", p.Node.Point)
	case slices.Contains(state.On, t.RequestType):
		c.broken(s, "proposes %q, which is on for requests %q already", p.Node.Point, t.RequestType)
	case slices.Contains(t.Tried, p.Node.Point):
		c.broken(s, "proposes %q, which was tried for requests %q", p.Node.Point, t.RequestType)
	case p.Why == "":
		c.broken(s, "gives no reason why %q should be on", p.Node.Point)
	}
}

// checkBudget counts each point once, however many targets have it.
func (c *conformance) checkBudget(s *conformanceState, enable []pythia.Proposal) {
	c.Helper()
	if len(enable) == 0 {
		return // costs nothing, even if the budget is overdrawn
	}
	var total pythia.Cost
	counted := make(map[pythia.TracePointID]bool)
	for _, p := range enable {
		cost := s.Cost(p)
		if counted[p.Node.Point] {
			cost.Points = 0
		}
		counted[p.Node.Point] = true
		total = total.Plus(cost)
	}
	if !total.Within(rounded(s.Room)) {
		c.broken(s, "goes beyond the budget: it proposes what costs %+v", total)
	}
}

// rounded makes room for the rounding errors of sums in another order.
func rounded(room pythia.Cost) pythia.Cost {
	for _, v := range []*float64{&room.SpansPerSecond, &room.BytesPerSecond, &room.CPU} {
		*v += 1e-9 * math.Abs(*v)
	}
	return room
}
