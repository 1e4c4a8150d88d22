package strategy

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// merit is what was seen of a context when profiled, as a reason to switch it on.
type merit struct {
	value            func(n *pythia.SearchNode) float64
	best, good, none string // what is said of the best one, of others, and of those without any
	detail           func(n *pythia.SearchNode) string
}

// varied is for edges that vary.
func varied(value func(n *pythia.SearchNode) float64) merit {
	return merit{
		value: value,
		best:  "varied most when profiled", good: "varied when profiled", none: "did not vary when profiled",
		detail: func(n *pythia.SearchNode) string { return "sd " + duration(n.StdDevSeconds) },
	}
}

// took is for edges that always take long.
func took() merit {
	return merit{
		value: func(n *pythia.SearchNode) float64 { return n.MeanSeconds * float64(n.Workflows) },
		best:  "took most time when profiled", good: "took time when profiled", none: "took no time when profiled",
		detail: func(n *pythia.SearchNode) string { return "mean " + duration(n.MeanSeconds) },
	}
}

// rank sorts candidates, best first; equal ones stay in order.
func (m merit) rank(all []candidate) {
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(m.value(&b.SearchNode), m.value(&a.SearchNode)) })
}

// anyOf reports whether one of the candidates has merit at all.
func (m merit) anyOf(all []candidate) bool {
	return slices.ContainsFunc(all, func(c candidate) bool { return m.value(&c.SearchNode) > 0 })
}

// why says it of the i-th best.
func (m merit) why(place string, i int, n *pythia.SearchNode) string {
	said := m.good
	switch {
	case !(m.value(n) > 0): // also if it is no number
		said = m.none
	case i == 0:
		said = m.best
	}
	return fmt.Sprintf("inside %s, %s (%s in %d workflows)", place, said, m.detail(n), n.Workflows)
}

// placeOf names the span that an edge belongs to.
func placeOf(t *pythia.Target) string {
	if t.Finding.Location.Point == (pythia.TracePointID{}) {
		return "the workflow"
	}
	return fmt.Sprintf("%q", t.Finding.Location.Point.Name)
}

// duration writes seconds with the unit that suits them, to three digits.
func duration(seconds float64) string {
	switch abs := math.Abs(seconds); {
	case abs >= 999.5:
		return fmt.Sprintf("%.0f s", seconds)
	case abs >= 0.9995 || abs == 0:
		return fmt.Sprintf("%.3g s", seconds)
	case abs >= 0.9995e-3:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	}
	return fmt.Sprintf("%.3g µs", seconds*1e6)
}
