package strategytest

import (
	"math"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// unlimited is a budget with room for everything.
var unlimited = pythia.Cost{Points: math.MaxInt32, SpansPerSecond: math.Inf(1), BytesPerSecond: math.Inf(1), CPU: math.Inf(1)}

func checkEndsWhenTried(c *conformance) {
	c.checkEnds(func(s *conformanceState, p pythia.Proposal) {
		for i := range s.Targets {
			if t := &s.Targets[i]; t.RequestType == s.Targets[p.Target].RequestType {
				t.Tried = added(t.Tried, p.Node.Point, pythia.TracePointID.Compare)
			}
		}
	})
}

func checkEndsWhenOn(c *conformance) {
	c.checkEnds(func(s *conformanceState, p pythia.Proposal) {
		for i := range s.Points {
			if q := &s.Points[i]; q.ID == p.Node.Point {
				q.On = added(q.On, s.Targets[p.Target].RequestType, strings.Compare)
			}
		}
	})
}

func added[E any](sorted []E, e E, compare func(a, b E) int) []E {
	i, found := slices.BinarySearchFunc(sorted, e, compare)
	if found {
		return sorted
	}
	return slices.Insert(sorted, i, e)
}

// checkEnds marks what is proposed until nothing more is. Each cycle must take a point of the finitely many.
func (c *conformance) checkEnds(mark func(*conformanceState, pythia.Proposal)) {
	for seed := range uint64(conformanceStates) {
		s, strategy := newConformanceState(seed), c.newStrategy()
		if seed%2 == 0 {
			s.Room = unlimited
		}
		most := len(s.Points) * len(s.Targets)
		for cycle := 0; ; cycle++ {
			d := c.next(strategy, s)
			if len(d.Enable) == 0 {
				break
			}
			if cycle >= most {
				c.broken(s, "still proposes something after %d cycles for %d points and %d targets", cycle, len(s.Points), len(s.Targets))
			}
			for _, p := range d.Enable {
				mark(s, p)
			}
			s.Seed++
			s.Seed++
		}
	}
}
