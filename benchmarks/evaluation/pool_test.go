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
	require.Equal(t, paired{replay.Estimate{Mean: -1, Low: -1, High: -1}, 3, true}, difference(&a, &b, enabled, 100), "one less in each seed, however much the seeds differ")
	few := b.first(2)
	require.Equal(t, -1.0, difference(&a, &few, enabled, 100).Mean)
}

// TestBeyondChance: that all seeds agree is beyond chance only if there are enough of them.
func TestBeyondChance(t *testing.T) {
	for seeds, want := range map[int]int{1: 0, 5: 0, 6: -1, 20: -1} {
		none, one := newEntry("", seeds, 3), newEntry("", seeds, 3)
		for i := range seeds {
			none.seeds[i], one.seeds[i] = entryWith("", []int{0, 0, 0}).seeds[0], entryWith("", []int{0, 1, 0}).seeds[0]
		}
		require.Equal(t, want, difference(&none, &one, found, 1).sign(), "%d seeds", seeds)
		require.Zero(t, difference(&one, &one, found, 1).sign(), "%d seeds", seeds)
	}
	require.Equal(t, 1, paired{Estimate: replay.Estimate{Mean: 2, Low: 1, High: 3}, seeds: 3}.sign())
	require.Zero(t, paired{Estimate: replay.Estimate{Mean: 2, Low: -1, High: 5}, seeds: 20}.sign())
}

func TestDifferencesAreCutToWhatIsPossible(t *testing.T) {
	never, mostly := entryWith("", []int{0}, []int{0}), entryWith("", []int{0}, []int{1})
	require.Equal(t, paired{replay.Estimate{Mean: -0.5, Low: -1, High: 1}, 2, false}, difference(&never, &mostly, found, 1))
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
	require.InDelta(t, 0.2065, one.share(found).Low, 1e-4, "a single seed tells little of others")
	require.True(t, math.IsInf(one.mean(enabled).Low, -1))
}
