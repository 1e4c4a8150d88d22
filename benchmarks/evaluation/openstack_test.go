package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestCalmProfile(t *testing.T) {
	folder := folderWithRounds(t)
	s, err := loadSet(t.Context(), folder, roundsCalm)
	require.NoError(t, err)
	k := &s.cases[0]
	require.Len(t, k.traces, 1200, "all are searched")
	require.Len(t, k.before, 1200-58)
	require.Len(t, ofType(k.before, queuing), 60)
	require.Equal(t, 118, k.census.Requests)
	require.Equal(t, semaphore, k.truth.Operation)

	// What the profile has seen decides what it tells.
	r, err := k.firstGlance(t.Context(), s, (&kase{traces: k.traces}).profile(setting{}))
	require.NoError(t, err)
	require.True(t, r.Found)
	require.Greater(t, r.VarianceShare, 0.5)
	r, err = k.firstGlance(t.Context(), s, k.profile(setting{}))
	require.NoError(t, err)
	require.False(t, r.Found)
}

// TestQueueLengthIsAskedFor: an always-on point that tells it from the start would leave nothing to find out.
func TestQueueLengthIsAskedFor(t *testing.T) {
	require.True(t, ofQueue(pythia.TracePointID{}, "build_semaphore.queue_length"))
	require.False(t, ofQueue(pythia.TracePointID{}, "build_semaphore"))
	require.False(t, ofQueue(pythia.TracePointID{}, "host"))
}

func TestTooFewCalmRequests(t *testing.T) {
	var traces []*pythia.Trace
	for _, seconds := range []int64{1, 2, 9} {
		tr, err := pythia.NewTrace("", []pythia.Span{{ID: "s", Point: pythia.TracePointID{Scope: "nova", Name: semaphore}, EndNanos: seconds * 1e9}})
		require.NoError(t, err)
		tr.RequestType = queuing
		traces = append(traces, tr)
	}
	require.Contains(t, learntOf(traces, true), "1 of 3, and of the other types any. The profile has not seen the problem. So few are less than the 30")
	require.Contains(t, learntOf(traces, false), "2 of 3 `server_create` waited for the build semaphore longer than 1 s")
	require.NotContains(t, learntOf(nil, false), "waited", "the semaphore is not traced")
}
