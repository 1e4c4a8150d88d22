package strategy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// model is a tree of contexts with what Evidence's documentation says of them, written down by itself and as plainly as possible.
type model struct {
	nodes   []pythia.SearchNode // what calls comes first; the first is the edge's span
	callers []int
	hidden  []bool // on, so that the search does not look below
	spans   []float64
	slow    bool
	now     float64
}

func (m *model) below(i int) (all []int) {
	for k := range m.nodes {
		if k > 0 && m.callers[k] == i {
			all = append(all, k)
		}
	}
	return all
}

func (m *model) free(i int) bool {
	for ; i > 0; i = m.callers[i] {
		if m.hidden[i] {
			return false
		}
	}
	return true
}

func (m *model) time(i int) float64 { return m.nodes[i].MeanSeconds * float64(m.nodes[i].Workflows) }

// part is what one expects of a context, of the edge's span.
func (m *model) part(i int) float64 {
	if m.slow {
		return m.time(i) / m.time(0)
	}
	product := 1.0
	for ; i > 0; i = m.callers[i] {
		product *= m.nodes[i].CallerShare
	}
	return product
}

func (m *model) own(i int) float64 {
	own := m.part(i)
	for _, k := range m.below(i) {
		own -= m.part(k)
	}
	return max(0, own)
}

func (m *model) ownTime(i int) float64 {
	own := m.time(i)
	for _, k := range m.below(i) {
		own -= m.time(k)
	}
	return max(0, own)
}

// open adds up what is thought of a context and all below it.
func (m *model) open(i int, of func(int) float64) float64 {
	sum := of(i)
	for _, k := range m.below(i) {
		if m.free(k) {
			sum += m.open(k, of)
		}
	}
	return sum
}

// worths returns what each context's span is worth for what it costs, 0 for what is left off.
func (m *model) worths() []float64 {
	then := m.nodes[0].StdDevSeconds * m.nodes[0].StdDevSeconds
	if m.slow {
		then = m.nodes[0].MeanSeconds
	}
	scale, n, total, sum := then/m.now, 0.0, 0.0, 0.0
	for i := range m.nodes {
		if m.free(i) {
			n++
			sum += m.own(i)
			if i > 0 {
				total += m.ownTime(i)
			}
		}
	}
	trust := min(1, 4*scale*m.open(0, m.own))
	belief := func(i int) float64 {
		contexts := 1 - 1/n // of what is spread, all but the span's part
		spread := contexts * (0.5/(n-1) + 0.5*m.ownTime(i)/total)
		if total == 0 {
			spread = contexts / (n - 1)
		}
		if trust == 0 {
			return spread
		}
		return trust*m.own(i)/sum + (1-trust)*spread
	}
	worths := make([]float64, len(m.nodes))
	for i := 1; i < len(m.nodes); i++ {
		if !m.free(i) || trust >= 1 && scale*(m.open(i, m.own)+2*m.doubt(i)) < 0.1 {
			continue
		}
		b := belief(i)
		d := m.open(i, belief) - b
		h := 0.0
		for _, p := range []float64{b, d, 1 - b - d} {
			if p > 1e-15 {
				h += p * math.Log2(1/p)
			}
		}
		worths[i] = (b + h) / (1 + math.Log2(1+m.spans[i]))
	}
	return worths
}

// doubt is the standard error of a context's part: of the deviation over all workflows of the edge's span, 0 where the context is absent.
func (m *model) doubt(i int) float64 {
	n, all := m.nodes[i], float64(m.nodes[0].Workflows)
	mean := m.time(i) / all
	present := float64(n.Workflows)
	variance := (present*(n.StdDevSeconds*n.StdDevSeconds+(n.MeanSeconds-mean)*(n.MeanSeconds-mean)) + (all-present)*mean*mean) / all
	if m.slow {
		return math.Sqrt(variance/all) / m.nodes[0].MeanSeconds
	}
	return math.Sqrt(variance/all) / m.nodes[0].StdDevSeconds
}

// randomModel draws a tree, and the state that goes with it.
func randomModel(r *rand.Rand) (*model, *pythia.State) {
	m := &model{slow: r.IntN(3) == 0}
	space := &tree{children: make(map[pythia.ContextID][]pythia.SearchNode)}
	points := ""
	n := 2 + r.IntN(12)
	for i := range n {
		name := fmt.Sprintf("c%02d", i)
		node := pythia.SearchNode{
			Context: pythia.RootContext.Child(point("api")), Point: point("api"),
			Workflows: int64(10 + r.IntN(2000)), MeanSeconds: r.Float64(), StdDevSeconds: r.Float64(), CallerShare: r.Float64(),
		}
		caller, under := 0, pythia.RootContext
		if i > 0 {
			caller = r.IntN(i)
			under = m.nodes[caller].Context
			node.Context, node.Point = under.Child(point(name)), point(name)
			node.Workflows = 1 + r.Int64N(m.nodes[caller].Workflows)
			node.MeanSeconds *= 2 * m.nodes[caller].MeanSeconds
			points += " " + name
		}
		space.children[under] = append(space.children[under], node)
		m.nodes, m.callers = append(m.nodes, node), append(m.callers, caller)
		m.hidden, m.spans = append(m.hidden, i > 0 && r.IntN(5) == 0), append(m.spans, float64(r.IntN(20)))
	}
	s := state(space, points)
	t := &s.Targets[0]
	t.SpansPerRequest = make(map[pythia.TracePointID]float64)
	for i := 1; i < n; i++ {
		t.SpansPerRequest[m.nodes[i].Point] = m.spans[i]
		mark(s, m.nodes[i].Point.Name, func(p *pythia.PointState) { p.AlwaysOn = m.hidden[i] })
	}
	part, group := 0.1+r.Float64(), 100*math.Pow(10, 4*r.Float64())
	if m.slow {
		slow(s, part, group)
		m.now = part * group / 1e3
	} else {
		found(s, part, group)
		m.now = part * group / 1e3 * group / 1e3
	}
	return m, s
}

// TestEvidenceIsAsDocumented compares with the documented formulas.
func TestEvidenceIsAsDocumented(t *testing.T) {
	proposed, seen := 0, 0
	for seed := range uint64(2000) {
		m, s := randomModel(rand.New(rand.NewPCG(seed, 1)))
		worths := m.worths()
		best := slices.Max(worths)
		d := next(t, strategy.Evidence{}, s)
		if len(d.Enable) == 0 {
			require.Less(t, best, 1e-9, "seed %d", seed)
			continue
		}
		proposed++
		if strings.Contains(d.Enable[0].Why, "expected to carry") {
			seen++
		}
		require.Len(t, d.Enable, 1)
		at := slices.IndexFunc(m.nodes, func(n pythia.SearchNode) bool { return n.Point == d.Enable[0].Node.Point })
		require.InDelta(t, best, worths[at], 1e-9, "seed %d: %v of %v", seed, m.nodes[at].Point.Name, worths)
	}
	require.Greater(t, seen, 200)
	require.Greater(t, proposed-seen, 200)
}
