package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestNewTraceNeedsSpans(t *testing.T) {
	for _, spans := range [][]pythia.Span{nil, {}} {
		_, err := pythia.NewTrace("t", spans)
		require.ErrorIs(t, err, pythia.ErrNoSpans)
	}
}

func TestTraceAccessors(t *testing.T) {
	trace := build(t, span("c", "a", 5, 6), span("b", "a", 2, 3), span("a", "", 1, 9))
	require.Equal(t, "t", trace.ID)
	require.Equal(t, "svc a", trace.RequestType)
	require.Equal(t, []int32{0}, trace.Roots())
	require.Equal(t, []int32{1, 2}, trace.Children(0))
	require.Empty(t, trace.Children(1))
	require.Equal(t, 0, trace.Parent(2))
	require.Equal(t, pythia.NoParent, trace.Parent(0))
	require.Equal(t, int64(1), trace.StartNanos())
	require.Equal(t, int64(8), trace.Spans[0].DurationNanos())
}

func TestSpansThatStartTogetherAreOrderedByID(t *testing.T) {
	trace := build(t, span("c", "", 0, 1), span("a", "", 0, 3), span("b", "", 0, 2))
	require.Equal(t, "a 0-3, b 0-2, c 0-1", shape(trace))
}

// TestAnyOrder: the order in which spans arrive does not matter.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(500) {
		want, err := pythia.NewTrace("t", randomSpans(seed))
		require.NoError(t, err)
		for k := range uint64(3) {
			spans := randomSpans(seed)
			rand.New(rand.NewPCG(seed, k)).Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
			got, err := pythia.NewTrace("t", spans)
			require.NoError(t, err)
			require.Equal(t, want, got, "seed %d", seed)
		}
	}
}

func TestRandomTracesAreSound(t *testing.T) {
	var all pythia.Repairs
	for seed := range uint64(2000) {
		all.Merge(build(t, randomSpans(seed)...).Repairs)
	}
	require.Len(t, all.ByName(), 10, "the generator makes everything but split traces and impossible times: %v", all.ByName())
}

// hostile are shapes that a quadratic or a recursive algorithm would not survive.
var hostile = map[string]func(n int) []pythia.Span{
	"chain": func(n int) []pythia.Span {
		spans := make([]pythia.Span, n)
		for i := range spans {
			spans[i] = span(fmt.Sprint(i), fmt.Sprint(i-1), int64(i), int64(2*n-i), named(fmt.Sprint("p", i%7)))
		}
		spans[0].ParentID = ""
		return spans
	},
	"fan-out": func(n int) []pythia.Span {
		spans := make([]pythia.Span, n)
		for i := range spans {
			spans[i] = span(fmt.Sprint(i), "0", int64(i), int64(i+2), named("p"))
		}
		spans[0] = span("0", "", 0, int64(2*n))
		return spans
	},
	"cycle": func(n int) []pythia.Span {
		spans := make([]pythia.Span, n)
		for i := range spans {
			spans[i] = span(fmt.Sprint(i), fmt.Sprint((i+1)%n), int64(i), int64(2*n), named("p"))
		}
		return spans
	},
	"roots": func(n int) []pythia.Span {
		spans := make([]pythia.Span, n)
		for i := range spans {
			spans[i] = span(fmt.Sprint(i), "", int64(i), int64(i+1), named("p"))
		}
		return spans
	},
}

// limit is how long a hostile trace may take: a quadratic algorithm would take minutes. The race detector takes its share.
func limit() time.Duration {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 10 * time.Second
	}
	return time.Second
}

func TestHostileShapes(t *testing.T) {
	const n = 100_000
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20)) // recursion would end the process
	for name, spans := range hostile {
		t.Run(name, func(t *testing.T) {
			input := spans(n)
			start := time.Now()
			trace, err := pythia.NewTrace("t", input)
			require.NoError(t, err)
			require.Less(t, time.Since(start), limit(), "NewTrace")
			for _, m := range bothMeasures {
				start = time.Now()
				sections := trace.CriticalPath(m)
				require.Less(t, time.Since(start), limit(), "CriticalPath")
				sum := int64(0)
				for _, s := range sections {
					sum += s.Nanos()
				}
				from, to := trace.Interval(m)
				require.Equal(t, to-from, sum)
			}
		})
	}
}

// TestConcurrentReaders is for the race detector.
func TestConcurrentReaders(t *testing.T) {
	trace, err := pythia.NewTrace("t", randomSpans(3))
	require.NoError(t, err)
	paths := make([][]pythia.Section, 8)
	var wait sync.WaitGroup
	for i := range paths {
		wait.Go(func() { paths[i] = slices.Clone(trace.CriticalPath(bothMeasures[i%2])) })
	}
	wait.Wait()
	for i := range paths {
		require.Equal(t, paths[i%2], paths[i])
	}
}
