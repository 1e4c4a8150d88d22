package tracefile

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// endless gives a document's start, then an element again and again, then its end.
func endless(start, element, end string, times int) io.Reader {
	parts := []io.Reader{strings.NewReader(start)}
	for range times {
		parts = append(parts, strings.NewReader(element))
	}
	return io.MultiReader(append(parts, strings.NewReader(end))...)
}

// A document on one line of 200 MB is read in the memory of a few batches.
func TestLargeDocumentsAreStreamed(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 400 MB")
	}
	padded := strings.Replace(jaegerSpans("1"), `"op"`, `"`+strings.Repeat("op", 10_000)+`"`, 1)
	span := strings.Replace(zipkinSpan(1, 1), `"op"`, `"`+strings.Repeat("op", 10_000)+`"`, 1)
	for name, in := range map[string]io.Reader{
		"Jaeger": endless(`{"data":[`, padded+",", padded+"]}", 10_000),
		"Zipkin": endless(`[`, span+",", span+"]", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			peak := uint64(0)
			opts := Options{Stdin: in, MaxOpenSpans: 100, Progress: func(Progress) {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}}
			stats, err := Read(t.Context(), []string{"-"}, opts, func(int, *pythia.Trace) {})
			require.NoError(t, err)
			require.Empty(t, stats.Problems)
			require.Positive(t, stats.Traces)
			require.Less(t, peak, uint64(100<<20))
		})
	}
}
