package localize

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/race"
)

// TestHostileWorkflows: shapes that took minutes while some step was quadratic in the spans are observed in seconds, also by the race detector.
func TestHostileWorkflows(t *testing.T) {
	const n = 50_000
	limit := 10 * time.Second
	if race.Enabled {
		limit = time.Minute
	}
	for name, span := range map[string]func(i int) pythia.Span{
		"a client span of many children": func(i int) pythia.Span {
			s := pythia.Span{ID: fmt.Sprint(i), ParentID: "0", Point: point("s", "child"), StartNanos: int64(10 * i), EndNanos: int64(10*i + 5)}
			if i == 0 {
				s = pythia.Span{ID: "0", Kind: pythia.KindClient, Point: point("s", "parent"), EndNanos: 10 * n}
			}
			return s
		},
		"a deep chain of distinct points": func(i int) pythia.Span {
			return pythia.Span{ID: fmt.Sprint(i), ParentID: fmt.Sprint(i - 1), Point: point("s", fmt.Sprint(i)), StartNanos: int64(i), EndNanos: int64(4*n - i)}
		},
	} {
		spans := make([]pythia.Span, n)
		for i := range spans {
			spans[i] = span(i)
		}
		trace, err := pythia.NewTrace(name, spans)
		require.NoError(t, err)
		v, err := New(Config{})
		require.NoError(t, err)
		start := time.Now()
		v.Observe("all", trace)
		require.Less(t, time.Since(start), limit, name)
	}
}

// TestCountsAreBounded: a workflow of very many points is not kept whole, but for the points with most spans.
func TestCountsAreBounded(t *testing.T) {
	spans := []pythia.Span{{ID: "again", Point: point("s", "p999")}}
	for i := range 1000 {
		spans = append(spans, pythia.Span{ID: fmt.Sprint(i), Point: point("s", fmt.Sprint("p", i))})
	}
	trace, err := pythia.NewTrace("t", spans)
	require.NoError(t, err)
	var c collector
	words := newDictionary()
	c.collect(words, trace)
	require.Len(t, c.counts, maxVariables)
	require.Equal(t, wordCount{words.numberOfText("s p999"), 2}, c.counts[0])
}
