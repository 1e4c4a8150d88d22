package searchspace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// off is a set of points.
type off map[pythia.TracePointID]bool

func someOff(r *rand.Rand, t *pythia.Trace) off {
	some := make(off)
	for _, s := range t.Spans {
		if r.IntN(2) == 0 {
			some[s.Point] = true
		}
	}
	return some
}

func (o off) except(p pythia.TracePointID) off {
	fewer := make(off)
	for q := range o {
		fewer[q] = q != p
	}
	return fewer
}

// visible is the nearest span that is on, itself included, above one.
func (o off) visible(t *pythia.Trace, i int) int {
	for i != pythia.NoParent && o[t.Spans[i].Point] {
		i = t.Parent(i)
	}
	return i
}

// hide makes the workflow that is observed when some points are off; nil if that leaves no span.
func hide(tb testing.TB, full *pythia.Trace, o off) *pythia.Trace {
	tb.Helper()
	var spans []pythia.Span
	for i, s := range full.Spans {
		if o[s.Point] {
			continue
		}
		s.ParentID = ""
		if p := full.Parent(i); p != pythia.NoParent {
			if p = o.visible(full, p); p != pythia.NoParent {
				s.ParentID = full.Spans[p].ID
			}
		}
		spans = append(spans, s)
	}
	if spans == nil {
		return nil
	}
	return build(tb, spans)
}

func build(tb testing.TB, spans []pythia.Span) *pythia.Trace {
	tb.Helper()
	t, err := pythia.NewTrace("t", spans)
	require.NoError(tb, err)
	return t
}

// distinct gives points that are on the stack already a name of their own, so that nothing is recursive.
func distinct(tb testing.TB, t *pythia.Trace) *pythia.Trace {
	tb.Helper()
	spans := slices.Clone(t.Spans)
	for i := range spans {
		if onStack(t, i) {
			spans[i].Point = point(fmt.Sprint(spans[i].Point.Name, "'", i))
		}
	}
	return build(tb, spans)
}

// sequential makes a workflow in which nothing overlaps: of points that can come again, in loops and elsewhere but not within themselves, or not.
func sequential(tb testing.TB, r *rand.Rand, again bool) *pythia.Trace {
	tb.Helper()
	spans := []pythia.Span{{ID: "0", Point: point("0"), EndNanos: 1e12}}
	for i := 0; i < len(spans) && len(spans) < 40; i++ {
		width := spans[i].DurationNanos() / 10
		if width < 1000 {
			continue
		}
		for slot := range int64(r.IntN(6)) {
			s := pythia.Span{ID: fmt.Sprint(len(spans)), ParentID: spans[i].ID, Point: point(fmt.Sprint(len(spans)))}
			if again {
				s.Point = point(fmt.Sprint(r.IntN(8)))
			}
			s.StartNanos = spans[i].StartNanos + slot*width + 1 + r.Int64N(width/4)
			s.EndNanos = s.StartNanos + width/2 + r.Int64N(width/4-1)
			spans = append(spans, s)
		}
	}
	return distinct(tb, build(tb, spans))
}

func inside(s pythia.SearchSpace, t *pythia.Trace, e pythia.Section) []pythia.SearchNode {
	var stack []pythia.TracePointID
	if e.Owner != pythia.NoParent {
		stack = t.Stack(int(e.Owner), 32)
	}
	return s.Inside(stack, eventOf(t, e.From), eventOf(t, e.To))
}

// ancestry is the spans above and including one, outermost first, by index; empty for [pythia.NoParent].
func ancestry(t *pythia.Trace, i int) (spans []int) {
	for ; i != pythia.NoParent; i = t.Parent(i) {
		spans = append(spans, i)
	}
	slices.Reverse(spans)
	return spans
}

func indexOf(t *pythia.Trace, id string) int {
	return slices.IndexFunc(t.Spans, func(s pythia.Span) bool { return s.ID == id })
}

// observed is an edge of a workflow with points off, in terms of the full workflow.
type observed struct {
	full     *pythia.Trace
	owner    int // NoParent for the workflow
	from, to int // the owner for its own events
	shared   int // the innermost span around both, or the owner
}

func observe1(full, seen *pythia.Trace, e pythia.Section) observed {
	find := func(span int32) int {
		if span == pythia.NoParent {
			return pythia.NoParent
		}
		return indexOf(full, seen.Spans[span].ID)
	}
	o := observed{full: full, owner: find(e.Owner), from: find(e.From.Span), to: find(e.To.Span)}
	o.shared = o.owner
	a, b := ancestry(full, o.from), ancestry(full, o.to)
	for k := len(ancestry(full, o.owner)); k < min(len(a), len(b))-1 && a[k] == b[k]; k++ {
		o.shared = a[k]
	}
	return o
}

// leading is the child of the shared span that leads to another span; NoParent if that is the owner.
func (o observed) leading(span int) int {
	if span == o.owner {
		return pythia.NoParent
	}
	return ancestry(o.full, span)[len(ancestry(o.full, o.shared))]
}

// fits reports whether the space resolves the edge to where it lies: the owner's context is exact or there is no exact one, and the points of
// both events are nowhere nearer below it.
func (o observed) fits(all [][]pythia.TracePointID, seen []pythia.TracePointID) bool {
	own := pointsAbove(o.full, o.owner)
	if !slices.Equal(own, seen) && slices.ContainsFunc(all, func(s []pythia.TracePointID) bool { return slices.Equal(s, seen) }) {
		return false
	}
	for _, span := range []int{o.from, o.to} {
		if span == o.owner {
			continue
		}
		path := pointsAbove(o.full, span)
		if slices.ContainsFunc(all, func(s []pythia.TracePointID) bool {
			return len(s) > len(own) && len(s) < len(path) && slices.Equal(s[:len(own)], own) && s[len(s)-1] == path[len(path)-1]
		}) {
			return false
		}
	}
	return true
}

func pointsAbove(t *pythia.Trace, i int) (stack []pythia.TracePointID) {
	for _, k := range ancestry(t, i) {
		stack = append(stack, t.Spans[k].Point)
	}
	return stack
}

// requireHidden checks that what was hidden in an edge is found: of the shared span's children those that lead to one event but are not its
// span, and those that lie between the ones that lead to the events.
func (o observed) requireHidden(t *testing.T, off off, found map[pythia.ContextID]bool) (checked int) {
	t.Helper()
	from, to := o.leading(o.from), o.leading(o.to)
	siblings := o.full.Roots()
	if o.shared != pythia.NoParent {
		siblings = o.full.Children(o.shared)
	}
	apart := from == pythia.NoParent || to == pythia.NoParent || o.full.Spans[from].EndNanos <= o.full.Spans[to].StartNanos
	for _, k := range siblings {
		c := int(k)
		partly := c == from && c != o.from || c == to && c != o.to
		after := from == pythia.NoParent || o.full.Spans[c].StartNanos >= o.full.Spans[from].EndNanos && c != from
		before := to == pythia.NoParent || o.full.Spans[c].EndNanos <= o.full.Spans[to].StartNanos && c != to
		if off[o.full.Spans[c].Point] && apart && (partly || after && before) {
			checked++
			require.True(t, found[o.full.Context(c)], "%v", o.full.Spans[c].Point)
		}
	}
	return checked
}

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

func TestCallers(t *testing.T) {
	var c searchspace.CCT
	observe(&c, workflow(t, "gateway 0-100\n\ta 0-90\n\t\tb 10-80\n\t\t\tdb 20-30\n\t\tc 80-90\n\t\t\tdb 82-85\n\tdb 91-92"))
	callers := func(points ...string) string {
		var stack []pythia.TracePointID
		for _, p := range points {
			stack = append(stack, point(p))
		}
		return names(c.Callers(stack))
	}
	require.Equal(t, "b a c", callers("gateway", "db"))
	require.Equal(t, "b c", callers("gateway", "a", "db"))
	require.Empty(t, callers("gateway", "a", "c", "db"))
	require.Equal(t, "gateway", callers("a", "c"), "the stack lacks its outer end")
	require.Empty(t, callers("gateway"))
	require.Empty(t, callers("nowhere"))
	require.Nil(t, c.Callers(nil))
	require.Nil(t, new(searchspace.Flat).Callers(nil))
}
