package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExponent(t *testing.T) {
	var square, logarithmic growth
	for _, n := range []float64{10, 100, 1_000, 10_000} {
		square.add(n, 3*n*n)
		logarithmic.add(n, n*math.Log(n))
	}
	exponent, standardError := square.exponent()
	require.InDelta(t, 2, exponent, 1e-12)
	require.InDelta(t, 0, standardError, 1e-7)
	exponent, standardError = logarithmic.exponent()
	require.InDelta(t, 1.2, exponent, 0.05)
	require.Positive(t, standardError)
	require.Equal(t, exponent, square.linearithmic(), "by the sizes alone")
	require.Equal(t, "yes", logarithmic.bar("").Reached())
	require.Equal(t, "**no**", square.bar("").Reached())
}

// TestStandardError fits the first set of Anscombe's quartet (The American Statistician 27, 1973): slope 0.500, standard error 0.118.
func TestStandardError(t *testing.T) {
	var g growth
	ys := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}
	for i, x := range []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5} {
		g.add(math.Exp(x), math.Exp(ys[i]))
	}
	exponent, standardError := g.exponent()
	require.InDelta(t, 0.5001, exponent, 1e-4)
	require.InDelta(t, 0.1179, standardError, 1e-4)
}

func TestTwoSizesHaveNoError(t *testing.T) {
	g := growth{Sizes: []float64{1, 10}, Values: []float64{1, 0.1}}
	require.Equal(t, "−1.00 from two sizes", g.Text())
}
