package pythiatest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestSpread(t *testing.T) {
	s := spread{5 * time.Millisecond}
	for _, sample := range [][]float64{nil, {1}, {0, 0, 0}, {0.010, 0.012, 0.014}} {
		require.Zero(t, s.Score(sample))
	}
	require.InDelta(t, 0.5, s.Score([]float64{0.1, 0.3, 0.1, 0.3}), 1e-12)
	noisy := []float64{5} // the slowest twentieth
	for range 19 {
		noisy = append(noisy, 0.1)
	}
	require.Zero(t, s.Score(noisy))
	require.Equal(t, 5.0, noisy[0], "the sample stays as it is")
}

func TestModesThatAreNotApartAreJoined(t *testing.T) {
	c, err := Config{}.withDefaults()
	require.NoError(t, err)
	mode := func(center, share float64) pythia.Mode {
		return pythia.Mode{CenterSeconds: center, LowSeconds: center, HighSeconds: center, Share: share}
	}
	for _, x := range []struct {
		modes   []pythia.Mode
		centers []float64
		to      []int
	}{
		{[]pythia.Mode{mode(0.005, 1)}, []float64{0.005}, []int{0}},
		{[]pythia.Mode{mode(0.005, 0.5), mode(0.008, 0.25), mode(0.025, 0.25)}, []float64{0.005, 0.025}, []int{0, 0, 1}},
		{[]pythia.Mode{mode(0.005, 0.74), mode(0.025, 0.25), mode(0.050, 0.01)}, []float64{0.005, 0.025}, []int{0, 1, 1}},
		{[]pythia.Mode{mode(1, 0.02), mode(2, 0.58), mode(4, 0.4)}, []float64{2, 4}, []int{0, 0, 1}},
		{nil, nil, []int{}},
	} {
		joined, to := c.joinModes(x.modes)
		var centers []float64
		share := 0.0
		for _, m := range joined {
			centers = append(centers, m.CenterSeconds)
			share += m.Share
		}
		require.Equal(t, x.centers, centers)
		require.Equal(t, x.to, to)
		if len(joined) > 0 {
			require.InDelta(t, 1, share, 1e-12)
		}
	}
}

func TestHiccups(t *testing.T) {
	var h hiccups
	require.Zero(t, h.longest(0, 100))
	h.add(hiccup{10, 20})
	h.add(hiccup{30, 35})
	for _, c := range []struct{ from, to, want int64 }{
		{0, 10, 0}, {0, 12, 2}, {0, 100, 10}, {15, 100, 5}, {17, 100, 5}, {20, 30, 0}, {31, 32, 1}, {35, 40, 0},
	} {
		require.Equal(t, time.Duration(c.want), h.longest(c.from, c.to), c)
	}
}
