package searchspace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
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
