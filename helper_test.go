package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

var bothMeasures = []pythia.Measure{pythia.UntilWorkDone, pythia.UntilAnswered}

type option func(*pythia.Span)

// span makes a span whose trace point is named after it, in nanoseconds.
func span(id, parent string, start, end int64, options ...option) pythia.Span {
	s := pythia.Span{ID: id, ParentID: parent, Point: pythia.TracePointID{Scope: "svc", Name: id}, StartNanos: start, EndNanos: end}
	for _, o := range options {
		o(&s)
	}
	return s
}

func named(name string) option      { return func(s *pythia.Span) { s.Point.Name = name } }
func kind(k pythia.SpanKind) option { return func(s *pythia.Span) { s.Kind = k } }
func attrs(a ...pythia.Attr) option { return func(s *pythia.Span) { s.Attrs = pythia.AttrsOf(a...) } }
func links(l ...pythia.Link) option { return func(s *pythia.Span) { s.Links = l } }
func unfinished(s *pythia.Span)     { s.Unfinished = true }
func client(host string) option     { return onHost(host, pythia.KindClient) }
func server(host string) option     { return onHost(host, pythia.KindServer) }
func internal(host string) option   { return onHost(host, pythia.KindInternal) }
func event(name string, at int64) option {
	return func(s *pythia.Span) { s.Events = append(s.Events, pythia.SpanEvent{Name: name, TimeNanos: at}) }
}

func onHost(host string, k pythia.SpanKind) option {
	return func(s *pythia.Span) { s.Process, s.Kind = &pythia.Process{Service: "svc", Host: host}, k }
}

// build makes a trace with the ID "t" and checks it.
func build(tb testing.TB, spans ...pythia.Span) *pythia.Trace {
	tb.Helper()
	trace, err := pythia.NewTrace("t", spans)
	require.NoError(tb, err)
	requireSound(tb, trace)
	return trace
}

// shape writes a small trace as "root 0-10 (child 1-2, child 3-4)".
func shape(t *pythia.Trace) string { return shapeOf(t, t.Roots()) }

func shapeOf(t *pythia.Trace, spans []int32) string {
	var parts []string
	for _, i := range spans {
		s := t.Spans[i]
		part := fmt.Sprintf("%s %d-%d", s.ID, s.StartNanos, s.EndNanos)
		if children := t.Children(int(i)); len(children) > 0 {
			part += " (" + shapeOf(t, children) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// pathOf writes a critical path as "owner 0-5, owner 5-10"; "-" is the time between roots.
func pathOf(t *pythia.Trace, m pythia.Measure) string {
	var parts []string
	for _, s := range t.CriticalPath(m) {
		owner := "-"
		if s.Owner != pythia.NoParent {
			owner = t.Spans[s.Owner].ID
		}
		parts = append(parts, fmt.Sprintf("%s %d-%d", owner, s.StartNanos, s.EndNanos))
	}
	return strings.Join(parts, ", ")
}

// randomSpans makes a random workflow of up to 40 spans with everything that can be wrong with one. The same seed gives the same spans.
func randomSpans(seed uint64) []pythia.Span {
	r := rand.New(rand.NewPCG(seed, 1))
	hosts := []*pythia.Process{nil, {Service: "a", Host: "h1"}, {Service: "b", Host: "h2"}, {Service: "c", Instance: "h3"}}
	spans := make([]pythia.Span, 0, 44)
	for i := range 1 + r.IntN(40) {
		s := span(fmt.Sprintf("s%02d", i), "", 10_000+r.Int64N(1000), 0, named(fmt.Sprint("p", r.IntN(6))), kind(pythia.SpanKind(r.IntN(5))))
		if i > 0 && r.IntN(15) > 0 {
			parent := spans[r.IntN(i)]
			s.ParentID, s.StartNanos = parent.ID, parent.StartNanos+r.Int64N(200)-20
		}
		if r.IntN(40) == 0 {
			s.ParentID = "gone"
		}
		s.EndNanos = s.StartNanos + []int64{0, r.Int64N(1000), r.Int64N(100), r.Int64N(100), -r.Int64N(50)}[r.IntN(5)]
		s.Unfinished = r.IntN(20) == 0
		s.Process = hosts[r.IntN(len(hosts))]
		s.Events = []pythia.SpanEvent{{Name: "e", TimeNanos: s.StartNanos}}
		if r.IntN(10) == 0 {
			s.Links = []pythia.Link{{SpanID: fmt.Sprintf("s%02d", r.IntN(50))}}
		}
		spans = append(spans, s)
	}
	for range r.IntN(4) { // reported twice
		s := spans[r.IntN(len(spans))]
		s.EndNanos += r.Int64N(10)
		s.Unfinished, s.Events = r.IntN(2) == 0, slices.Clone(s.Events)
		spans = append(spans, s)
	}
	if r.IntN(10) == 0 { // a cycle, perhaps
		spans[0].ParentID = spans[len(spans)-1].ID
	}
	return spans
}

// requireSound checks what must hold of every trace.
func requireSound(tb testing.TB, t *pythia.Trace) {
	tb.Helper()
	requireTree(tb, t)
	requireContexts(tb, t)
	for _, m := range bothMeasures {
		requirePath(tb, t, m)
	}
}

// requireTree: spans are in order, all are reached from the roots exactly once, and Parent and Children agree.
func requireTree(tb testing.TB, t *pythia.Trace) {
	tb.Helper()
	require.NotEmpty(tb, t.Spans)
	order := append([]int32(nil), t.Roots()...)
	seen := make([]bool, len(t.Spans))
	for _, r := range t.Roots() {
		require.Equal(tb, pythia.NoParent, t.Parent(int(r)))
	}
	for i := 0; i < len(order); i++ {
		require.False(tb, seen[order[i]], "reached twice")
		seen[order[i]] = true
		for _, c := range t.Children(int(order[i])) {
			require.Equal(tb, int(order[i]), t.Parent(int(c)))
			order = append(order, c)
		}
	}
	require.Len(tb, order, len(t.Spans))
	require.IsIncreasing(tb, append([]int32{-1}, t.Roots()...))
	for i, s := range t.Spans {
		require.GreaterOrEqual(tb, s.EndNanos, s.StartNanos)
		if i > 0 {
			before := t.Spans[i-1]
			sorted := before.StartNanos < s.StartNanos || before.StartNanos == s.StartNanos && before.ID < s.ID
			require.True(tb, sorted, "span %d", i)
		}
		if c := t.Children(i); len(c) > 1 {
			require.IsIncreasing(tb, c)
		}
	}
}

// requireContexts: spans share a context exactly if they share a stack.
func requireContexts(tb testing.TB, t *pythia.Trace) {
	tb.Helper()
	stacks, contexts := make(map[pythia.ContextID]string), make(map[string]pythia.ContextID)
	for i := range t.Spans {
		stack, context := fmt.Sprintf("%q", t.Stack(i, len(t.Spans))), t.Context(i)
		if known, ok := stacks[context]; ok {
			require.Equal(tb, known, stack)
		}
		if known, ok := contexts[stack]; ok {
			require.Equal(tb, known, context)
		}
		stacks[context], contexts[stack] = stack, context
	}
}

// requirePath: the sections follow each other without a gap, fill the workflow's interval, and lie within their owners' work.
func requirePath(tb testing.TB, t *pythia.Trace, m pythia.Measure) {
	tb.Helper()
	start, end := t.Interval(m)
	done := workDone(t)
	at := start
	for _, s := range t.CriticalPath(m) {
		require.Equal(tb, at, s.StartNanos, "%v\n%s", m, pathOf(t, m))
		require.GreaterOrEqual(tb, s.Nanos(), int64(0))
		at = s.EndNanos
		if s.Owner == pythia.NoParent {
			require.Greater(tb, len(t.Roots()), 1)
			continue
		}
		require.GreaterOrEqual(tb, s.StartNanos, t.Spans[s.Owner].StartNanos)
		if m == pythia.UntilAnswered {
			require.LessOrEqual(tb, s.EndNanos, t.Spans[s.Owner].EndNanos)
		}
		require.LessOrEqual(tb, s.EndNanos, done[s.Owner])
	}
	require.Equal(tb, end, at, "%v\n%s", m, pathOf(t, m))
}

// workDone returns when the last span below each span ended, found the slow way.
func workDone(t *pythia.Trace) []int64 {
	done := make([]int64, len(t.Spans))
	for i, s := range t.Spans {
		for j := i; j != pythia.NoParent; j = t.Parent(j) {
			done[j] = max(done[j], s.EndNanos)
		}
	}
	return done
}
