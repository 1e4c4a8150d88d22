package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// faster has more customers than main does, and an Engine in more of a hurry, which spares no CPU: to the race detector spans are dear.
var faster = options{
	atMost: time.Minute, interval: 300 * time.Millisecond, minRequests: 40, busy: 1.5, budget: pythia.Cost{CPU: -1},
}

func TestTheSemaphoreIsFound(t *testing.T) {
	system, err := startSystem()
	require.NoError(t, err)
	defer system.stop()
	var output strings.Builder
	found, err := system.diagnose(t.Context(), &output, faster)
	require.NoError(t, err, "%s", &output)
	require.Equal(t, pythia.StopExplained, found.Stop)
	first := found.Findings[0]
	require.Equal(t, pythia.TracePointID{Scope: "inventory", Name: "semaphore.Acquire"}, first.Location.Point)
	require.Greater(t, first.VarianceShare, 0.5)
	why := first.Explanations[0]
	require.Equal(t, "inventory semaphore.Acquire: queue_length", why.Variable)
	require.Greater(t, why.Ranges[len(why.Ranges)-1].Seconds, 1.5*why.Ranges[0].Seconds, "the longer the queue, the slower")
	for _, said := range []string{"queue_length ≥", "on inventory", "semaphore.Acquire"} {
		require.Contains(t, output.String(), said)
	}
	for _, p := range []*tracepoint.Point{reserve, lookup, acquire, pick, pack, quote, cacheGet, query, rates, validate, page} {
		require.False(t, p.On(), "%s", &output)
	}
}
