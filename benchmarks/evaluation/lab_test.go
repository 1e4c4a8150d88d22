package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy"
)

// TestGoingOn: what was searched before an interruption is not searched again, unless something is different.
func TestGoingOn(t *testing.T) {
	s, err := loadSet(t.Context(), folderWithRounds(t), rounds)
	require.NoError(t, err)
	contenders := []replay.Contender{{Name: evidence, Strategy: strategy.Evidence{}}}
	l := lab{workers: 2, progress: newProgress(io.Discard)}
	l.cache, err = openCache(t.TempDir())
	require.NoError(t, err)

	first, err := l.search(t.Context(), s, contenders, 2, setting{})
	require.NoError(t, err)
	require.Zero(t, l.resumed.Load())
	again, err := l.search(t.Context(), s, contenders, 2, setting{})
	require.NoError(t, err)
	require.EqualValues(t, 2, l.resumed.Load())
	require.Equal(t, first, again)

	_, err = l.search(t.Context(), s, contenders, 2, setting{budget: 1})
	require.NoError(t, err)
	require.EqualValues(t, 2, l.resumed.Load(), "another setting")
	s.files += "and another"
	_, err = l.search(t.Context(), s, contenders, 2, setting{})
	require.NoError(t, err)
	require.EqualValues(t, 2, l.resumed.Load(), "other recordings")
}

// TestFewerStrategiesInTheSimulator: those that are left have to be among all.
func TestFewerStrategiesInTheSimulator(t *testing.T) {
	l := lab{contenders: strategies()}
	require.Len(t, l.contendersIn(simulated(nil)), 6)
	require.Len(t, l.contendersIn(&set{name: rounds}), len(strategies()))
}
