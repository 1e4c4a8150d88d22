package strategytest

import (
	"fmt"
	"time"

	"github.com/pythia-trace/pythia"
)

// checkPartsMissing leaves parts of states out: what there is while a system starts, or if nothing was profiled yet.
func checkPartsMissing(c *conformance) {
	for seed := range uint64(conformanceStates / 10) {
		for _, part := range missingParts {
			s := newConformanceState(seed)
			s.name += ", with " + part.name
			part.leaveOut(s)
			if d := c.next(c.newStrategy(), s); part.nothing && len(d.Enable) > 0 {
				c.broken(s, "proposes something where nothing can be proposed")
			}
		}
	}
}

// missingParts says what can be missing, and whether nothing can be proposed then.
var missingParts = []struct {
	name     string
	nothing  bool
	leaveOut func(*conformanceState)
}{
	{"no targets", true, func(s *conformanceState) { s.Targets = nil }},
	{"no points", true, func(s *conformanceState) { s.Points = nil }},
	{"nothing in the State", true, func(s *conformanceState) { s.State = pythia.State{} }},
	{"less than no room", true, func(s *conformanceState) {
		s.Room = pythia.Cost{Points: -1, SpansPerSecond: -1, BytesPerSecond: -1, CPU: -1}
	}},
	{"no space", false, func(s *conformanceState) { s.Space = nil }},
	{"an empty space", false, func(s *conformanceState) { s.Space = new(conformanceSpace) }},
	{"zero findings", false, func(s *conformanceState) {
		for i := range s.Targets {
			s.Targets[i].Finding = &pythia.Finding{}
		}
	}},
	{"no stacks", false, func(s *conformanceState) {
		for i := range s.Targets {
			s.Targets[i].Finding.Location.Stack = nil
		}
	}},
	{"nothing measured", false, func(s *conformanceState) {
		for i := range s.Targets {
			s.Targets[i].SpansPerRequest, s.Targets[i].RequestsPerSecond = nil, 0
		}
	}},
}

// checkLargeSpace has 100,000 contexts below the target: side by side, one below the other, and as a tree.
func checkLargeSpace(c *conformance) {
	const contexts = 100_000
	pool := conformancePoints(contexts)
	for _, shape := range []struct {
		name  string
		above func(i int) int
	}{
		{"side by side", func(int) int { return 0 }},
		{"one below the other", func(i int) int { return i - 1 }},
		{"as a tree", func(i int) int { return (i - 1) / 10 }},
	} {
		s := newLargeState(pool, shape.above)
		points := s.Points
		if c.limit == conformanceLimit {
			c.limit += 10 * timeToLookAtAll(s)
		}
		for _, part := range []struct {
			name   string
			points []pythia.PointState
			room   pythia.Cost
		}{
			{"all free", points, unlimited},
			{"all free, room for one", points, pythia.Cost{Points: 1, SpansPerSecond: 1e9, BytesPerSecond: 1e12, CPU: 1e3}},
			{"no controller has any but the last", points[len(points)-1:], unlimited},
		} {
			s.name = fmt.Sprintf("%d contexts %s, %s", contexts, shape.name, part.name)
			s.Points, s.Room = part.points, part.room
			c.next(c.newStrategy(), s)
		}
	}
}

// timeToLookAtAll measures, on this machine with its load, what no strategy that looks at everything can do without.
func timeToLookAtAll(s *conformanceState) time.Duration {
	began := time.Now()
	all := make([]pythia.Proposal, 0, len(s.space.contexts))
	for _, c := range s.space.contexts {
		all = append(all, pythia.Proposal{Node: c.SearchNode})
	}
	s.Take(all)
	return time.Since(began)
}
