package tracefile

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
	"github.com/pythia-trace/pythia/internal/testdata"
)

func TestOpenStack(t *testing.T) {
	var creates atomic.Int64
	stats, err := Read(context.Background(), []string{testdata.Shared(t, "openstack", "rounds.points.jsonl.gz")}, Options{}, func(_ int, tr *pythia.Trace) {
		tracecheck.Trace(t, tr)
		if tr.RequestType == "server_create" {
			creates.Add(1)
		}
	})
	require.NoError(t, err)
	require.Empty(t, stats.Problems)
	require.Zero(t, stats.Rejected)
	require.Equal(t, 1200, stats.Traces)
	require.Equal(t, 310726/2, stats.Spans)
	require.Equal(t, int64(118), creates.Load())
}

func TestNezha(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "nezha"), "tt-0130*.gz"))
	require.NoError(t, err)
	stats, err := Read(context.Background(), files, Options{}, func(_ int, tr *pythia.Trace) { tracecheck.Trace(t, tr) })
	require.NoError(t, err)
	require.Equal(t, len(files), stats.Files)
	require.Positive(t, stats.Traces)
	for _, p := range stats.Problems {
		require.Contains(t, p.Message, "wrong events") // one trace's clock is off by centuries
	}
}

func BenchmarkRead(b *testing.B) {
	path := testdata.Shared(b, "openstack", "rounds.points.jsonl.gz")
	b.ReportAllocs()
	for b.Loop() {
		stats, err := Read(context.Background(), []string{path}, Options{}, func(int, *pythia.Trace) {})
		require.NoError(b, err)
		require.Equal(b, 1200, stats.Traces)
	}
}
