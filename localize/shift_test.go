package localize

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// The limit is the empirical quantile of those present, as gonum has it.
func TestWinsorised(t *testing.T) {
	rng := seeded(1)
	for _, n := range []int{1, 2, 7, 99, 100, 101, 199, 200, 1000, 1234} {
		x := make([]float64, n)
		var present []float64
		for i := range x {
			x[i] = math.Round(100*rng.ExpFloat64()) / 10 // with ties
			if n > 1 && i%5 == 1 {
				x[i] = math.NaN()
				continue
			}
			present = append(present, x[i])
		}
		slices.Sort(present)
		limit, before := stat.Quantile(winsor, stat.Empirical, present, nil), slices.Clone(x)
		s := winsorised(x)
		require.Equal(t, len(present), s.present)
		sum := 0.0
		for i, v := range x {
			require.Equal(t, math.Float64bits(v), math.Float64bits(before[i]), "the sample is not modified")
			if math.IsNaN(v) {
				require.True(t, math.IsNaN(s.seconds[i]))
				continue
			}
			require.Equal(t, min(v, limit), s.seconds[i])
			sum += s.seconds[i]
		}
		require.Equal(t, sum/float64(len(present)), s.mean)
	}
	require.Equal(t, series{}, winsorised(nil))
	require.Equal(t, series{}, winsorised([]float64{math.NaN()}))
}

func TestKthLeast(t *testing.T) {
	rng := seeded(2)
	for range 300 {
		values := make([]float64, 1+rng.IntN(40))
		for i := range values {
			values[i] = float64(rng.IntN(10))
		}
		sorted := slices.Sorted(slices.Values(values))
		k := rng.IntN(len(values))
		require.Equal(t, sorted[k], kthLeast(values, k))
		require.Equal(t, sorted, slices.Sorted(slices.Values(values)), "all are still there")
	}
}
