package replay

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a mean over trials with its 95 % confidence interval. Without a value the mean is NaN; with fewer than two, nothing bounds the interval
// but what is possible: counts are not negative, shares lie in [0,1].
type Estimate struct{ Mean, Low, High float64 }

// confident is the quantile that leaves 2.5 % on either side of an interval.
const confident = 0.975

// MeanOf estimates a mean by Student's t, which takes the values for normal: mean ± t(n-1)·s/√n. Values that are NaN do not count. Equal values
// give an interval of no width.
func MeanOf(values []float64) Estimate {
	var known []float64
	for _, v := range values {
		if !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return Estimate{math.NaN(), math.Inf(-1), math.Inf(1)}
	}
	mean, deviation := stat.MeanStdDev(known, nil)
	if len(known) == 1 {
		return Estimate{mean, math.Inf(-1), math.Inf(1)}
	}
	n := float64(len(known))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(confident) * deviation / math.Sqrt(n)
	return Estimate{mean, mean - half, mean + half}
}

// within cuts the interval to what is possible.
func (e Estimate) within(least, most float64) Estimate {
	e.Low, e.High = math.Max(e.Low, least), math.Min(e.High, most)
	return e
}

// ProportionOf estimates how often something happens that is 1 or 0 in each trial, by Wilson's score interval: unlike the normal one it has a
// width also if it happened always or never (Wilson, JASA 1927).
func ProportionOf(values []float64) Estimate {
	n := float64(len(values))
	if n == 0 {
		return Estimate{math.NaN(), 0, 1}
	}
	p, z := stat.Mean(values, nil), distuv.UnitNormal.Quantile(confident)
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	// At 0 and 1 a bound equals the proportion, but for rounding.
	return Estimate{p, math.Max(math.Min(center-half, p), 0), math.Min(math.Max(center+half, p), 1)}
}

// PairedDifference estimates how much more of something a has than b: the mean of of(a)-of(b) over the seeds that both have, with its interval by
// Student's t. As both searched the same requests in the same order, this tells them apart where their own intervals overlap. The rows should come from one
// [Comparison], or from two that differ in the contender alone.
func PairedDifference(a, b Row, of func(*Result) float64) Estimate {
	differences := make([]float64, min(len(a.Results), len(b.Results)))
	for i := range differences {
		differences[i] = of(a.Results[i]) - of(b.Results[i])
	}
	return MeanOf(differences)
}
