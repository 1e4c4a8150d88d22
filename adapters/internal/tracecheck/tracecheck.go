// Package tracecheck checks in tests what must hold of every trace, whatever it was read from.
package tracecheck

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// Record builds the traces of a record, requires each to be valid, and returns them.
func Record(tb testing.TB, r partial.Record) []*pythia.Trace {
	tb.Helper()
	require.GreaterOrEqual(tb, r.Rejected, len(r.Reasons))
	var traces []*pythia.Trace
	for _, p := range r.Traces {
		require.NotEmpty(tb, p.ID)
		built, err := p.Build()
		require.NoError(tb, err)
		Trace(tb, built)
		traces = append(traces, built)
	}
	return traces
}

// Trace requires a trace to be valid: its spans are in order, its tree reaches all of them, and its critical path lasts exactly as
// long as it does.
func Trace(tb testing.TB, t *pythia.Trace) {
	tb.Helper()
	require.NotEmpty(tb, t.Spans)
	reached := append([]int32(nil), t.Roots()...)
	for i := 0; i < len(reached); i++ {
		reached = append(reached, t.Children(int(reached[i]))...)
	}
	require.Len(tb, reached, len(t.Spans))
	for i, s := range t.Spans {
		require.NotEmpty(tb, s.ID)
		require.GreaterOrEqual(tb, s.EndNanos, s.StartNanos)
		require.True(tb, i == 0 || t.Spans[i-1].StartNanos <= s.StartNanos)
	}
	for _, m := range []pythia.Measure{pythia.UntilWorkDone, pythia.UntilAnswered} {
		start, end := t.Interval(m)
		sum := int64(0)
		for _, section := range t.CriticalPath(m) {
			sum += section.Nanos()
		}
		require.Equal(tb, end-start, sum)
	}
}
