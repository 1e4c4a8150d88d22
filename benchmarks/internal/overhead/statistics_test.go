package overhead

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	require.Zero(t, median(nil))
	require.Equal(t, 2.0, median([]float64{3, 1, 2}))
	require.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
	require.Equal(t, 3.0, medianOf([]round{{1, 2}, {1, 4}, {7, 0}}, ratio(1)), "without the round that lacks the variant")
}

// TestEstimate holds that most intervals contain what is estimated, as 95 % of them should.
func TestEstimate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	within := 0
	for range 40 {
		rounds := make([]round, 50)
		for i := range rounds {
			rounds[i] = round{1, 2 + r.NormFloat64()/10}
		}
		e := estimate(rounds, r, func(drawn []round) float64 { return medianOf(drawn, ratio(1)) })
		require.LessOrEqual(t, e.Low, e.High)
		if e.Low <= 2 && 2 <= e.High {
			within++
		}
	}
	require.GreaterOrEqual(t, within, 34)
}
