package searchspace_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func point(name string) pythia.TracePointID { return pythia.TracePointID{Scope: "svc", Name: name} }

func start(name string) pythia.Event { return pythia.Event{Point: point(name)} }
func end(name string) pythia.Event   { return pythia.Event{Point: point(name), End: true} }

// context is that of a stack of points in svc, outermost first.
func context(stack ...string) pythia.ContextID {
	c := pythia.RootContext
	for _, name := range stack {
		c = c.Child(point(name))
	}
	return c
}

// stack is a stack of points in svc, outermost first.
func stack(names ...string) (points []pythia.TracePointID) {
	for _, name := range names {
		points = append(points, point(name))
	}
	return points
}

// workflow makes a trace of lines such as "db 10-20": a point, when its span started and ended, indented by a tab more than its parent.
func workflow(tb testing.TB, text string) *pythia.Trace {
	tb.Helper()
	var spans []pythia.Span
	var above []string
	indent := -1
	for line := range strings.Lines(text) {
		depth := strings.Count(line, "\t") - indent
		if strings.TrimSpace(line) == "" {
			continue
		}
		if indent < 0 {
			indent, depth = depth-1, 0
		}
		s := pythia.Span{ID: fmt.Sprintf("%04d", len(spans)), Point: point("")}
		_, err := fmt.Sscanf(strings.TrimSpace(line), "%s %d-%d", &s.Point.Name, &s.StartNanos, &s.EndNanos)
		require.NoError(tb, err, line)
		if above = append(above[:depth], s.ID); depth > 0 {
			s.ParentID = above[depth-1]
		}
		spans = append(spans, s)
	}
	t, err := pythia.NewTrace("t", spans)
	require.NoError(tb, err)
	return t
}

func names(nodes []pythia.SearchNode) string {
	var s []string
	for _, n := range nodes {
		s = append(s, n.Point.Name)
	}
	return strings.Join(s, " ")
}

// space is what both spaces offer to tests.
type space interface {
	pythia.SearchSpace
	Stats() searchspace.Stats
}

// dump returns all that a space holds, contexts before their children.
func dump(s pythia.SearchSpace) []pythia.SearchNode {
	nodes := s.Children(pythia.RootContext)
	for i := 0; i < len(nodes); i++ {
		nodes = append(nodes, s.Children(nodes[i].Context)...)
	}
	return nodes
}

// requireEqual compares two spaces, the order of siblings included. Sums of squares and products are rounded after every workflow to 33 and 41
// bits: 40 workflows, in two orders, move a standard deviation by less than 40·2·2⁻³⁵ and a share by twice that, and by what the
// products' last bits are of a small variance.
func requireEqual(tb testing.TB, want, got space) {
	tb.Helper()
	require.Equal(tb, want.Stats(), got.Stats())
	a, b := dump(want), dump(got)
	require.Len(tb, b, len(a))
	for i := range a {
		require.InDelta(tb, a[i].StdDevSeconds, b[i].StdDevSeconds, 3e-9*a[i].StdDevSeconds+1e-15*a[i].MeanSeconds)
		require.InDelta(tb, a[i].CallerShare, b[i].CallerShare, 1e-8*(1+math.Abs(a[i].CallerShare)))
		b[i].StdDevSeconds, b[i].CallerShare = a[i].StdDevSeconds, a[i].CallerShare
	}
	require.Equal(tb, a, b)
	for _, s := range stacks(want) {
		requireSameOrder(tb, want, got, s)
	}
}

// stacks returns those of all contexts of a space, nil for the root first.
func stacks(s pythia.SearchSpace) [][]pythia.TracePointID {
	all := [][]pythia.TracePointID{nil}
	for i := 0; i < len(all); i++ {
		for _, n := range s.Children(contextOf(all[i])) {
			all = append(all, append(slices.Clone(all[i]), n.Point))
		}
	}
	return all
}

func contextOf(stack []pythia.TracePointID) pythia.ContextID {
	c := pythia.RootContext
	for _, p := range stack {
		c = c.Child(p)
	}
	return c
}

func requireSameOrder(tb testing.TB, want, got pythia.SearchSpace, stack []pythia.TracePointID) {
	tb.Helper()
	children := want.Children(contextOf(stack))
	if len(children) > 40 {
		children = children[:40]
	}
	for _, i := range children {
		for _, k := range children {
			for ends := range 4 {
				from, to := pythia.Event{Point: i.Point, End: ends&1 > 0}, pythia.Event{Point: k.Point, End: ends&2 > 0}
				require.Equal(tb, contextsOf(want.Inside(stack, from, to)), contextsOf(got.Inside(stack, from, to)), "%v %v", from, to)
			}
		}
	}
}

func contextsOf(nodes []pythia.SearchNode) (c []pythia.ContextID) {
	for _, n := range nodes {
		c = append(c, n.Context)
	}
	return c
}

// random makes a workflow of some spans of a few points: nested, in parallel, in loops, recursive, early and asynchronous, with one root or several.
func random(tb testing.TB, r *rand.Rand, spans, points int) *pythia.Trace {
	tb.Helper()
	list := make([]pythia.Span, 0, spans)
	for i := range spans {
		s := pythia.Span{ID: fmt.Sprint(i), Point: point(fmt.Sprint(r.IntN(points))), StartNanos: 1000, EndNanos: 1000 + r.Int64N(1e9)}
		if i > 0 && r.IntN(20) > 0 {
			p := &list[r.IntN(i)]
			s.ParentID = p.ID
			s.StartNanos = max(0, p.StartNanos-50+r.Int64N(p.EndNanos-p.StartNanos+100))
			s.EndNanos = s.StartNanos + r.Int64N(1+(p.EndNanos-p.StartNanos)/2)
		}
		list = append(list, s)
	}
	t, err := pythia.NewTrace("t", list)
	require.NoError(tb, err)
	return t
}

func randoms(tb testing.TB, seed uint64, n int) []*pythia.Trace {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	traces := make([]*pythia.Trace, n)
	for i := range traces {
		traces[i] = random(tb, r, 1+r.IntN(60), 2+r.IntN(12))
	}
	return traces
}

func observe(s pythia.SearchSpace, traces ...*pythia.Trace) {
	for _, t := range traces {
		s.Observe(t)
	}
}
