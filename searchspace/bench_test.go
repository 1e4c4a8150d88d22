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
	asked := func(i int) int { return 10_001 + i*7919%89_000 }
	contexts := make([]pythia.ContextID, 50_000)
	for i := range contexts {
		contexts[i] = c.tree.at(int32(asked(i))).id
	}
	event := func(i int, end bool) pythia.Event {
		return pythia.Event{Point: pythia.TracePointID{Scope: "svc", Name: string(rune('a' + i))}, End: end}
	}
	var buffer [8]pythia.TracePointID // the caller has the stack at hand
	for what, query := range map[string]func(int) int{
		"Children":   func(i int) int { return len(c.Children(contexts[i])) },
		"InsideAll":  func(i int) int { return len(c.Inside(stackOf(&buffer, asked(i)), event(0, false), event(9, true))) },
		"InsideSome": func(i int) int { return len(c.Inside(stackOf(&buffer, asked(i)), event(2, true), event(7, false))) },
	} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			i, found := 0, 0
			for b.Loop() {
				found += query(i % len(contexts))
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

// stackOf is the stack of one of the first tenth of the nodes that grow makes.
func stackOf(buffer *[8]pythia.TracePointID, node int) []pythia.TracePointID {
	first := len(buffer)
	for ; node > 0; node = (node - 1) / 10 {
		first--
		buffer[first] = pythia.TracePointID{Scope: "svc", Name: string(rune('a' + (node-1)%10))}
	}
	return buffer[first:]
}

// growUnlike makes a tree of n contexts, 10 below each, in which no point is on a stack twice.
func growUnlike(n int) *CCT {
	c := new(CCT)
	c.begin()
	depth := []int{0}
	for i := range n {
		d := depth[i/10] + 1
		depth = append(depth, d)
		p := benchmarkPoint(10*d + i%10)
		k := c.add(c.tree.at(int32(i/10)).id.Child(p), int32(i/10), c.tree.points.intern(p))
		m := moments{workflows: 9, spans: 11, nanos: 9e6, m2: 9e12, products: 9e13, starts: uint64(i%10) * 1e6}
		c.tree.at(k).packed = m.pack()
		c.tree.at(k).before = 1<<(i%10) - 1
	}
	return c
}

// BenchmarkHidden asks about workflows in which the second and the fourth point of the stack, the point below its last one, or all three were off.
func BenchmarkHidden(b *testing.B) {
	p := benchmarkPoint
	for _, n := range []int{10_000, million} {
		c := growUnlike(n)
		for _, q := range []struct {
			name  string
			stack []pythia.TracePointID
			to    pythia.TracePointID
			want  int
		}{
			{"exact", []pythia.TracePointID{p(11), p(22)}, p(35), 5},
			{"deeper event", []pythia.TracePointID{p(11), p(22)}, p(45), 10},
			{"stack", []pythia.TracePointID{p(11), p(33)}, p(45), 50},
			{"both", []pythia.TracePointID{p(11)}, p(45), 10},
			{"root off", []pythia.TracePointID{p(22)}, p(35), 50},
			{"event nowhere below", []pythia.TracePointID{p(11)}, p(12), 10},
			{"no such stack", []pythia.TracePointID{p(22), p(11)}, p(35), 0},
		} {
			b.Run(fmt.Sprint(n, " ", q.name), func(b *testing.B) {
				b.ReportAllocs()
				from := pythia.Event{}
				if len(q.stack) > 0 {
					from.Point = q.stack[len(q.stack)-1]
				}
				for b.Loop() {
					require.Len(b, c.Inside(q.stack, from, pythia.Event{Point: q.to}), q.want)
				}
			})
		}
	}
}

// BenchmarkExact measures what it takes to find a context of four points by its stack, in a tree that is in the processor's caches.
func BenchmarkExact(b *testing.B) {
	c := growUnlike(10_000)
	stack := []pythia.TracePointID{benchmarkPoint(10), benchmarkPoint(20), benchmarkPoint(30), benchmarkPoint(40)}
	for b.Loop() {
		if _, ok := c.exact(stack); !ok {
			b.Fatal("it is there")
		}
	}
}
