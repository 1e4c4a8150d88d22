package cca_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
	"github.com/pythia-trace/pythia/internal/race"
)

// finding has a sample of n requests whose durations are given; the place is all there is.
func finding(n, modes int, seconds func(i int) float64, variables ...pythia.Variable) *pythia.Finding {
	s := &pythia.Sample{Mode: make([]int, n), Variables: variables}
	for i := range n {
		s.PlaceSeconds = append(s.PlaceSeconds, seconds(i))
	}
	s.TotalSeconds = s.PlaceSeconds
	return &pythia.Finding{Group: &pythia.Group{Modes: make([]pythia.Mode, modes)}, Sample: s}
}

func number(name string, n int, value func(i int) float64) pythia.Variable {
	v := pythia.Variable{Name: name, Numbers: make([]float64, n)}
	for i := range v.Numbers {
		v.Numbers[i] = value(i)
	}
	return v
}

func category(name string, n int, value func(i int) string) pythia.Variable {
	v := pythia.Variable{Name: name, Category: make([]string, n)}
	for i := range v.Category {
		v.Category[i] = value(i)
	}
	return v
}

func explain(t testing.TB, f *pythia.Finding) []pythia.Explanation {
	t.Helper()
	found, err := cca.Explainer{}.Explain(f)
	require.NoError(t, err)
	return found
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 11)) }

func TestExplainLinear(t *testing.T) {
	const n = 120
	r := random(1)
	size := number("size", n, func(int) float64 { return 100 * r.Float64() })
	idle := number("idle", n, func(i int) float64 { return -size.Numbers[i] + 60*r.NormFloat64() })
	noise := number("noise", n, func(int) float64 { return r.NormFloat64() })
	found := explain(t, finding(n, 1, func(i int) float64 { return 0.1 + 0.001*size.Numbers[i] + 0.005*r.NormFloat64() }, noise, idle, size))
	require.Len(t, found, 2)
	require.Equal(t, "size", found[0].Variable)
	require.Greater(t, found[0].Strength, 0.97)
	require.Equal(t, 1, found[0].Direction)
	require.Equal(t, 0.001, found[0].P)
	require.Len(t, found[0].Ranges, 3)
	require.Equal(t, "idle", found[1].Variable)
	require.Equal(t, -1, found[1].Direction)
	require.Less(t, found[1].Strength, found[0].Strength)
}

// A queue's length sets the duration in steps: none waiting, one or two, three and more.
func TestExplainSteps(t *testing.T) {
	const n = 200
	r := random(2)
	queue := number("queue_length", n, func(int) float64 { return float64(r.IntN(6)) })
	found := explain(t, finding(n, 3, func(i int) float64 {
		base := []float64{0.1, 0.3, 0.3, 0.8, 0.8, 0.8}[int(queue.Numbers[i])]
		return base + 0.01*r.NormFloat64()
	}, queue))
	require.Len(t, found, 1)
	require.Len(t, found[0].Ranges, 3)
	total := 0
	for i, want := range []pythia.ValueRange{{Low: 0, High: 0, Seconds: 0.1}, {Low: 1, High: 2, Seconds: 0.3}, {Low: 3, High: 5, Seconds: 0.8}} {
		got := found[0].Ranges[i]
		require.Equal(t, [2]float64{want.Low, want.High}, [2]float64{got.Low, got.High})
		require.InDelta(t, want.Seconds, got.Seconds, 0.005)
		total += got.Traces
	}
	require.Equal(t, n, total)
}

func TestExplainCategory(t *testing.T) {
	const n = 150
	r := random(3)
	host := category("host", n, func(int) string { return []string{"a", "b", "c"}[r.IntN(3)] })
	found := explain(t, finding(n, 1, func(i int) float64 {
		return map[string]float64{"a": 0.1, "b": 0.9, "c": 0.2}[host.Category[i]] + 0.02*r.NormFloat64()
	}, host, category("zone", n, func(int) string { return []string{"x", "y"}[r.IntN(2)] })))
	require.Len(t, found, 1)
	require.Equal(t, "host", found[0].Variable)
	require.Zero(t, found[0].Direction)
	require.Greater(t, found[0].Strength, 0.98)
	var order string
	for _, v := range found[0].Ranges {
		order += v.Category
	}
	require.Equal(t, "acb", order, "the fastest first")
}

func TestExplainJoinsDuplicates(t *testing.T) {
	const n = 200
	r := random(4)
	waiting := number("waiting", n, func(int) float64 { return float64(r.IntN(12)) })
	seconds := func(i int) float64 { return 0.1 + 0.1*waiting.Numbers[i] + 0.01*r.NormFloat64() }
	copied := number("waiting in bytes", n, func(i int) float64 { return 4096*waiting.Numbers[i] + 0.1*r.NormFloat64() })
	negative := number("free", n, func(i int) float64 { return 12 - waiting.Numbers[i] })
	found := explain(t, finding(n, 1, seconds, negative, copied, waiting))
	require.Len(t, found, 1)
	require.Len(t, found[0].Aliases, 2)
	require.ElementsMatch(t, []string{"waiting", "waiting in bytes", "free"}, append(found[0].Aliases, found[0].Variable))
}

// Of a queue's length and the number of its servers in use, one stops where the other begins; they correlate little but order alike.
func TestExplainJoinsLadder(t *testing.T) {
	const n = 300
	r := random(5)
	load := make([]float64, n)
	for i := range load {
		load[i] = float64(r.IntN(11))
	}
	queue := number("queue", n, func(i int) float64 { return max(0, load[i]-5) })
	inUse := number("in_use", n, func(i int) float64 { return min(5, load[i]) })
	found := explain(t, finding(n, 1, func(i int) float64 { return 0.1 + 0.05*load[i] + 0.01*r.NormFloat64() }, queue, inUse))
	require.Len(t, found, 1)
	require.Len(t, found[0].Aliases, 1)
}

// noise makes 50 variables that have nothing to do with the durations: numbers, heavy tails, near-copies of each other and categories.
func noise(r *rand.Rand, n int) []pythia.Variable {
	var out []pythia.Variable
	for k := range 50 {
		name := fmt.Sprintf("noise-%02d", k)
		switch k % 5 {
		case 0:
			out = append(out, number(name, n, func(int) float64 { return r.NormFloat64() }))
		case 1:
			out = append(out, number(name, n, func(int) float64 { return math.Pow(r.Float64(), -1/1.1) }))
		case 2:
			out = append(out, category(name, n, func(int) string { return string(rune('a' + r.IntN(2+k%7))) }))
		case 3:
			out = append(out, number(name, n, func(int) float64 { return float64(r.IntN(3)) }))
		case 4:
			out = append(out, number(name, n, func(i int) float64 { return out[k-4].Numbers[i] + 0.5*r.NormFloat64() }))
		}
	}
	return out
}

func TestNoiseExplainsNothing(t *testing.T) {
	t.Parallel()
	runs, n := 200, 80
	if testing.Short() || race.Enabled {
		runs = 50
	}
	explained := 0
	for seed := range uint64(runs) {
		r := random(seed)
		f := finding(n, 1, func(int) float64 {
			if seed%2 == 0 {
				return math.Pow(r.Float64(), -1/1.5)
			}
			return 1 + 0.1*r.NormFloat64()
		}, noise(r, n)...)
		found, err := cca.Explainer{Permutations: 299}.Explain(f)
		require.NoError(t, err)
		if len(found) > 0 {
			explained++
		}
	}
	t.Logf("noise was taken for an explanation in %.1f %% of %d", 100*float64(explained)/float64(runs), runs)
	require.LessOrEqual(t, float64(explained), 0.02*float64(runs))
}

// The one of 51 variables that matters is found all the same.
func TestSignalAmongNoise(t *testing.T) {
	const n = 120
	first := 0
	for seed := range uint64(10) {
		r := random(seed)
		signal := number("signal", n, func(int) float64 { return r.ExpFloat64() })
		found := explain(t, finding(n, 1, func(i int) float64 { return 1 + 0.1*signal.Numbers[i] + 0.1*r.NormFloat64() }, append(noise(r, n), signal)...))
		if len(found) == 1 && found[0].Variable == "signal" {
			first++
		}
	}
	require.GreaterOrEqual(t, first, 9)
}

// TestExplainNumbersThatAreNames: one of eight shards is slow, in the middle of the others.
func TestExplainNumbersThatAreNames(t *testing.T) {
	const n = 200
	r := random(7)
	shard := number("cache.shard", n, func(int) float64 { return float64(r.IntN(8)) })
	found := explain(t, finding(n, 1, func(i int) float64 {
		if shard.Numbers[i] == 3 {
			return 0.5 + 0.02*r.NormFloat64()
		}
		return 0.1 + 0.02*r.NormFloat64()
	}, shard))
	require.Len(t, found, 1)
	require.Greater(t, found[0].Strength, 0.95)
	require.Zero(t, found[0].Direction)
	require.Len(t, found[0].Ranges, 8)
	require.Equal(t, "3", found[0].Ranges[7].Category)
}
