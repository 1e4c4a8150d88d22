package overhead

import (
	"math/rand/v2"
	"slices"
)

const resamples = 1000

// round has what each variant took, by its place; 0 of one that was not in it.
type round []float64

// estimate computes a statistic of rounds, with the interval of 95 % between the quantiles of its bootstrap: rounds are drawn as a whole, so what slows a
// round down slows all that is compared.
func estimate(rounds []round, r *rand.Rand, statistic func([]round) float64) Estimate {
	values, drawn := make([]float64, resamples), make([]round, len(rounds))
	for i := range values {
		for k := range drawn {
			drawn[k] = rounds[r.IntN(len(rounds))]
		}
		values[i] = statistic(drawn)
	}
	slices.Sort(values)
	return Estimate{statistic(rounds), values[resamples/40], values[resamples-1-resamples/40]}
}

// medianOf is the median over rounds of what of returns, without the rounds of which that says false; 0 if none are left.
func medianOf(rounds []round, of func(round) (float64, bool)) float64 {
	values := make([]float64, 0, len(rounds))
	for _, r := range rounds {
		if v, ok := of(r); ok {
			values = append(values, v)
		}
	}
	return median(values)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// own is what a variant took.
func own(place int) func(round) (float64, bool) {
	return func(r round) (float64, bool) { return r[place], r[place] > 0 }
}

// ratio is what a variant took by what the bare one took.
func ratio(place int) func(round) (float64, bool) {
	return func(r round) (float64, bool) { return r[place] / r[0], r[place] > 0 && r[0] > 0 }
}

// beyond is what a variant took beyond the bare one.
func beyond(place int) func(round) (float64, bool) {
	return func(r round) (float64, bool) { return r[place] - r[0], r[place] > 0 && r[0] > 0 }
}

// beyondRatio is beyond as a part of what the bare one took.
func beyondRatio(place int) func(round) (float64, bool) {
	return func(r round) (float64, bool) { return (r[place] - r[0]) / r[0], r[place] > 0 && r[0] > 0 }
}

// within reports whether an interval ends less than some distance from the value.
func (e Estimate) within(distance float64) bool { return max(e.High-e.Value, e.Value-e.Low) < distance }
