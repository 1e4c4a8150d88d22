package searchspace_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// TestWhatIsHiddenIsFound: in any workflow with any points off, what was hidden in an edge and is not recursive is among the contexts returned, if
// the edge fits.
func TestWhatIsHiddenIsFound(t *testing.T) {
	edges, fit, checked := 0, 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 9))
		var c searchspace.CCT
		traces := make([]*pythia.Trace, 1+r.IntN(4))
		for i := range traces {
			traces[i] = distinct(t, random(t, r, 1+r.IntN(40), 4+r.IntN(12)))
		}
		observe(&c, traces...)
		all := stacks(&c)
		for _, full := range traces {
			off := someOff(r, full)
			seen := hide(t, full, off)
			if seen == nil {
				continue
			}
			for _, e := range seen.CriticalPath(pythia.UntilWorkDone) {
				o := observe1(full, seen, e)
				stack := pointsAbove(seen, int(e.Owner))
				nodes := inside(&c, seen, e)
				requireSound(t, stack, nodes)
				edges++
				if !o.fits(all, stack) || !e.From.End && e.From.Span != e.Owner || e.To.End && e.To.Span != e.Owner {
					continue
				}
				fit++
				checked += o.requireHidden(t, off, contextSet(nodes))
			}
		}
	}
	t.Logf("%d edges, %d fit, with %d hidden spans", edges, fit, checked)
	require.Greater(t, 4*fit, edges)
	require.Positive(t, checked)
}

// requireSound checks that no context comes twice and none is on the stack.
func requireSound(t *testing.T, stack []pythia.TracePointID, nodes []pythia.SearchNode) {
	t.Helper()
	require.Len(t, contextSet(nodes), len(nodes))
	for _, n := range nodes {
		require.NotContains(t, stack, n.Point)
	}
}

// split is what a hidden point does to an edge when it alone is switched on.
func split(t *pythia.Trace, p pythia.TracePointID, start, end int64) bool {
	for _, s := range t.CriticalPath(pythia.UntilWorkDone) {
		for at, b := range map[int64]pythia.Boundary{s.StartNanos: s.From, s.EndNanos: s.To} {
			if b.Span != pythia.NoParent && t.Spans[b.Span].Point == p && at > start && at < end {
				return true
			}
		}
	}
	return false
}

// TestSequentialWorkflows: if nothing overlaps and an edge fits, then whenever one of the hidden points would split it, one of those returned would.
func TestSequentialWorkflows(t *testing.T) {
	edges, splittable, missed := 0, 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 8))
		full := sequential(t, r, true)
		var c searchspace.CCT
		c.Observe(full)
		off := someOff(r, full)
		seen := hide(t, full, off)
		if seen == nil {
			continue
		}
		with := make(map[pythia.TracePointID]*pythia.Trace)
		for p := range off {
			with[p] = hide(t, full, off.except(p))
		}
		all := stacks(&c)
		for _, e := range seen.CriticalPath(pythia.UntilWorkDone) {
			found := pointsOf(inside(&c, seen, e))
			possible, returned := false, false
			for p := range off {
				if split(with[p], p, e.StartNanos, e.EndNanos) {
					possible, returned = true, returned || found[p]
				}
			}
			edges++
			if !possible {
				continue
			}
			splittable++
			if o := observe1(full, seen, e); o.fits(all, pointsAbove(seen, int(e.Owner))) {
				require.True(t, returned, "from the %v to the %v", eventOf(seen, e.From), eventOf(seen, e.To))
			} else if !returned {
				missed++
			}
		}
	}
	t.Logf("%d edges, %d could be split, of which %d do not fit and are missed", edges, splittable, missed)
	require.Less(t, 10*missed, splittable)
}

// TestUniquePoints: if besides every point is in one place only, just what is hidden in an edge is returned, and of that the outermost.
func TestUniquePoints(t *testing.T) {
	checked := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		full := sequential(t, r, false)
		var c searchspace.CCT
		c.Observe(full)
		off := someOff(r, full)
		seen := hide(t, full, off)
		if seen == nil {
			continue
		}
		for _, e := range seen.CriticalPath(pythia.UntilWorkDone) {
			o := observe1(full, seen, e)
			nodes := inside(&c, seen, e)
			for _, n := range nodes {
				require.True(t, off[n.Point], "%v is on", n.Point)
			}
			require.Equal(t, len(nodes), o.requireHidden(t, off, contextSet(nodes)))
			checked += len(nodes)
		}
	}
	require.Positive(t, checked)
}

// TestNothingHidden compares with the definition in the package's documentation, taken from the workflows themselves.
func TestNothingHidden(t *testing.T) {
	for seed := range uint64(60) {
		traces := randoms(t, seed, 6)
		var c searchspace.CCT
		observe(&c, traces...)
		precedes := precedence(traces)
		for _, stack := range stacks(&c) {
			parent := contextOf(stack)
			children := c.Children(parent)
			if children == nil {
				continue // other contexts are asked
			}
			events := []pythia.Event{{End: true}}
			if len(stack) > 0 {
				events[0].Point = stack[len(stack)-1]
			}
			for _, k := range children {
				events = append(events, pythia.Event{Point: k.Point}, pythia.Event{Point: k.Point, End: true})
			}
			for n, from := range events {
				for m, to := range events {
					i, j := parent.Child(from.Point), parent.Child(to.Point)
					var want []pythia.SearchNode
					for _, child := range children {
						k := child.Context
						after := n == 0 || precedes[[2]pythia.ContextID{i, k}] || !from.End && !precedes[[2]pythia.ContextID{k, i}]
						before := m == 0 || precedes[[2]pythia.ContextID{k, j}] || to.End && !precedes[[2]pythia.ContextID{j, k}]
						if after && before {
							want = append(want, child)
						}
					}
					require.Equal(t, want, c.Inside(stack, from, to))
				}
			}
		}
	}
}

// precedence is which contexts were seen to end before which start, below one span.
func precedence(traces []*pythia.Trace) map[[2]pythia.ContextID]bool {
	seen := make(map[[2]pythia.ContextID]bool)
	for _, tr := range traces {
		families := [][]int32{tr.Roots()}
		for i := range tr.Spans {
			families = append(families, tr.Children(i))
		}
		for _, family := range families {
			for _, i := range family {
				for _, k := range family {
					if i != k && !leadsBack(tr, int(i)) && !leadsBack(tr, int(k)) && tr.Spans[i].EndNanos <= tr.Spans[k].StartNanos {
						seen[[2]pythia.ContextID{tr.Context(int(i)), tr.Context(int(k))}] = true
					}
				}
			}
		}
	}
	return seen
}

// leadsBack reports whether a span is folded into one around it.
func leadsBack(t *pythia.Trace, i int) bool {
	p := t.Parent(i)
	return p != pythia.NoParent && t.Context(i) != t.Context(p).Child(t.Spans[i].Point)
}

// TestAnyQuestion asks nonsense.
func TestAnyQuestion(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	traces := randoms(t, 1, 30)
	for _, s := range []space{new(searchspace.CCT), new(searchspace.Flat)} {
		for n := range 20_000 {
			if n%1000 == 999 {
				s.Observe(traces[n/1000])
			}
			some := make([]pythia.TracePointID, r.IntN(1+r.IntN(60)))
			for i := range some {
				some[i] = point(fmt.Sprint(r.IntN(14)))
			}
			event := func() pythia.Event {
				return []pythia.Event{start(fmt.Sprint(r.IntN(14))), end(fmt.Sprint(r.IntN(14))), {}, {End: true}}[r.IntN(4)]
			}
			nodes := s.Inside(some, event(), event())
			require.Len(t, contextSet(nodes), len(nodes))
		}
	}
}

// TestPartlyTraced: a workflow of which the middle is missing has left the context gateway > db, with nothing below.
func TestPartlyTraced(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, "gateway 0-100\n\tdb 20-80"),
		workflow(t, "gateway 0-100\n\torders 10-90\n\t\tdb 20-80\n\t\t\tlock 30-40"))
	stack := []pythia.TracePointID{point("gateway"), point("db")}
	require.Equal(t, "lock", names(c.Inside(stack, start("db"), end("db"))))
	require.Equal(t, "orders", names(c.Callers(stack)))
}
