package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/benchmarks/internal/load"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/render"
)

// TestHotspots: the stages are called what they are called in the code. A profile is a sample, so it goes on until all have been seen.
func TestHotspots(t *testing.T) {
	traffic := store(load.Config{Requests: 1_000, Seed: 1})
	missing := stages()
	for began := time.Now(); len(missing) > 0 && time.Since(began) < time.Minute; {
		h, err := profiled(20, func() error { _, _, err := analyse(t.Context(), traffic, 1, nil); return err })
		require.NoError(t, err)
		require.Contains(t, h.table(1000), "where the time goes")
		missing = slices.DeleteFunc(missing, func(s stage) bool { return h.spent[s.name] > 0 })
	}
	require.Empty(t, missing)
}

// TestReuse: an Engine keeps nothing of the traces that it is given, so that they can be built in one another's memory.
func TestReuse(t *testing.T) {
	traffic := store(load.Config{Requests: 2_000, Seed: 1})
	reports := make([]strings.Builder, 2)
	for i, reuse := range []bool{false, true} {
		c, err := defaults.Config(pythia.UntilWorkDone)
		require.NoError(t, err)
		engine, err := pythia.New(c)
		require.NoError(t, err)
		options := tracefile.Options{Workers: 1, MaxOpenSpans: 20_000, ReuseTraces: reuse, Stdin: traffic.reader()}
		stats, err := tracefile.Read(t.Context(), []string{"-"}, options, func(_ int, t *pythia.Trace) { engine.Observe(t) })
		require.NoError(t, err)
		require.Equal(t, traffic.Spans, stats.Spans)
		report, err := engine.Report(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, report.Groups)
		require.NoError(t, render.JSON(&reports[i], report, render.Sources{}))
	}
	require.Equal(t, reports[0].String(), reports[1].String())
}
