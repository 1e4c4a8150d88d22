package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

func TestConformance(t *testing.T) {
	strategytest.Conformance(t, func() pythia.SearchStrategy { return waiters })
}

func TestWaitersFindsALock(t *testing.T) {
	o, err := trial(t.Context(), waiters, strategytest.LockContention, 0)
	require.NoError(t, err)
	require.True(t, o.found)
	require.True(t, o.explained)
}

func TestCompare(t *testing.T) {
	var table strings.Builder
	require.NoError(t, compare(t.Context(), &table, faults[:1], 1))
	require.Equal(t, 1+len(contenders), strings.Count(table.String(), "\n"), &table)
}
