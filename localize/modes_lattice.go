package localize

import "math"

// modeSpread returns the ascending sample with ties spread over the tick of
// the lattice they lie on; the sample itself when there is no lattice.
func modeSpread(sorted []float64) []float64 {
	tick := modeTick(sorted)
	if tick == 0 {
		return sorted
	}
	out := make([]float64, len(sorted))
	for i := 0; i < len(sorted); {
		end := modeTieEnd(sorted, i)
		for j := i; j < end; j++ {
			out[j] = sorted[j] + tick*((float64(j-i)+0.5)/float64(end-i)-0.5)
		}
		i = end
	}
	return out
}

// modeTieEnd is the position after the values equal to the one at i.
func modeTieEnd(sorted []float64, i int) int {
	end := i + 1
	for end < len(sorted) && sorted[end] == sorted[i] {
		end++
	}
	return end
}

// modeTick returns the tick of a sample that lies on a lattice, or 0: the
// smallest distance between distinct values, provided that there are three of
// them and nine tenths of the sample has a neighbour at that distance.
func modeTick(sorted []float64) float64 {
	tick := math.Inf(1)
	distinct := 1
	for i := 1; i < len(sorted); i++ {
		if d := sorted[i] - sorted[i-1]; d > 0 {
			tick = min(tick, d)
			distinct++
		}
	}
	// With few ties there is nothing to spread; huge values would overflow.
	size := max(-sorted[0], sorted[len(sorted)-1])
	if distinct < 3 || 2*distinct > len(sorted) || size > dipHuge {
		return 0
	}
	slack := 1e-6*tick + 4e-16*size // rounding errors of decimal fractions
	near, left := 0, false
	for i := 0; i < len(sorted); {
		end := modeTieEnd(sorted, i)
		right := end < len(sorted) && sorted[end]-sorted[i] <= tick+slack
		if left || right {
			near += end - i
		}
		left, i = right, end
	}
	if 10*near < 9*len(sorted) {
		return 0
	}
	return tick
}
