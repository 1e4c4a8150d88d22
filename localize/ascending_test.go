package localize

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAscendingSortsWhatIsFinite(t *testing.T) {
	rng := seeded(3)
	for name, draw := range map[string]func() float64{
		"durations":             rng.ExpFloat64,
		"both signs":            rng.NormFloat64,
		"ticks":                 func() float64 { return math.Round(20*rng.NormFloat64()) / 1000 },
		"constant":              func() float64 { return 7 },
		"any bits":              func() float64 { return math.Float64frombits(rng.Uint64()) },
		"alike in leading bits": func() float64 { return 1 + 1e-15*float64(rng.IntN(5)) + 1e300*float64(rng.IntN(200)/199) },
	} {
		for _, n := range []int{0, 1, radixLeast - 1, radixLeast, 5000} {
			sample := dipDraw(n, draw)
			for i := range sample {
				if rng.IntN(50) == 0 {
					sample[i] = []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64}[rng.IntN(5)]
				}
			}
			before := slices.Clone(sample)
			want := slices.DeleteFunc(slices.Clone(sample), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
			slices.Sort(want)
			got := ascending(sample)
			require.True(t, slices.Equal(want, got), "%s, n %d", name, n)
			require.False(t, slices.ContainsFunc(got, func(v float64) bool { return v == 0 && math.Signbit(v) }), "%s, n %d", name, n)
			for i := range sample {
				require.Equal(t, math.Float64bits(before[i]), math.Float64bits(sample[i]), "the argument is not modified")
			}
		}
	}
}
