package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia"
)

// welch compares two series in order of time. The standard errors allow for neighbours being alike: they are the larger of what single
// requests give and what the means of blocks of consecutive requests give.
func welch(before, after []float64) (pythia.Interval, float64) {
	if len(before) < leastOccurrences || len(after) < leastOccurrences {
		return pythia.Interval{Level: confidenceLevel}, 1
	}
	v1, n1 := errorOfMean(before)
	v2, n2 := errorOfMean(after)
	delta := stat.Mean(after, nil) - stat.Mean(before, nil)
	se := math.Sqrt(v1 + v2)
	if se == 0 {
		p := 0.0
		if delta <= 0 {
			p = 1
		}
		return pythia.Interval{Low: delta, High: delta, Level: confidenceLevel}, p
	}
	df := (v1 + v2) * (v1 + v2) / (v1*v1/(n1-1) + v2*v2/(n2-1))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	margin := t.Quantile((1+confidenceLevel)/2) * se
	return pythia.Interval{Low: delta - margin, High: delta + margin, Level: confidenceLevel}, t.Survival(delta / se)
}

// errorOfMean returns the squared standard error of a series' mean and the number of observations that it rests on.
func errorOfMean(x []float64) (squared, n float64) {
	single := stat.Variance(x, nil) / float64(len(x))
	if len(x) < leastPerBlock*comparedBlocks {
		return single, float64(len(x))
	}
	means := make([]float64, comparedBlocks)
	for b := range means {
		means[b] = stat.Mean(x[b*len(x)/comparedBlocks:(b+1)*len(x)/comparedBlocks], nil)
	}
	if blocked := stat.Variance(means, nil) / comparedBlocks; blocked > single {
		return blocked, comparedBlocks
	}
	return single, float64(len(x))
}

// beyondDrift is the p-value of the change's being what one would expect if the baseline's own drift went on: the second half of the
// baseline less the first, twice. It is 0 if the baseline does not drift.
func beyondDrift(before, after []float64) float64 {
	half := len(before) / 2
	if half < leastOccurrences {
		return 0
	}
	v1, _ := errorOfMean(before[:half])
	v2, _ := errorOfMean(before[half:])
	drift := stat.Mean(before[half:], nil) - stat.Mean(before[:half], nil)
	if drift <= 1.7*math.Sqrt(v1+v2) { // one-sided, at about 0.05
		return 0
	}
	va, n := errorOfMean(after)
	rest := stat.Mean(after, nil) - stat.Mean(before, nil) - 2*drift
	// The mean of the baseline and its drift are independent: their errors add.
	se := math.Sqrt(va + (v1+v2)/4 + 4*(v1+v2))
	return studentP(rest/se, math.Max(n-1, 1))
}
