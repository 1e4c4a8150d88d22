package benchmarks

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	allocations := make(map[string]float64)
	for _, s := range newSubjects(t) {
		allocations[s.name] = testing.AllocsPerRun(1000, func() { s.run(1) })
	}
	for _, name := range []string{pointVariable, pointCaptured, pointOneIn, pointOther, off, offBelow, oneIn, other} {
		require.Zero(t, allocations[name], name)
	}
	require.EqualValues(t, 1, allocations[offDerived], "the context")
	require.Equal(t, allocations[sdk], allocations[pointOn])
	for _, o := range options {
		for _, name := range []string{off, offDerived, offBelow, oneIn, other} {
			require.Less(t, allocations[name+o.name], allocations[noOp+o.name], name+o.name)
		}
		require.Equal(t, allocations[sdk+o.name]+1, allocations[on+o.name], "the span with the context")
	}
}
