package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFigures(t *testing.T) {
	for want, got := range map[string]string{
		"1.23 s": duration(1.2345), "12.3 ms": duration(0.012345), "123 µs": duration(123.45e-6), "0.908 ns": duration(0.908e-9), "0 ns": duration(0),
		"4 KiB": size(4096), "1.5 MiB": size(1.5 * (1 << 20)), "12 B": size(12), "0.5 %": percent(0.005), "−3.74 %": percent(-0.0374), "2.5 ×": ratio(2.5),
		"12,345,678": whole(12345678), "1,235": count(1234.6), "100 million": million(1e8), "100,000": million(1e5), "–": count(math.NaN()),
	} {
		require.Equal(t, want, got)
	}
}

func TestSpread(t *testing.T) {
	s := spreadOf([]float64{3e-3, 1e-3, 0.9e-3, 2e-3})
	require.Equal(t, spread{1.5e-3, 0.9e-3, 3e-3, 4}, s)
	require.Equal(t, "1.5 ms (0.9–3)", s.text(seconds()))
	require.Equal(t, "2 ×", spreadOf([]float64{2, 2}).text(ratios()))
	require.Zero(t, spreadOf(nil))
}

func TestReached(t *testing.T) {
	within := atMost("", spread{Median: 0.05}, 0.05)
	beyond := atMost("", spread{Median: 0.051}, 0.05)
	enough := timesAsFast("", "", spread{Median: 3}, 3)
	slow := timesAsFast("", "", spread{Median: 2.9}, 3)
	require.Equal(t, []string{"yes", "**no**", "yes", "**no**"}, []string{within.Reached(), beyond.Reached(), enough.Reached(), slow.Reached()})
	require.Equal(t, "**no**", atMost("", spread{Median: math.NaN()}, 1).Reached(), "what is not known is not reached")
}
