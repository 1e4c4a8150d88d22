package strategy_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func point(name string) pythia.TracePointID { return pythia.TracePointID{Scope: "svc", Name: name} }

func start(name string) pythia.Event { return pythia.Event{Point: point(name)} }
func end(name string) pythia.Event   { return pythia.Event{Point: point(name), End: true} }

// tree is a search space whose siblings follow each other.
type tree struct {
	children map[pythia.ContextID][]pythia.SearchNode
	asked    int // how often for children
}

// space makes a tree of lines such as "db 10 2 3": a point, its workflows, mean and standard deviation in ms, indented by a tab more than its
// parent. A fifth number is the CallerShare, else 0. A context has two spans per workflow.
func space(tb testing.TB, text string) *tree {
	tb.Helper()
	s := &tree{children: make(map[pythia.ContextID][]pythia.SearchNode)}
	above := []pythia.ContextID{pythia.RootContext}
	indent := -1
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		depth := strings.Count(line, "\t")
		if indent < 0 {
			indent = depth
		}
		var name string
		n := pythia.SearchNode{}
		fields := []any{&name, &n.Workflows, &n.MeanSeconds, &n.StdDevSeconds, &n.CallerShare}
		given := strings.Fields(line)
		require.Contains(tb, []int{4, 5}, len(given), line)
		_, err := fmt.Sscan(line, fields[:len(given)]...)
		require.NoError(tb, err, line)
		n.MeanSeconds, n.StdDevSeconds, n.Spans, n.Point = n.MeanSeconds/1e3, n.StdDevSeconds/1e3, 2*n.Workflows, point(name)
		above = above[:depth-indent+1]
		parent := above[len(above)-1]
		n.Context = parent.Child(n.Point)
		s.children[parent] = append(s.children[parent], n)
		above = append(above, n.Context)
	}
	return s
}

func (s *tree) Observe(*pythia.Trace) { panic("a strategy only reads the space") }

func (*tree) Callers([]pythia.TracePointID) []pythia.SearchNode { return nil }

// Find goes down from the roots: a stack stands for the one context that has it in full, and whoever calls that is in the stack, so that there are
// no other Callers.
func (s *tree) Find(stack []pythia.TracePointID) []pythia.SearchNode {
	if len(stack) == 0 {
		return nil
	}
	above := pythia.RootContext
	for _, p := range stack[:len(stack)-1] {
		above = above.Child(p)
	}
	for _, n := range s.children[above] {
		if n.Point == stack[len(stack)-1] {
			return []pythia.SearchNode{n}
		}
	}
	return nil
}

func (s *tree) Children(c pythia.ContextID) []pythia.SearchNode {
	s.asked++
	return slices.Clone(s.children[c])
}

func (s *tree) Inside(stack []pythia.TracePointID, from, to pythia.Event) []pythia.SearchNode {
	c := pythia.RootContext
	for _, p := range stack {
		c = c.Child(p)
	}
	all := slices.Clone(s.children[c])
	low, high := 0, len(all)
	for i, n := range all {
		if n.Point == from.Point {
			low = i + 1
		}
		if n.Point == to.Point {
			high = i
		}
	}
	return all[low:max(low, high)]
}

var unlimited = pythia.Cost{Points: 1000, SpansPerSecond: math.Inf(1), BytesPerSecond: math.Inf(1), CPU: math.Inf(1)}

// state has one target, the span "api" as a whole, and plenty of room; all points can be switched but those in brackets, which no controller has.
func state(s *tree, points string) *pythia.State {
	st := &pythia.State{Space: s, Room: unlimited, Seed: 1}
	for _, name := range strings.Fields(points) {
		if !strings.HasPrefix(name, "(") {
			st.Points = append(st.Points, pythia.PointState{TracePoint: pythia.TracePoint{ID: point(name)}})
		}
	}
	slices.SortFunc(st.Points, func(a, b pythia.PointState) int { return a.ID.Compare(b.ID) })
	st.Targets = []pythia.Target{target("GET", "api")}
	return st
}

// target is a span of a stack as a whole.
func target(requestType string, stack ...string) pythia.Target {
	name := stack[len(stack)-1]
	l := pythia.Location{Kind: pythia.LocationSpan, Point: point(name), From: start(name), To: end(name)}
	for _, p := range stack {
		l.Stack = append(l.Stack, point(p))
	}
	f := &pythia.Finding{Reason: pythia.ReasonHighVariance, Location: l}
	return pythia.Target{RequestType: requestType, Finding: f, RequestsPerSecond: 1}
}

// mark changes a point's state.
func mark(s *pythia.State, name string, change func(*pythia.PointState)) {
	for i := range s.Points {
		if s.Points[i].ID == point(name) {
			change(&s.Points[i])
		}
	}
}

func tried(s *pythia.State, names ...string) {
	for i := range s.Targets {
		for _, name := range names {
			s.Targets[i].Tried = append(s.Targets[i].Tried, point(name))
		}
		slices.SortFunc(s.Targets[i].Tried, pythia.TracePointID.Compare)
	}
}

func next(tb testing.TB, strategy pythia.SearchStrategy, s *pythia.State) pythia.Decision {
	tb.Helper()
	d, err := strategy.Next(s)
	require.NoError(tb, err)
	return d
}

// names are the points that a strategy proposes, best first.
func names(tb testing.TB, strategy pythia.SearchStrategy, s *pythia.State) string {
	tb.Helper()
	var names []string
	for _, p := range next(tb, strategy, s).Enable {
		names = append(names, p.Node.Point.Name)
	}
	return strings.Join(names, " ")
}

func whys(d pythia.Decision) (whys []string) {
	for _, p := range d.Enable {
		whys = append(whys, p.Why)
	}
	return whys
}
