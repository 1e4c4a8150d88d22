package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

func TestLive(t *testing.T) {
	r, err := live(t.Context(), strategytest.LockContention, strategy.TopDown{}, 1)
	require.NoError(t, err)
	require.True(t, r.Found)
	require.Equal(t, r.Contexts, r.Census.Contexts)
	require.Positive(t, r.Census.AlwaysOnContexts)
	require.Less(t, r.Census.AlwaysOnContexts, r.Contexts)
	require.Positive(t, r.Requests)
	require.Positive(t, r.Longest)
	require.Positive(t, r.StillOn, "the place itself")
	require.Greater(t, r.Enabled, r.Astray)
	require.LessOrEqual(t, r.StillOn, r.Enabled)
	require.Less(t, r.Enabled, r.Contexts)
	require.LessOrEqual(t, r.Points, r.Enabled, "a point has a context at least")
	require.Less(t, r.Points, r.Census.Points)
}

func TestLiveInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := live(ctx, strategytest.CacheMiss, strategy.TopDown{}, 1)
	require.ErrorIs(t, err, context.Canceled)
}
