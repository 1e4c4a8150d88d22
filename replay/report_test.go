package replay_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

// TestEvents: a span's events move with it, and the recorded ones stay where they were.
func TestEvents(t *testing.T) {
	pay := spanAt("bank pay", "buy", 20, 80)
	pay.Events = []pythia.SpanEvent{{Name: "retry", TimeNanos: 30, Attrs: []pythia.Attr{pythia.Number("n", 1)}}}
	recorded := traceOf(t, "r", spanAt("shop buy", "", 0, 100), pay)
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{recorded}})
	for range 2 {
		reported := a.Next()
		now := a.Now().UnixNano()
		require.Equal(t, []pythia.SpanEvent{{Name: "retry", TimeNanos: now + 30, Attrs: []pythia.Attr{pythia.Number("n", 1)}}}, reported.Spans[1].Events)
		require.Equal(t, pay.Events, recorded.Spans[1].Events)
	}
}

// TestUnfinished: a span that never ended ends with the last thing that is seen of it.
func TestUnfinished(t *testing.T) {
	buy := spanAt("shop buy", "", 0, 0)
	buy.Unfinished = true
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{traceOf(t, "r", buy, spanAt("shop cart", "buy", 10, 90), spanAt("shop note", "cart", 20, 30))}})
	require.NoError(t, a.Enable(t.Context(), at("shop note")))
	require.Equal(t, int64(30), a.Next().Spans[0].DurationNanos())
	require.NoError(t, a.Enable(t.Context(), at("shop cart")))
	require.Equal(t, int64(90), a.Next().Spans[0].DurationNanos())
}

// TestLinks: what was a parent by a link hangs below it, or what is visible above, and links lead nowhere any more.
func TestLinks(t *testing.T) {
	work := spanAt("worker work", "", 50, 90)
	work.Links = []pythia.Link{{TraceID: "r", SpanID: "send"}, {TraceID: "other", SpanID: "x"}}
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{traceOf(t, "r", spanAt("shop buy", "", 0, 100), spanAt("shop send", "buy", 10, 20), work)}})
	require.Equal(t, "buy (work)", shapeOf(a.Next()))
	require.NoError(t, a.Enable(t.Context(), at("shop send")))
	reported := a.Next()
	require.Equal(t, "buy (send (work))", shapeOf(reported))
	require.Equal(t, map[string]int{"asynchronous": 1}, reported.Repairs.ByName(), "no link to be followed again")
	require.Empty(t, reported.Spans[2].Links)
}

// TestCycle: a cycle that was broken when it was recorded stays so.
func TestCycle(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{traceOf(t, "r",
		spanAt("shop a", "c", 0, 100), spanAt("shop b", "a", 10, 90), spanAt("shop c", "b", 20, 80))}})
	require.Equal(t, "a", shapeOf(a.Next()))
	require.NoError(t, a.Enable(t.Context(), at("shop c")))
	require.Equal(t, "a (c)", shapeOf(a.Next()))
	require.NoError(t, a.Enable(t.Context(), at("shop b")))
	reported := a.Next()
	require.Equal(t, "a (b (c))", shapeOf(reported))
	require.Equal(t, pythia.Repairs{}, reported.Repairs)
}

// hostileTrace is a random workflow with most of what can be wrong with one.
func hostileTrace(tb testing.TB, r *rand.Rand, id string) *pythia.Trace {
	hosts := []*pythia.Process{nil, {Service: "a", Host: "h1"}, {Service: "b", Host: "h2"}}
	var spans []pythia.Span
	for i := range 1 + r.IntN(30) {
		s := spanAt(fmt.Sprintf("s%d p%d", r.IntN(3), r.IntN(6)), "", r.Int64N(1000), r.Int64N(1500), pythia.Number("k", float64(i)), pythia.Number("l", 1))
		s.ID, s.Kind, s.Process, s.Unfinished = fmt.Sprint("i", i), pythia.SpanKind(r.IntN(5)), hosts[r.IntN(len(hosts))], r.IntN(15) == 0
		if r.IntN(12) > 0 {
			s.ParentID = fmt.Sprint("i", r.IntN(i+2)) // itself, and ones to come
		}
		if r.IntN(10) == 0 {
			s.Links = []pythia.Link{{SpanID: fmt.Sprint("i", r.IntN(40))}}
		}
		s.Events = []pythia.SpanEvent{{Name: "e", TimeNanos: r.Int64N(3000)}}
		spans = append(spans, s)
		if r.IntN(20) == 0 {
			s.Events = slices.Clone(s.Events)
			spans = append(spans, s)
		}
	}
	return traceOf(tb, id, spans...)
}

// TestHidden: whatever was recorded, what is reported is the recorded trace [pythia.Trace.Without] what is off.
func TestHidden(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		recorded := hostileTrace(t, r, "r")
		whole := fmt.Sprintf("%+v", recorded.Spans)
		a := newApplication(t, replay.Config{Traces: []*pythia.Trace{recorded}, AlwaysOn: func(pythia.TracePointID) bool { return false }})
		points, err := a.Points(t.Context())
		require.NoError(t, err)
		for range 5 {
			on := make(map[pythia.TracePointID]bool)
			for _, p := range points {
				on[p.ID] = r.IntN(2) == 0
				require.NoError(t, a.Disable(t.Context(), p.ID))
				if on[p.ID] {
					require.NoError(t, a.Enable(t.Context(), p.ID))
					require.NoError(t, a.EnableAttributes(t.Context(), p.ID, "k"))
				}
			}
			requireWithout(t, recorded.Without(func(id pythia.TracePointID) bool { return !on[id] }), a.Next(), a.Now().UnixNano()-recorded.StartNanos())
			require.Equal(t, whole, fmt.Sprintf("%+v", recorded.Spans), "what was recorded is left alone")
		}
	}
}

// requireWithout requires a reported trace to be what is wanted, later by some time, and without the attribute l.
func requireWithout(t *testing.T, want, reported *pythia.Trace, later int64) {
	if want == nil {
		require.Nil(t, reported)
		return
	}
	require.Equal(t, want.RequestType, reported.RequestType)
	require.Equal(t, len(want.Spans), len(reported.Spans))
	for i := range want.Spans {
		w, s := want.Spans[i], &reported.Spans[i]
		require.Equal(t, want.Parent(i), reported.Parent(i))
		require.Equal(t, want.Context(i), reported.Context(i))
		w.ParentID, w.Links, w.Attrs = s.ParentID, nil, pythia.AttrsOf(slices.Collect(w.Attrs.All())[:1]...)
		w.StartNanos += later
		w.EndNanos += later
		w.Events = slices.Clone(w.Events)
		for k := range w.Events {
			w.Events[k].TimeNanos += later
		}
		require.Equal(t, w, *s)
	}
}
