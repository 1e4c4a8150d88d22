package main

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/localize"
)

// byDefinition finds the dip of a few values by bisection on the distance,
// asking for each distance whether a unimodal distribution function lies
// that close, with its mode at each of the values in turn.
func byDefinition(sample []float64) float64 {
	sorted := slices.Sorted(slices.Values(sample))
	n := float64(len(sorted))
	var x, below []float64
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			x, below = append(x, v), append(below, float64(i)/n)
		}
	}
	below = append(below, 1)
	mirrored, belowMirrored := make([]float64, len(x)), make([]float64, len(below))
	for i := range x {
		mirrored[len(x)-1-i] = -x[i]
	}
	for i := range below {
		belowMirrored[len(below)-1-i] = 1 - below[i]
	}
	feasible := func(d float64) bool {
		for mode := range x {
			// The convex part must not end above the start of the concave one.
			left := lowestEnd(x, below, mode, d)
			right := lowestEnd(mirrored, belowMirrored, len(x)-1-mode, d)
			if left <= 1-right {
				return true
			}
		}
		return false
	}
	return max(bisect(0, 1, feasible), 1/(2*n))
}

// bisect is the smallest argument, up to 1e-12, for which ok holds.
func bisect(lo, hi float64, ok func(float64) bool) float64 {
	for hi-lo > 1e-12 {
		if mid := (lo + hi) / 2; ok(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// lowestEnd is the lowest value that a convex function can have at the
// mode when it stays within d of the staircase before it; 2 when there is none.
func lowestEnd(x, below []float64, mode int, d float64) float64 {
	return bisect(0, 2, func(end float64) bool {
		ceiling := make([]float64, mode+1)
		for i := range ceiling {
			ceiling[i] = min(below[i]+d, end)
		}
		if ceiling[mode] < below[mode]-d {
			return false
		}
		for j := 0; j < mode; j++ {
			// The highest convex function below the ceiling, at x[j].
			highest := ceiling[j]
			for i := 0; i < j; i++ {
				for k := j + 1; k <= mode; k++ {
					w := (x[j] - x[i]) / (x[k] - x[i])
					highest = min(highest, (1-w)*ceiling[i]+w*ceiling[k])
				}
			}
			if highest < below[j+1]-d-1e-13 {
				return false
			}
		}
		return true
	})
}

func TestDipAgreesWithDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 150 {
		n := 1 + rng.IntN(11)
		sample := make([]float64, n)
		for i := range sample {
			switch trial % 3 {
			case 0:
				sample[i] = rng.Float64()
			case 1: // many ties
				sample[i] = float64(rng.IntN(5))
			default: // groups
				sample[i] = float64(rng.IntN(3)*5) + rng.Float64()
			}
		}
		dip, _ := localize.Dip(sample)
		require.InDelta(t, byDefinition(sample), dip, 1e-9, "%v", sample)
	}
}
