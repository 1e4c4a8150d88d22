package localize

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

var metrics = []pythia.VariationMetric{StdDev{}, CoV{}, Multimodality{}}

func TestMetricsAreZeroWithoutVariation(t *testing.T) {
	for _, m := range metrics {
		for _, sample := range [][]float64{nil, {}, {0.3}, {0.1, 0.1}, slices.Repeat([]float64{0.1}, 1000), {math.NaN(), 0.2, math.Inf(1)}} {
			require.Zero(t, m.Score(sample), "%s of %d values", m.Name(), len(sample))
		}
	}
}

func TestMetricsAreFinite(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, m := range metrics {
		for _, sample := range [][]float64{
			{nan}, {inf}, {-inf}, {inf, -inf}, {nan, nan, inf}, {1, nan, 2, inf, 3},
			{math.MaxFloat64, -math.MaxFloat64}, {math.MaxFloat64, math.MaxFloat64, 0}, {-5, -3}, {0, 5e-324},
			{1e200, 2e200, 3e200}, {-1, 1},
		} {
			score := m.Score(sample)
			require.False(t, math.IsNaN(score) || math.IsInf(score, 0), "%s of %v: %v", m.Name(), sample, score)
			require.GreaterOrEqual(t, score, 0.0, "%s of %v", m.Name(), sample)
		}
	}
}

func TestMetricsDoNotDependOnOrder(t *testing.T) {
	rng := seeded(1)
	sample := make([]float64, 500)
	for i := range sample {
		sample[i] = rng.ExpFloat64() * math.Pow(10, float64(rng.IntN(6)-3))
	}
	for _, m := range metrics {
		want := m.Score(sample)
		for range 20 {
			shuffled := slices.Clone(sample)
			rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			before := slices.Clone(shuffled)
			require.Equal(t, want, m.Score(shuffled), m.Name())
			require.Equal(t, before, shuffled, "the sample is not modified")
		}
	}
}

func TestStdDev(t *testing.T) {
	sample := []float64{2, 4, 4, 4, 5, 5, 7, 9} // σ = 2, of the population
	require.InDelta(t, 2, StdDev{}.Score(sample), 1e-12)
	require.InDelta(t, 1, StdDev{Acceptable: 2 * time.Second}.Score(sample), 1e-12)
	require.InDelta(t, 2000, StdDev{Acceptable: time.Millisecond}.Score(sample), 1e-9)
	require.Equal(t, "stddev", StdDev{}.Name())
}

func TestCoV(t *testing.T) {
	sample := []float64{2, 4, 4, 4, 5, 5, 7, 9} // mean 5
	require.InDelta(t, 0.4, CoV{}.Score(sample), 1e-12)
	require.InDelta(t, 0.2, CoV{Floor: 10 * time.Second}.Score(sample), 1e-12)
	require.Equal(t, "cov", CoV{}.Name())
	ticks := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 1e-6} // one tick of 1 µs: σ is three times the mean
	require.Less(t, CoV{}.Score(ticks), 0.01, "a tiny mean does not blow it up")
	require.InDelta(t, 3e-7/100e-6, CoV{}.Score(ticks), 1e-12)
}

func TestMultimodality(t *testing.T) {
	rng := seeded(2)
	one, two := make([]float64, 300), make([]float64, 300)
	for i := range one {
		one[i] = 0.1 + 0.01*rng.NormFloat64()
		two[i] = one[i] + float64(i%2)
	}
	require.Less(t, Multimodality{}.Score(one), 0.8)
	require.Greater(t, Multimodality{}.Score(two), 0.99)
	require.Equal(t, "multimodality", Multimodality{}.Name())
}

// constantMetric is a metric from outside.
type constantMetric float64

func (constantMetric) Name() string              { return "constant" }
func (c constantMetric) Score([]float64) float64 { return float64(c) }

func TestConfiguredMetricsScoreGroups(t *testing.T) {
	groups, _ := findings(t, Config{Metrics: []Threshold{{constantMetric(3), 5}, {StdDev{}, 1}}}, 50, func(w *workflow) { w.step("s", "op", 2) })
	require.Equal(t, []pythia.Score{{Metric: "constant", Value: 3}, {Metric: "stddev", Value: 0}}, groups[0].Scores)
	groups, _ = findings(t, Config{}, 50, func(w *workflow) { w.step("s", "op", 2) })
	require.Len(t, groups[0].Scores, 3)
}
