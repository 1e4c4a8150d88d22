package cca_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/cca"
)

// Under the hypothesis P is uniform. Of 400 values the number up to a level has a standard deviation of at most ten;
// the bounds are four standard deviations wide. The seeds are fixed, so the test does not fail by chance.
func TestPermutationIsCalibrated(t *testing.T) {
	const trials = 400
	for _, c := range []struct{ p, q int }{{3, 1}, {2, 3}} {
		below := map[float64]int{0.05: 0, 0.25: 0, 0.5: 0, 0.75: 0}
		for seed := range uint64(trials) {
			r := rand.New(rand.NewPCG(seed, 99))
			x, y := normal(r, 25, c.p), normal(r, 25, c.q)
			p := analyze(t, x, y, cca.Options{Permutations: 99, Seed: seed}).Permutation.P
			for level := range below {
				if p <= level {
					below[level]++
				}
			}
		}
		require.InDelta(t, 0.05*trials, below[0.05], 18)
		require.InDelta(t, 0.25*trials, below[0.25], 35)
		require.InDelta(t, 0.50*trials, below[0.50], 40)
		require.InDelta(t, 0.75*trials, below[0.75], 35)
	}
}

func TestPermutationFindsLink(t *testing.T) {
	x, y := linked(30, 60, 4, 3)
	for _, ridge := range []float64{0, 0.5} {
		got := analyze(t, x, y, cca.Options{Permutations: 199, Seed: 1, Ridge: ridge}).Permutation
		require.Equal(t, &cca.Permutation{Count: 199, Exceed: 0, P: 1.0 / 200}, got)
	}
	require.Nil(t, analyze(t, x, y, cca.Options{}).Permutation)
}

func TestPermutationDependsOnSeedOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	x, y := normal(r, 30, 2), normal(r, 30, 2)
	first := analyze(t, x, y, cca.Options{Permutations: 300, Seed: 7})
	for range 5 {
		require.Equal(t, first, analyze(t, x, y, cca.Options{Permutations: 300, Seed: 7}))
	}
	other := analyze(t, x, y, cca.Options{Permutations: 300, Seed: 8})
	require.NotEqual(t, first.Permutation.Exceed, other.Permutation.Exceed)
	require.InDelta(t, first.Permutation.P, other.Permutation.P, 0.15)
}

// The exact probability is that of drawing the same six of twelve, or their complement.
func TestPermutationCountsTies(t *testing.T) {
	x := mat.NewDense(12, 1, []float64{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1})
	got := analyze(t, x, x, cca.Options{Permutations: 20000, Seed: 3}).Permutation
	require.InDelta(t, 2.0/924, got.P, 1e-3)
}
