package strategy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// wide has so many calls side by side, each of which makes one more; without leaves being marked.
func wide(calls int) (*tree, *pythia.State) {
	s := &tree{children: make(map[pythia.ContextID][]pythia.SearchNode)}
	api := pythia.RootContext.Child(point("api"))
	st := state(s, "")
	for i := range calls {
		outer, inner := point(fmt.Sprintf("c%06d", i)), point(fmt.Sprintf("d%06d", i))
		n := pythia.SearchNode{Context: api.Child(outer), Point: outer}
		s.children[api] = append(s.children[api], n)
		s.children[n.Context] = []pythia.SearchNode{{Context: n.Context.Child(inner), Point: inner}}
		st.Points = append(st.Points, pythia.PointState{TracePoint: pythia.TracePoint{ID: outer}})
	}
	for i := range calls {
		st.Points = append(st.Points, pythia.PointState{TracePoint: pythia.TracePoint{ID: point(fmt.Sprintf("d%06d", i))}})
	}
	st.Room.Points = 1 << 30
	return s, st
}

func TestBound(t *testing.T) {
	for _, c := range []struct{ calls, found, asked int }{
		{4000, 8000, 8000}, // all
		{6000, 10_000, 4000},
		{20_000, 10_000, 0},
	} {
		space, s := wide(c.calls)
		require.Len(t, next(t, strategy.Exhaustive{}, s).Enable, c.found)
		require.Equal(t, c.asked, space.asked, "calls of Children")
	}
}

// TestBoundIsShared: however many targets there are, a decision looks at no more.
func TestBoundIsShared(t *testing.T) {
	for _, c := range []struct{ targets, found, asked int }{
		{2, 10_000, 2 * 1000}, // of each 4,000 calls, and what 1,000 of them make
		{3, 9999, 0},
		{10_001, 10_001, 0}, // one, at least
	} {
		space, s := wide(4000)
		s.Targets = slices.Repeat(s.Targets, c.targets)
		for i := range s.Targets {
			s.Targets[i].RequestType = fmt.Sprint("GET ", i) // else they share the points, too
		}
		require.Len(t, next(t, strategy.Exhaustive{}, s).Enable, c.found)
		require.Equal(t, c.asked, space.asked, "calls of Children")
	}
}

// TestBoundCutsOffDepth: an even split is over the whole edge, even if the space holds more than is looked at.
func TestBoundCutsOffDepth(t *testing.T) {
	_, s := wide(9000)
	require.Equal(t, "c004000", names(t, strategy.Flat{Split: 1}, s), "of 9,000 calls, and 1,000 below the first ones")
}

// circular is a space whose contexts lead back to themselves.
type circular struct{ tree }

func (*circular) Callers([]pythia.TracePointID) []pythia.SearchNode { return nil }

func (c *circular) Children(pythia.ContextID) []pythia.SearchNode {
	return c.tree.children[pythia.RootContext.Child(point("api"))]
}

func TestCircularSpace(t *testing.T) {
	for _, points := range []string{shopPoints, "(none)"} {
		for _, one := range all() {
			s := state(space(t, shop), points)
			s.Space = &circular{*space(t, shop)}
			next(t, one, s)
		}
	}
}

// overlapping is a space that answers with contexts one of which lies below another.
type overlapping struct{ *tree }

func (o overlapping) Inside(stack []pythia.TracePointID, from, to pythia.Event) []pythia.SearchNode {
	nodes := o.tree.Inside(stack, from, to)
	return append(nodes, o.tree.Children(nodes[1].Context)...)
}

func TestOverlappingAnswer(t *testing.T) {
	s := state(space(t, shop), "api auth (cart) read lock wait stock query mail")
	s.Space = overlapping{space(t, shop)}
	require.Equal(t, "auth stock query mail read lock wait", names(t, strategy.Exhaustive{}, s))
	require.Equal(t, "lock stock auth mail read", names(t, strategy.TopDown{}, s))
}

func BenchmarkNext(b *testing.B) {
	_, s := wide(20_000)
	for _, one := range all() {
		b.Run(fmt.Sprintf("%T", one), func(b *testing.B) {
			for b.Loop() {
				_, _ = one.Next(s)
			}
		})
	}
}
