package localize

import (
	"maps"
	"math"
	"testing"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/stretchr/testify/require"
)

// The sketch says what that of sketches-go says, whatever is added, and however it is split.
func TestDurationsAreADDSketch(t *testing.T) {
	rng := seeded(1)
	bins := newBins()
	for name, draw := range map[string]func() int64{
		"usual":   func() int64 { return int64(1e7 * math.Exp(rng.NormFloat64())) },
		"alike":   func() int64 { return 1e6 + rng.Int64N(1000) },
		"extreme": func() int64 { return math.MaxInt64 >> rng.IntN(64) },
		"zero":    func() int64 { return rng.Int64N(2) },
	} {
		t.Run(name, func(t *testing.T) {
			want, err := ddsketch.NewDefaultDDSketch(quantileAccuracy)
			require.NoError(t, err)
			var whole durations
			parts := make([]durations, 3)
			const n = 70_000 // more than two bytes count
			for range n {
				nanos := draw()
				require.NoError(t, want.Add(float64(nanos)/1e9))
				whole.observe(bins, nanos)
				parts[rng.IntN(3)].observe(bins, nanos)
			}
			merged := parts[0].clone()
			merged.merge(&parts[1])
			merged.merge(&parts[2])
			require.Equal(t, maps.Collect(whole.each), maps.Collect(merged.each))
			require.Equal(t, whole.zeros, merged.zeros)
			q := []float64{0, .01, .25, .5, .75, .95, .99, 1}
			quantiles, err := want.GetValuesAtQuantiles(q)
			require.NoError(t, err)
			require.Equal(t, quantiles, whole.quantiles(bins, n, q))
			require.EqualValues(t, want.GetZeroCount(), whole.zeros)
		})
	}
}

// Counts grow from one byte to eight without losing any.
func TestCountsOfDurationsWiden(t *testing.T) {
	var d durations
	want := map[int]uint64{}
	for i, n := range []uint64{200, 100, 70_000, 1 << 33, 1} {
		d.add(i%4, n)
		want[i%4] += n
		require.Equal(t, want, maps.Collect(d.each))
	}
	require.EqualValues(t, 3, d.width)
}
