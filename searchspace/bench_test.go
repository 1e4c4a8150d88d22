package searchspace

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

const million = 1_000_000

func benchmarkPoint(i int) pythia.TracePointID {
	return pythia.TracePointID{Scope: fmt.Sprint("service-", i%100), Name: fmt.Sprint("GET /resource/operation-", i)}
}

// subtree makes the k-th of 900 workflows that together pass a million contexts: a path of four spans, and ten spans below each for three
// levels more.
func subtree(tb testing.TB, k int) *pythia.Trace {
	spans := make([]pythia.Span, 0, 1114)
	add := func(parent string, child, depth, slot int) string {
		id := fmt.Sprint(len(spans))
		s := pythia.Span{ID: id, ParentID: parent, Point: benchmarkPoint(depth*10 + child)}
		width := int64(1e10)
		for range depth {
			width /= 10
		}
		if p := len(spans); p > 0 {
			var above int
			_, _ = fmt.Sscan(parent, &above)
			s.StartNanos = spans[above].StartNanos + int64(slot)*width
		}
		s.EndNanos = s.StartNanos + width*9/10
		spans = append(spans, s)
		return id
	}
	top := []int{0, k / 100, k / 10 % 10, k % 10}
	parent := ""
	for depth, child := range top {
		parent = add(parent, child, depth, 0)
	}
	level := []string{parent}
	for depth := len(top); depth < len(top)+3; depth++ {
		var next []string
		for _, p := range level {
			for child := range 10 {
				next = append(next, add(p, child, depth, child))
			}
		}
		level = next
	}
	t, err := pythia.NewTrace("t", spans)
	require.NoError(tb, err)
	return t
}

// BenchmarkBuild measures Observe alone, from nothing to a million contexts.
func BenchmarkBuild(b *testing.B) {
	var spent time.Duration
	spans := 0
	for b.Loop() {
		c := new(CCT)
		for k := range 900 {
			t := subtree(b, k)
			begin := time.Now()
			c.Observe(t)
			spent += time.Since(begin)
			spans += len(t.Spans)
		}
		require.Equal(b, 999_000+900+90+9+1, c.Stats().Contexts)
	}
	b.ReportMetric(float64(spent.Milliseconds())/float64(b.N), "build-ms")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(spans), "ns/span")
}

// BenchmarkObserve adds workflows whose contexts are known.
func BenchmarkObserve(b *testing.B) {
	t := subtree(b, 123)
	for name, s := range map[string]pythia.SearchSpace{"CCT": new(CCT), "flat": new(Flat)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.Observe(t)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(t.Spans)), "ns/span")
		})
	}
}

// BenchmarkQuery asks for a different one of 50,000 contexts every time, so the answer is never in the processor's caches.
func BenchmarkQuery(b *testing.B) {
	benchmarkQuery(b, grow(million))
	const last = million - million/10
	b.Run("scattered siblings", func(b *testing.B) {
		benchmarkQuery(b, growBy(million, func(i int) int { return i%(last/10)*10 + i/(last/10) }))
	})
}

func benchmarkQuery(b *testing.B, c *CCT) {
	contexts := make([]pythia.ContextID, 50_000)
	for i := range contexts {
		contexts[i] = c.tree.at(int32(10_001 + i*7919%89_000)).id
	}
	event := func(i int, end bool) pythia.Event {
		return pythia.Event{Point: pythia.TracePointID{Scope: "svc", Name: string(rune('a' + i))}, End: end}
	}
	for what, query := range map[string]func(pythia.ContextID) int{
		"Children":   func(id pythia.ContextID) int { return len(c.Children(id)) },
		"InsideAll":  func(id pythia.ContextID) int { return len(c.Inside(id, event(0, false), event(9, true))) },
		"InsideSome": func(id pythia.ContextID) int { return len(c.Inside(id, event(2, true), event(7, false))) },
	} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			i, found := 0, 0
			for b.Loop() {
				found += query(contexts[i%len(contexts)])
				i++
			}
			require.Positive(b, found)
		})
	}
}

func BenchmarkSave(b *testing.B) {
	c := grow(million)
	b.ResetTimer()
	for b.Loop() {
		require.NoError(b, c.Save(io.Discard))
	}
}

func BenchmarkLoad(b *testing.B) {
	var file bytes.Buffer
	require.NoError(b, grow(million).Save(&file))
	for b.Loop() {
		c, err := Load(bytes.NewReader(file.Bytes()))
		require.NoError(b, err)
		require.Equal(b, million, c.Stats().Contexts)
	}
	b.ReportMetric(float64(file.Len())/million, "file-B/context")
}

func BenchmarkMerge(b *testing.B) {
	other := grow(million)
	for b.Loop() {
		new(CCT).Merge(other)
	}
}
