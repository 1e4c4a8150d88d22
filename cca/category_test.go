package cca

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMonotone: of four equal groups with the means 0, 2, 1, 5 the middle ones are pooled.
func TestMonotone(t *testing.T) {
	x, y := []float64{0, 1, 2, 3}, []float64{0, 2, 1, 5}
	require.InDelta(t, 13.5/14, monotone(x, y), 1e-12)
	require.InDelta(t, 13.5/14, monotone([]float64{3, 2, 1, 0}, y), 1e-12, "falling")
	require.Zero(t, monotone(x, []float64{1, 1, 1, 1}))
	require.Zero(t, monotone([]float64{math.NaN()}, []float64{1}))
}
