package pythia

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBuildersForget: a trace is the same whatever its builder built before.
func TestBuildersForget(t *testing.T) {
	used := new(builder)
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		seed := r.Uint64()
		fresh, again := &Trace{ID: "t", Spans: randomSpans(seed)}, &Trace{ID: "t", Spans: randomSpans(seed)}
		(&builder{Trace: fresh}).build()
		used.Trace = again
		used.build()
		require.Equal(t, fresh, again, "seed %d", seed)
	}
}

// TestMorePointsThanAreRemembered: numbers of points are good for a trace at least.
func TestMorePointsThanAreRemembered(t *testing.T) {
	spans := make([]Span, mostKnownPoints+2)
	for i := range spans {
		spans[i] = Span{ID: strconv.Itoa(i), Point: TracePointID{Name: strconv.Itoa(i)}, StartNanos: int64(i)}
	}
	b := new(builder)
	for range 2 {
		b.Trace = &Trace{Spans: append([]Span(nil), spans...)}
		b.build()
		require.Equal(t, len(spans), b.PointSet().Size)
	}
	b.Trace = &Trace{Spans: spans[:1:1]}
	b.build()
	require.Len(t, b.Trace.Spans, 1)
	require.Len(t, b.points.known, 1)
}

// randomSpans draws what may go wrong: duplicates, cycles, missing parents, links, skewed clocks, recursion.
func randomSpans(seed uint64) []Span {
	r := rand.New(rand.NewPCG(seed, 3))
	n := 1 + r.IntN(40)
	hosts := []*Process{nil, {Host: "a"}, {Host: "b"}}
	spans := make([]Span, n)
	for i := range spans {
		s := &spans[i]
		s.ID, s.ParentID = strconv.Itoa(r.IntN(n)), strconv.Itoa(r.IntN(n))
		if r.IntN(3) > 0 {
			s.ID, s.ParentID = strconv.Itoa(i), strconv.Itoa(i/2)
		}
		if r.IntN(8) == 0 {
			s.ID, s.ParentID = "", ""
		}
		s.Point = TracePointID{Scope: "s" + strconv.Itoa(r.IntN(3)), Name: "n" + strconv.Itoa(r.IntN(9))}
		s.Kind, s.Process = SpanKind(r.IntN(5)), hosts[r.IntN(len(hosts))]
		s.StartNanos = int64(r.IntN(100))
		s.EndNanos = s.StartNanos + int64(r.IntN(60)) - 5
		s.Unfinished = r.IntN(10) == 0
		if r.IntN(10) == 0 {
			s.Links = []Link{{SpanID: strconv.Itoa(r.IntN(n))}, {TraceID: "other", SpanID: "1"}}
		}
	}
	return spans
}
