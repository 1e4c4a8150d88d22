package pythiatest

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/localize"
)

var (
	_ pythia.VariationMetric = spread{}
	_ pythia.VariationMetric = modes{}
)

// outliers is the part of the requests, the slowest ones, that does not count: on a machine that runs tests, the garbage collector, the scheduler and
// other tests delay some of them.
const outliers = 0.05

// spread scores the standard deviation, outliers aside, as a part of the mean: 0 for equal values, and where it is negligible.
type spread struct{ negligible time.Duration }

func (spread) Name() string { return "spread" }

// Score implements [pythia.VariationMetric].
func (s spread) Score(seconds []float64) float64 {
	mean, sd := stat.PopMeanStdDev(withoutOutliers(seconds), nil)
	if !(sd > s.negligible.Seconds()) { // also if there are no values
		return 0
	}
	return min(sd/mean, math.MaxFloat64) // sd > 0, so that mean > 0
}

// modesLevel is the greatest p-value at which requests count as falling into modes. It is low, for a machine's noise has modes, too.
const modesLevel = 0.001

// modes scores how surely the requests fall into modes, as [localize.Multimodality] does: 0 where they spread negligibly, outliers aside.
type modes struct{ negligible time.Duration }

func (modes) Name() string { return "modes" }

// Score implements [pythia.VariationMetric].
func (m modes) Score(seconds []float64) float64 {
	if spread(m).Score(seconds) == 0 {
		return 0
	}
	return localize.Multimodality{}.Score(seconds)
}

func withoutOutliers(seconds []float64) []float64 {
	kept := slices.Sorted(slices.Values(seconds))
	return kept[:len(kept)-int(outliers*float64(len(kept)))]
}
