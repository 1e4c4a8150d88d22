package localize

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func BenchmarkObserve(b *testing.B) {
	const spans = 200
	rng := seeded(1)
	w := begin(0)
	w.in("api", "handle", func() {
		for len(w.spans) < spans {
			w.call("api", fmt.Sprintf("service-%d", len(w.spans)%10), fmt.Sprintf("op-%d", len(w.spans)/20), rng.Float64(), func() { w.work(rng.Float64()) })
		}
	})
	trace := w.trace()
	n := float64(len(trace.Spans))
	v := localizer(b, Config{})
	b.ReportAllocs()
	for b.Loop() {
		observe(v, trace)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/span")
}

func BenchmarkLocalize(b *testing.B) {
	rng := seeded(2)
	v := localizer(b, Config{})
	for i := range 50_000 {
		w := begin(i)
		w.in(fmt.Sprintf("api-%d", i%1000), "handle", func() {
			for k := range 5 {
				w.step(fmt.Sprintf("service-%d", k), "op", 10*rng.ExpFloat64())
			}
		})
		observe(v, w.trace())
	}
	b.ReportAllocs()
	for b.Loop() {
		groups, _, err := v.Localize(context.Background(), nil)
		require.NoError(b, err)
		require.Len(b, groups, 1000)
	}
}

func BenchmarkMerge(b *testing.B) {
	traces := randomTraces(300, 3)
	from := localizer(b, Config{})
	observe(from, traces...)
	b.ReportAllocs()
	for b.Loop() {
		into := from.New()
		observe(into, traces[:3]...)
		require.NoError(b, into.Merge(from))
	}
}

// shop is a workflow of twelve spans in four services, with about twenty edges, a loop and attributes, as instrumentation libraries make them.
func shop(i int, rng *rand.Rand) *pythia.Trace {
	w := begin(i)
	w.id = fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64())
	ms := func() float64 { return 0.1 + rng.ExpFloat64() }
	w.span(pythia.KindServer, "frontend", "GET /cart", func() {
		w.work(ms())
		w.call("frontend", "cart", "GetCart", ms(), func() { w.work(ms()); w.step("cart", "redis GET", ms()); w.work(ms()) })
		w.work(ms())
		w.call("frontend", "catalog", "GetProduct", ms(), func() {
			w.work(ms())
			for range 1 + rng.IntN(3) {
				w.step("catalog", "SELECT product", ms())
			}
		})
		w.work(ms())
		w.call("frontend", "currency", "Convert", ms(), func() { w.work(ms()) })
		w.in("frontend", "render", func() { w.work(ms()) }, pythia.String("template", "cart.html"), pythia.Number("items", float64(rng.IntN(12))))
	}, pythia.String("http.request.method", "GET"), pythia.String("http.route", "/cart"), pythia.Number("http.response.status_code", 200),
		pythia.String("client.address", fmt.Sprintf("10.4.1.%d", rng.IntN(250))))
	return w.trace()
}

// shops returns workflows whose critical paths are known: what is measured is what comes on top.
func shops(n int) (traces []*pythia.Trace, spans int) {
	rng := seeded(5)
	for i := range n {
		t := shop(i, rng)
		t.CriticalPath(pythia.UntilWorkDone)
		traces, spans = append(traces, t), spans+len(t.Spans)
	}
	return traces, spans
}

// BenchmarkObserveGroups is the hot path, with workflows that go into the sample and with others.
func BenchmarkObserveGroups(b *testing.B) {
	traces, spans := shops(997) // prime, so that groups see all of them
	for _, size := range []int{1, 1000} {
		for _, n := range []int{1, 1000, 10_000, 100_000} {
			if size*n > 1e7 {
				continue // takes gigabytes
			}
			b.Run(fmt.Sprintf("groups=%d/sample=%d", n, size), func(b *testing.B) {
				keys := make([]pythia.GroupKey, n)
				v := localizer(b, Config{SampleSize: size})
				for i := range keys {
					keys[i] = pythia.NewGroupKey("frontend GET /cart", fmt.Sprint(i))
					v.Observe(keys[i], traces[i%len(traces)])
				}
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					v.Observe(keys[i*7919%n], traces[i%len(traces)])
					i++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans)*float64(len(traces)), "ns/span")
			})
		}
	}
}

// hundredGroups has seen a thousand workflows of each of a hundred groups, as services with some attributes make them.
func hundredGroups(tb testing.TB) *Variance {
	rng := seeded(4)
	v := localizer(tb, Config{})
	for i := range 100_000 {
		w := begin(i)
		w.id = fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64())
		w.in(fmt.Sprintf("api-%d", i%100), "handle", func() {
			for k := range 5 {
				w.in(fmt.Sprintf("service-%d", k), "op", func() { w.work(10 * rng.ExpFloat64()) },
					pythia.Number("bytes", float64(rng.IntN(1<<16))), pythia.String("host", fmt.Sprintf("node-%d", rng.IntN(20))))
			}
		})
		observe(v, w.trace())
	}
	return v
}

// BenchmarkMergeWorkers is what ends a diagnosis: the workers' localizers are merged into one that is empty.
func BenchmarkMergeWorkers(b *testing.B) {
	workers := []*Variance{hundredGroups(b), hundredGroups(b)}
	b.ReportAllocs()
	for b.Loop() {
		into := workers[0].New()
		for _, w := range workers {
			require.NoError(b, into.Merge(w))
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	v := hundredGroups(b)
	b.ReportAllocs()
	for b.Loop() {
		_, err := v.MarshalBinary()
		require.NoError(b, err)
	}
	b.ReportMetric(float64(len(saved(b, v))), "bytes")
}

func BenchmarkUnmarshal(b *testing.B) {
	v := hundredGroups(b)
	data := saved(b, v)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, v.UnmarshalBinary(data))
	}
}
