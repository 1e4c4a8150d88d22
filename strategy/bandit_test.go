package strategy_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// drawn are the values that Bandit says it drew, by point.
func drawn(t *testing.T, d pythia.Decision) map[string]float64 {
	values := make(map[string]float64)
	for _, p := range d.Enable {
		_, after, found := strings.Cut(p.Why, "drawn ")
		require.True(t, found, p.Why)
		var percent float64
		_, err := fmt.Sscan(after, &percent)
		require.NoError(t, err, p.Why)
		values[p.Node.Point.Name] = percent / 100
	}
	return values
}

// TestBanditDrawsFromPosterior: the mean of Beta(1 + n·s, 1 + n·(1 − s)) is (1 + n·s) / (2 + n).
func TestBanditDrawsFromPosterior(t *testing.T) {
	s := state(space(t, `
		api 10 100 9
			much 10 9 3
			little 10 9 1
			unseen 0 0 0
			seldom 1 9 0`), "much little unseen seldom")
	const runs = 4000
	sum, squares := make(map[string]float64), make(map[string]float64)
	for seed := range uint64(runs) {
		s.Seed = seed
		values := drawn(t, next(t, strategy.Bandit{Most: 99}, s))
		require.Len(t, values, 4)
		for name, v := range values {
			sum[name] += v
			squares[name] += v * v
		}
	}
	for name, beta := range map[string]struct{ a, b float64 }{
		"much": {1 + 9, 1 + 1}, "little": {1 + 1, 1 + 9}, "unseen": {1, 1}, "seldom": {1, 2}, // 90 of 100 ms², 10, none, none
	} {
		mean := beta.a / (beta.a + beta.b)
		variance := mean * (1 - mean) / (beta.a + beta.b + 1)
		require.InDelta(t, mean, sum[name]/runs, 5*math.Sqrt(variance/runs), name) // five standard errors; rounding to 1 % evens out
		got := sum[name] / runs
		require.InDelta(t, variance, squares[name]/runs-got*got, 0.1*variance, name) // of 4,000 draws, to about 2 %
	}
}

func TestBanditDependsOnSeedOnly(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	first, different := whys(next(t, strategy.Bandit{}, s)), false
	require.Equal(t, first, whys(next(t, strategy.Bandit{}, state(space(t, shop), shopPoints))), "from another state that is the same")
	for seed := range uint64(10) {
		s.Seed = seed
		different = different || fmt.Sprint(first) != fmt.Sprint(whys(next(t, strategy.Bandit{}, s)))
	}
	require.True(t, different)
}

func TestBanditDrawsForEachTarget(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	s.Targets = []pythia.Target{target("GET", "api"), target("POST", "api")}
	d := next(t, strategy.Bandit{Most: 8}, s)
	require.Len(t, d.Enable, 16)
	require.NotEqual(t, whys(pythia.Decision{Enable: d.Enable[:8]}), whys(pythia.Decision{Enable: d.Enable[8:]}))
}

func TestBanditMost(t *testing.T) {
	s := state(space(t, shop), shopPoints)
	for most, want := range map[int]int{0: 3, 1: 1, 5: 5, 99: 8, math.MaxInt: 8} {
		d := next(t, strategy.Bandit{Most: most}, s)
		require.Len(t, d.Enable, want)
		values := drawn(t, d)
		for i := 1; i < want; i++ {
			require.LessOrEqual(t, values[d.Enable[i].Node.Point.Name], values[d.Enable[i-1].Node.Point.Name], "the greatest first")
		}
	}
}

func TestBanditPrefersWhatVaried(t *testing.T) {
	s := state(space(t, `
		api 1000 100 9
			a 1000 9 1
			guilty 1000 9 9
			b 1000 9 1
			unseen 0 0 0`), "a guilty b unseen")
	first := make(map[string]int)
	const runs = 1000
	for seed := range uint64(runs) {
		s.Seed = seed
		first[names(t, strategy.Bandit{Most: 1}, s)]++
	}
	require.InDelta(t, 0.976*runs, first["guilty"], 25, "81 of 83 ms² make 0.976; unseen's value is as likely as any above that: five standard deviations")
	require.Equal(t, runs, first["guilty"]+first["unseen"])
}
