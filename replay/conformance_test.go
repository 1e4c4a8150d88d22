package replay

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// controlled is an application that the kit for controllers can look into and move on, to the nanosecond.
type controlled struct{ *Application }

func (c controlled) On(id pythia.TracePointID) bool {
	return c.alwaysOn(id) || slices.Contains(c.Application.On(), id)
}

func (c controlled) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestControllerConformance(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{Points: 30})
	points, err := w.Points(t.Context())
	require.NoError(t, err)
	for _, p := range points {
		require.NoError(t, w.Enable(t.Context(), p.ID))
		require.NoError(t, w.EnableAttributes(t.Context(), p.ID, p.Attributes...))
	}
	var traces []*pythia.Trace
	w.Run(5*time.Second, func(trace *pythia.Trace) { traces = append(traces, trace) })
	tracepointtest.Conformance(t, func(t *testing.T) pythia.TracePointController {
		a, err := New(Config{Traces: traces})
		require.NoError(t, err)
		return controlled{a}
	})
}
