package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
)

// entryWith makes an entry of which the trials of each seed have so many contexts on.
func entryWith(name string, seeds ...[]int) entry {
	e := entry{name: name}
	for _, cases := range seeds {
		var trials []trial
		for _, n := range cases {
			trials = append(trials, trial{Result: &replay.Result{Enabled: n, Contexts: 10, Found: n > 0}})
		}
		e.seeds = append(e.seeds, trials)
	}
	return e
}

// TestCasesArePooledBySeed: however many cases there are, the interval is over the seeds.
func TestCasesArePooledBySeed(t *testing.T) {
	e := entryWith("", []int{1, 3}, []int{2, 4}, []int{5, 3})
	require.Equal(t, []float64{2, 3, 4}, e.perSeed(enabled))
	mean := e.mean(enabled)
	half := 4.302652730 * 1 / math.Sqrt(3) // Student's t with 2 degrees of freedom
	require.InDelta(t, 3, mean.Mean, 1e-12)
	require.InDelta(t, 3+half, mean.High, 1e-6)
	require.InDelta(t, 3-half, mean.Low, 1e-6)
	require.InDelta(t, 0.3, e.mean(enabledShare).Mean, 1e-12)
	few := e.first(2)
	require.Equal(t, []float64{2, 3}, few.perSeed(enabled))
}

func TestDifferencesArePaired(t *testing.T) {
	a, b := entryWith("a", []int{1, 9}, []int{4, 8}, []int{10, 10}), entryWith("b", []int{2, 10}, []int{5, 9}, []int{10, 12})
	require.Equal(t, replay.Estimate{Mean: -1, Low: -1, High: -1}, difference(&a, &b, enabled), "one less in each seed, however much the seeds differ")
	few := b.first(2)
	require.Equal(t, -1.0, difference(&a, &few, enabled).Mean)
}

// TestMeanOf has Student's own data, of sleep gained by two drugs (Biometrika 1908), with the interval that R's t.test gives.
func TestMeanOf(t *testing.T) {
	e := meanOf([]float64{1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4})
	require.InDelta(t, 1.58, e.Mean, 1e-12)
	require.InDelta(t, 0.7001142, e.Low, 1e-7)
	require.InDelta(t, 2.4598858, e.High, 1e-7)
}

// TestShares: what is so in some cases of a seed has Student's interval, what is always or never so has Wilson's.
func TestShares(t *testing.T) {
	always := entryWith("", make([][]int, 20)...)
	for i := range always.seeds {
		always.seeds[i] = entryWith("", []int{1, 1}).seeds[0]
	}
	e := always.share(found)
	require.InDelta(t, 1-0.1611, e.Low, 5e-5) // Newcombe, Statistics in Medicine 1998, table I, method 3
	require.Equal(t, 1.0, e.High)

	half := entryWith("", []int{1, 0}, []int{0, 1})
	require.Equal(t, replay.Estimate{Mean: 0.5, Low: 0.5, High: 0.5}, half.share(found))
	mixed := entryWith("", []int{1, 1, 1, 0}, []int{1, 1, 1, 1})
	require.Equal(t, 1.0, mixed.share(found).High, "a share is not greater")

	one := entryWith("", []int{1})
	require.True(t, math.IsInf(one.share(found).High, 1), "a single seed tells nothing of others")
	require.True(t, math.IsInf(one.mean(enabled).Low, -1))
}
