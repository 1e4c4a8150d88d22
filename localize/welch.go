package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia"
)

const (
	// leastOccurrences is how many workflows must have passed an edge, before and now, for the two to be compared.
	leastOccurrences = 5
	// comparedBlocks is into how many stretches of time a sample is cut to see how much means wander by themselves.
	comparedBlocks = 10
	leastPerBlock  = 4
	// leastForDependence is how long a series must be to tell how alike neighbours are.
	leastForDependence = 20
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
		dependence := 1.0
		if len(x) >= leastForDependence {
			dependence = dependenceOf(x)
		}
		return single * dependence, max(2, float64(len(x))/dependence)
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

// dependenceOf is the factor (1+ρ)/(1−ρ) by which neighbours' being alike raises the variance of a mean, for a first-order autoregression
// (Bayley & Hammersley 1946). ρ is corrected for its bias in short series (Kendall 1954) and taken for 0 if negative.
func dependenceOf(x []float64) float64 {
	n := float64(len(x))
	mean := stat.Mean(x, nil)
	var neighbours, squares float64
	for i, v := range x {
		squares += (v - mean) * (v - mean)
		if i > 0 {
			neighbours += (v - mean) * (x[i-1] - mean)
		}
	}
	if squares == 0 {
		return 1
	}
	rho := neighbours / squares
	rho = min(max(0, rho+(1+4*rho)/n), 0.8)
	return (1 + rho) / (1 - rho)
}

// leastDrift is how many standard errors the halves of the baseline must differ by for it to drift: few, since a drift that is missed makes a
// change that is none.
const leastDrift = 1

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
	if drift <= leastDrift*math.Sqrt(v1+v2) {
		return 0
	}
	va, n := errorOfMean(after)
	rest := stat.Mean(after, nil) - stat.Mean(before, nil) - 2*drift
	// The mean of the baseline and its drift are independent: their errors add.
	se := math.Sqrt(va + (v1+v2)/4 + 4*(v1+v2))
	if se == 0 {
		if rest > 0 {
			return 0
		}
		return 1
	}
	return studentP(rest/se, math.Max(n-1, 1))
}
