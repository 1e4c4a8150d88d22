package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pythia-trace/pythia"
)

// tree returns spans of which each calls some others, one after the other, in the order in which they ended: that is how they are reported.
func tree(r *rand.Rand, spans, fanOut int) []pythia.Span {
	out := make([]pythia.Span, spans)
	for i := range out {
		out[i] = pythia.Span{
			ID:    fmt.Sprintf("%016x", r.Uint64()),
			Point: pythia.TracePointID{Scope: "service" + strconv.Itoa(i%7), Name: "operation " + strconv.Itoa(i%20)},
		}
		if i > 0 {
			out[i].ParentID = out[(i-1)/fanOut].ID
		}
	}
	last := make([]int64, spans) // when a span's last call had ended
	for i := range out {
		start := int64(1e18)
		if i > 0 {
			start = last[(i-1)/fanOut] + 10 + r.Int64N(100)
		}
		out[i].StartNanos, last[i] = start, start
		length := int64(1e6)
		for c := i; c > 0; c = (c - 1) / fanOut {
			length /= int64(fanOut + 1)
		}
		out[i].EndNanos = start + length + 1000
		if i > 0 {
			last[(i-1)/fanOut] = out[i].EndNanos
		}
	}
	slices.SortStableFunc(out, func(a, b pythia.Span) int { return int(a.EndNanos - b.EndNanos) })
	return out
}

func BenchmarkNewTrace(b *testing.B) {
	for _, n := range []int{5, 20, 120, 1000, 120_000} {
		b.Run("spans="+strconv.Itoa(n), func(b *testing.B) {
			spans := tree(rand.New(rand.NewPCG(1, 2)), n, 4)
			b.ReportAllocs()
			work := make([]pythia.Span, n)
			for b.Loop() {
				copy(work, spans)
				if _, err := pythia.NewTrace("t", work); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}

// BenchmarkCriticalPath reports what the path takes, by span, as ns/span; ns/op is that of building the traces too, since a trace keeps its path. As many are
// built at once as the cache holds, for a path is asked for when its trace was just built.
func BenchmarkCriticalPath(b *testing.B) {
	for _, n := range []int{1, 5, 20, 120, 1000, 120_000} {
		b.Run("spans="+strconv.Itoa(n), func(b *testing.B) {
			spans := tree(rand.New(rand.NewPCG(1, 2)), n, 4)
			traces := make([]*pythia.Trace, 1+2000/n)
			var walking time.Duration
			for b.Loop() {
				for i := range traces {
					var err error
					if traces[i], err = pythia.NewTrace("t", slices.Clone(spans)); err != nil {
						b.Fatal(err)
					}
				}
				began := time.Now()
				for _, t := range traces {
					t.CriticalPath(pythia.UntilWorkDone)
				}
				walking += time.Since(began)
			}
			b.ReportMetric(float64(walking.Nanoseconds())/float64(b.N*len(traces)*n), "ns/span")
		})
	}
}
