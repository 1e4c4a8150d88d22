package pythia_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// pathCase gives the path until the work is done, and, where it is another one, until the client is answered.
type pathCase struct {
	name           string
	spans          []pythia.Span
	done, answered string
}

func checkPaths(t *testing.T, cases []pathCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			trace := build(t, c.spans...)
			if c.answered == "" {
				c.answered = c.done
			}
			require.Equal(t, c.done, pathOf(trace, pythia.UntilWorkDone))
			require.Equal(t, c.answered, pathOf(trace, pythia.UntilAnswered))
		})
	}
}

func TestPathOfSynchronousWork(t *testing.T) {
	p := span("p", "", 0, 100)
	checkPaths(t, []pathCase{
		{"one span", []pythia.Span{p}, "p 0-100", ""},
		{"one of no length", []pythia.Span{span("p", "", 5, 5)}, "p 5-5", ""},
		{"one child", []pythia.Span{p, span("a", "p", 10, 40)}, "p 0-10, a 10-40, p 40-100", ""},
		{"a child all along", []pythia.Span{p, span("a", "p", 0, 100)}, "a 0-100", ""},
		{"one after the other", []pythia.Span{p, span("a", "p", 10, 40), span("b", "p", 50, 90)}, "p 0-10, a 10-40, p 40-50, b 50-90, p 90-100", ""},
		{"touching", []pythia.Span{p, span("a", "p", 0, 50), span("b", "p", 50, 100)}, "a 0-50, b 50-100", ""},
		{"in parallel: the one that ends last", []pythia.Span{p, span("a", "p", 10, 40), span("b", "p", 20, 90)}, "p 0-20, b 20-90, p 90-100", ""},
		{"grandchildren", []pythia.Span{p, span("a", "p", 10, 90), span("b", "a", 20, 30)}, "p 0-10, a 10-20, b 20-30, a 30-90, p 90-100", ""},
		{"a child of no length lies on the path", []pythia.Span{p, span("a", "p", 30, 30)}, "p 0-30, a 30-30, p 30-100", ""},
		{"an early child counts from its parent's start", []pythia.Span{span("p", "", 10, 50), span("a", "p", 5, 20)}, "a 10-20, p 20-50", ""},
		{"a child before its parent does not count", []pythia.Span{span("p", "", 10, 50), span("a", "p", 5, 10)}, "p 10-50", ""},
	})
}

func TestPathOfTies(t *testing.T) {
	p := span("p", "", 0, 100)
	checkPaths(t, []pathCase{
		{"of children that end together the longest", []pythia.Span{p, span("a", "p", 60, 90), span("b", "p", 10, 90)}, "p 0-10, b 10-90, p 90-100", ""},
		{"whatever their IDs", []pythia.Span{p, span("a", "p", 10, 90), span("b", "p", 60, 90)}, "p 0-10, a 10-90, p 90-100", ""},
		{"alike in everything: the first ID", []pythia.Span{p, span("b", "p", 10, 90), span("a", "p", 10, 90)}, "p 0-10, a 10-90, p 90-100", ""},
		{"before it, what had ended when it started", []pythia.Span{p, span("a", "p", 0, 9), span("b", "p", 60, 90), span("c", "p", 10, 90)}, "a 0-9, p 9-10, c 10-90, p 90-100", ""},
	})
}

// TestPathOfMildOverlap: at most 1 % of the parent and 5 % of the child.
func TestPathOfMildOverlap(t *testing.T) {
	p, b := span("p", "", 0, 10_000), span("b", "p", 5000, 10_000)
	mild := func(start, end int64) []pythia.Span { return []pythia.Span{p, b, span("a", "p", start, end)} }
	const parallel = "p 0-5000, b 5000-10000"
	checkPaths(t, []pathCase{
		{"1 % of the parent", mild(0, 5100), "a 0-5000, b 5000-10000", ""},
		{"more", mild(0, 5101), parallel, ""},
		{"5 % of the child", mild(4905, 5005), "p 0-4905, a 4905-5000, b 5000-10000", ""},
		{"more of it", mild(4905, 5006), parallel, ""},
		{"starts with the next one", mild(5000, 5005), parallel, ""},
	})
}

// TestPathOfAsynchronousWork: a cast returns at once; what it set off is what the request waits for in the end, as in OpenStack.
func TestPathOfAsynchronousWork(t *testing.T) {
	p := span("p", "", 0, 10)
	checkPaths(t, []pathCase{
		{"it outlasts its parent", []pythia.Span{p, span("a", "p", 4, 30)}, "p 0-4, a 4-30", "p 0-4, a 4-10"},
		{"cast: it starts after its parent's end", []pythia.Span{p, span("a", "p", 50, 90)}, "p 0-50, a 50-90", "p 0-10"},
		{"it starts at its parent's end", []pythia.Span{p, span("a", "p", 10, 90)}, "p 0-10, a 10-90", "p 0-10"},
		{
			"cast by cast", []pythia.Span{p, span("a", "p", 20, 30), span("b", "a", 40, 50)},
			"p 0-20, a 20-40, b 40-50", "p 0-10",
		},
		{
			"a cast, and an answer that does not wait for it", []pythia.Span{p, span("a", "p", 2, 5), span("b", "p", 3, 40)},
			"p 0-3, b 3-40", "p 0-3, b 3-10",
		},
		{
			"its grandchild goes on", []pythia.Span{p, span("a", "p", 2, 8), span("b", "a", 5, 25)},
			"p 0-2, a 2-5, b 5-25", "p 0-2, a 2-5, b 5-8, p 8-10",
		},
	})
}

func TestPathOfMessages(t *testing.T) {
	p := span("p", "", 0, 100)
	send, handle := span("send", "p", 10, 40, kind(pythia.KindProducer)), span("handle", "send", 20, 30, kind(pythia.KindConsumer))
	checkPaths(t, []pathCase{
		{
			"consumers do not hold up producers", []pythia.Span{p, send, handle},
			"p 0-10, send 10-20, handle 20-30, send 30-40, p 40-100", "p 0-10, send 10-40, p 40-100",
		},
		{
			"other children do", []pythia.Span{p, send, span("serialise", "send", 12, 15)},
			"p 0-10, send 10-12, serialise 12-15, send 15-40, p 40-100", "",
		},
		{
			"a consumer below anything else does hold it up", []pythia.Span{p, span("handle", "p", 20, 30, kind(pythia.KindConsumer))},
			"p 0-20, handle 20-30, p 30-100", "",
		},
	})
}

func TestPathOfSeveralRoots(t *testing.T) {
	a := span("a", "", 0, 10)
	checkPaths(t, []pathCase{
		{"with time between", []pythia.Span{a, span("b", "", 15, 20)}, "a 0-10, - 10-15, b 15-20", ""},
		{"in parallel", []pythia.Span{a, span("b", "", 5, 20)}, "- 0-5, b 5-20", ""},
		{"within each other", []pythia.Span{a, span("b", "", 5, 6)}, "a 0-10", ""},
		{"a cast from the first outlasts the second", []pythia.Span{a, span("b", "", 12, 20), span("c", "a", 30, 40)}, "a 0-30, c 30-40", "a 0-10, - 10-12, b 12-20"},
	})
}

func TestPathBoundaries(t *testing.T) {
	trace := build(t, span("p", "", 0, 100), span("a", "p", 10, 40))
	p, a := int32(0), int32(1)
	require.Equal(t, []pythia.Section{
		{Owner: p, From: pythia.Boundary{Span: p}, To: pythia.Boundary{Span: a}, StartNanos: 0, EndNanos: 10},
		{Owner: a, From: pythia.Boundary{Span: a}, To: pythia.Boundary{Span: a, End: true}, StartNanos: 10, EndNanos: 40},
		{Owner: p, From: pythia.Boundary{Span: a, End: true}, To: pythia.Boundary{Span: p, End: true}, StartNanos: 40, EndNanos: 100},
	}, trace.CriticalPath(pythia.UntilWorkDone))
	roots := build(t, span("a", "", 0, 10), span("b", "", 15, 20))
	between := pythia.Section{
		Owner: pythia.NoParent, From: pythia.Boundary{Span: 0, End: true}, To: pythia.Boundary{Span: 1}, StartNanos: 10, EndNanos: 15,
	}
	require.Equal(t, between, roots.CriticalPath(pythia.UntilAnswered)[1])
}

func TestInterval(t *testing.T) {
	trace := build(t, span("p", "", 5, 10), span("a", "p", 50, 90), span("q", "", 7, 20), span("early", "q", 1, 2))
	start, end := trace.Interval(pythia.UntilWorkDone)
	require.Equal(t, []int64{5, 90}, []int64{start, end})
	start, end = trace.Interval(pythia.UntilAnswered)
	require.Equal(t, []int64{5, 20}, []int64{start, end})
}

// TestPathMovesWithTheClock: the same workflow at another time has the same path, nanosecond by nanosecond, at today's Unix times too.
func TestPathMovesWithTheClock(t *testing.T) {
	const later = 1_763_000_000_000_000_001
	for seed := range uint64(300) {
		spans := randomSpans(seed)
		for i := range spans {
			spans[i].StartNanos += later
			spans[i].EndNanos += later
		}
		moved, still := build(t, spans...), build(t, randomSpans(seed)...)
		for _, m := range bothMeasures {
			want := still.CriticalPath(m)
			got := moved.CriticalPath(m)
			require.Len(t, got, len(want))
			for i, s := range want {
				s.StartNanos += later
				s.EndNanos += later
				require.Equal(t, s, got[i], "seed %d", seed)
			}
		}
	}
}

// TestPathIsThatOfRecursion: the path is the one that its description gives, word by word, without any regard to time and memory.
func TestPathIsThatOfRecursion(t *testing.T) {
	for seed := range uint64(3000) {
		trace := build(t, randomSpans(seed)...)
		for _, m := range bothMeasures {
			require.Equal(t, recursivePath(trace, m), trace.CriticalPath(m), "seed %d", seed)
		}
	}
}

// TestPathOfLongTraces: chains and fans, whose sections leave the buffer full, or nearly empty.
func TestPathOfLongTraces(t *testing.T) {
	const n = 1000
	for name, next := range map[string]func(i int64) (parent string, start, end int64){
		"a chain":                          func(i int64) (string, int64, int64) { return spanName(i - 1), i, 3*n - i },
		"a chain without time between":     func(i int64) (string, int64, int64) { return spanName(i - 1), 0, 3 * n },
		"one after the other":              func(i int64) (string, int64, int64) { return spanName(0), 2 * i, 2*i + 1 },
		"all at once":                      func(i int64) (string, int64, int64) { return spanName(0), i, 2*n + i },
		"all at once, last in, first out":  func(i int64) (string, int64, int64) { return spanName(0), i, 3*n - i },
		"roots":                            func(i int64) (string, int64, int64) { return "", 3 * i, 3*i + 1 },
		"chains, each below a chain's end": func(i int64) (string, int64, int64) { return spanName(i / 2), i, 3*n - i%7 },
	} {
		spans := []pythia.Span{span(spanName(0), "", 0, 3*n)}
		for i := int64(1); i < n; i++ {
			parent, start, end := next(i)
			spans = append(spans, span(spanName(i), parent, start, end))
		}
		trace, err := pythia.NewTrace("t", spans)
		require.NoError(t, err)
		for _, m := range bothMeasures {
			require.Equal(t, recursivePath(trace, m), trace.CriticalPath(m), name)
		}
	}
}

func spanName(i int64) string { return fmt.Sprintf("%04d", i) }

// TestPathsAreKept: what was returned does not change while other traces' paths are worked out.
func TestPathsAreKept(t *testing.T) {
	var traces []*pythia.Trace
	var paths [][]pythia.Section
	for seed := range uint64(200) {
		trace := build(t, randomSpans(seed)...)
		traces, paths = append(traces, trace), append(paths, trace.CriticalPath(pythia.UntilWorkDone))
	}
	for i, trace := range traces {
		require.Equal(t, recursivePath(trace, pythia.UntilWorkDone), paths[i])
	}
}

// recursion finds a path as the documentation of CriticalPath says it.
type recursion struct {
	*pythia.Trace
	m        pythia.Measure
	sections []pythia.Section // last first
}

func recursivePath(t *pythia.Trace, m pythia.Measure) []pythia.Section {
	r := recursion{t, m, nil}
	lo, hi := t.Interval(m)
	if roots := t.Roots(); len(roots) > 1 {
		r.walk(pythia.NoParent, roots, lo, hi)
	} else {
		r.walk(roots[0], t.Children(int(roots[0])), lo, hi)
	}
	slices.Reverse(r.sections)
	return r.sections
}

func (r *recursion) walk(span int32, children []int32, lo, hi int64) {
	cursor, next := hi, pythia.Boundary{Span: span, End: true}
	add := func(from pythia.Boundary, at int64) {
		if at < cursor || from.Span == span && next.Span == span {
			r.sections = append(r.sections, pythia.Section{Owner: span, From: from, To: next, StartNanos: at, EndNanos: cursor})
		}
	}
	children = slices.Clone(children)
	slices.SortFunc(children, func(a, b int32) int { return cmp.Or(cmp.Compare(r.end(b), r.end(a)), cmp.Compare(a, b)) })
	for _, c := range children {
		child := &r.Spans[c]
		start, end := max(child.StartNanos, lo), min(r.end(c), hi)
		outside := start > end || start == end && child.StartNanos < r.end(c)
		overlap := end - cursor
		mild := start < cursor && overlap <= (hi-lo)/100 && overlap <= (end-start)/20
		cast := span != pythia.NoParent && r.Spans[span].Kind == pythia.KindProducer && child.Kind == pythia.KindConsumer
		if outside || overlap > 0 && !mild || cast && r.m == pythia.UntilAnswered {
			continue
		}
		end = min(end, cursor)
		add(pythia.Boundary{Span: c, End: true}, end)
		r.walk(c, r.Children(int(c)), start, end)
		cursor, next = start, pythia.Boundary{Span: c}
	}
	add(pythia.Boundary{Span: span}, lo)
}

func (r *recursion) end(span int32) int64 {
	if r.m == pythia.UntilAnswered {
		return r.Spans[span].EndNanos
	}
	return r.WorkEnd(int(span))
}
