package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// TestShapes: the traces are what their names say, with nothing to repair, and their critical paths last as long as they do.
func TestShapes(t *testing.T) {
	depths := map[string]int{"wide": 2, "deep": 1_000, "deep and wide": 11}
	for _, s := range shapes() {
		trace, err := pythia.NewTrace("t", s.spans(1_000))
		require.NoError(t, err)
		require.Len(t, trace.Spans, 1_000)
		require.Zero(t, trace.Repairs)
		require.Len(t, trace.Roots(), 1)
		depth := make([]int, len(trace.Spans))
		deepest := 0
		for i := range trace.Spans { // callers start first
			depth[i] = 1
			if p := trace.Parent(i); p != pythia.NoParent {
				depth[i] = depth[p] + 1
			}
			deepest = max(deepest, depth[i])
		}
		require.Equal(t, depths[s.name], deepest, s.name)
		total := int64(0)
		for _, section := range trace.CriticalPath(pythia.UntilWorkDone) {
			total += section.Nanos()
		}
		start, end := trace.Interval(pythia.UntilWorkDone)
		require.Equal(t, end-start, total, s.name)
	}
}

func TestForest(t *testing.T) {
	f := forestOf(3_000)
	trace, err := f.trace(2, 0, 1)
	require.NoError(t, err)
	require.Len(t, trace.Spans, 2+10+100)
	parts := 0
	for remainder := range fanOut {
		part, err := f.trace(2, remainder, fanOut)
		require.NoError(t, err)
		parts += len(part.Spans) - (2 + 10)
	}
	require.Equal(t, 100, parts, "each context of the last level is in one part")
	l := &lab{ctx: t.Context()}
	for _, scattered := range []bool{false, true} {
		tree, _, err := f.build(l, scattered)
		require.NoError(t, err)
		require.Equal(t, 1+f.trees*111, tree.Stats().Contexts)
	}
}

// TestTurns: every group has workflows of one structure, in all its variants.
func TestTurns(t *testing.T) {
	traces, err := prebuilt(3)
	require.NoError(t, err)
	seen := make(map[int]map[string]bool)
	f := fed{traces: traces, groups: 2 * structures}
	for ; f.at < 6*f.groups; f.at++ {
		group := f.at % f.groups
		if seen[group] == nil {
			seen[group] = make(map[string]bool)
		}
		next := f.next()
		require.Equal(t, traces[group%structures].Spans[0].Point, next.Spans[0].Point)
		seen[group][next.ID] = true
	}
	require.Len(t, seen[1_500], 3)
}
