package localize

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

var (
	_ pythia.VariationMetric = StdDev{}
	_ pythia.VariationMetric = CoV{}
	_ pythia.VariationMetric = Multimodality{}
)

// StdDev scores the population standard deviation σ = √(Σ(x−x̄)²/n) against an acceptable one: 0 for equal values or fewer than
// two, 1 at the threshold, unbounded above.
type StdDev struct {
	// Acceptable is the threshold; zero means one second, so that the score reads in seconds.
	Acceptable time.Duration
}

// Name returns "stddev".
func (StdDev) Name() string { return "stddev" }

// Score implements [pythia.VariationMetric].
func (m StdDev) Score(seconds []float64) float64 {
	_, sd := meanStdDev(seconds)
	return finite(sd / orDefault(m.Acceptable, time.Second).Seconds())
}

// CoV scores the coefficient of variation σ/max(x̄, floor): 0 for equal values or fewer than two, 1 where the standard deviation equals
// the mean. The floor keeps durations near the clock's resolution from looking as if they varied wildly.
type CoV struct {
	// Floor is the least mean that counts as it is; zero means 100 µs.
	Floor time.Duration
}

// Name returns "cov".
func (CoV) Name() string { return "cov" }

// Score implements [pythia.VariationMetric].
func (m CoV) Score(seconds []float64) float64 {
	mean, sd := meanStdDev(seconds)
	return finite(sd / max(mean, orDefault(m.Floor, 100*time.Microsecond).Seconds()))
}

// Multimodality scores how surely a sample has more than one mode: one minus the p-value of [Dip]. 0 means no sign of it, as for equal
// values; values near 1 mean that one mode is out of the question.
type Multimodality struct{}

// Name returns "multimodality".
func (Multimodality) Name() string { return "multimodality" }

// Score implements [pythia.VariationMetric].
func (Multimodality) Score(seconds []float64) float64 {
	_, p := Dip(seconds)
	return 1 - p
}

// meanStdDev ignores what is not finite. The sample is sorted first, so that its order does not show in the last digits.
func meanStdDev(sample []float64) (mean, sd float64) {
	x := ascending(sample)
	if len(x) == 0 {
		return 0, 0
	}
	mean, sd = stat.PopMeanStdDev(x, nil)
	return finite(mean), finite(sd)
}

func finite(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return 0
	case math.IsInf(x, 1):
		return math.MaxFloat64
	case math.IsInf(x, -1):
		return -math.MaxFloat64
	}
	return x
}
