package localize

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia"
)

// benjaminiHochberg returns p-values adjusted so that rejecting those below q keeps the expected share of false rejections below q
// (Benjamini & Hochberg 1995): p₍ᵢ₎·m/i, made monotone from the largest down. m ≥ len(p) is the number of hypotheses looked at; those without a
// p-value count as 1, as does NaN.
func benjaminiHochberg(p []float64, m int) []float64 {
	p = slices.Clone(p)
	for i := range p {
		if math.IsNaN(p[i]) {
			p[i] = 1
		}
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	least := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		least = min(least, p[order[i]]*float64(m)/float64(i+1))
		adjusted[order[i]] = least
	}
	return adjusted
}

// correlationP tests whether y goes up with t: the one-sided p-value of Pearson's r by Student's t with n−2 degrees of freedom.
func correlationP(y, t []float64) float64 {
	n := float64(len(y))
	if n < 4 {
		return 1
	}
	r := stat.Correlation(y, t, nil)
	switch {
	case math.IsNaN(r) || math.IsInf(r, 0) || r <= -1: // one of them is constant, but for rounding
		return 1
	case r >= 1:
		return 0
	}
	return studentP(r*math.Sqrt((n-2)/(1-r*r)), n-2)
}

// studentP returns P(t ≥ x) for Student's t; 1, which is no evidence at all, without a degree of freedom.
func studentP(x, df float64) float64 {
	if df < 1 {
		return 1
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Survival(x)
}

const (
	bootstraps      = 300
	confidenceLevel = 0.95
	// fewResampled is the size from which samples are not resampled. In 2000 simulated samples of 300 requests (normal, exponential, lognormal, of two
	// modes) the jackknife's interval contained the truth in 91.3 to 95.1 %, that of 300 resamples in 91.9 to 94.7 %; in 600 of 1000 requests, in 92.3 to
	// 95.5 % and 91.5 to 95.5 %. With fewer it is the worse one where durations are skewed: 87.5 % beside 91.0 % with 80 lognormal ones.
	fewResampled = 300
)

// slopeInterval returns the confidence interval of Cov(y,t)/Var(t) over samples of requests: percentiles of resamples where there are few requests
// (Efron 1979), else the normal interval of the jackknife, which takes a three-hundredth of the time, is as good by then, and knows no chance: the
// ends of the percentile interval of 300 resamples waver by 8 % of the distance between them and the slope.
func slopeInterval(y, t []float64) pythia.Interval {
	if len(t) >= fewResampled {
		return jackknifeSlope(y, t)
	}
	return resampledInterval(y, t)
}

func resampledInterval(y, t []float64) pythia.Interval {
	rng := rand.NewPCG(1, uint64(len(y))) // the same sample, the same interval
	slopes := make([]float64, 0, bootstraps)
	for range bootstraps {
		if s, ok := resampledSlope(y, t, rng); ok {
			slopes = append(slopes, s)
		}
	}
	if len(slopes) == 0 {
		return pythia.Interval{Level: confidenceLevel}
	}
	slices.Sort(slopes)
	tail := (1 - confidenceLevel) / 2
	return pythia.Interval{
		Low:   stat.Quantile(tail, stat.Empirical, slopes, nil),
		High:  stat.Quantile(1-tail, stat.Empirical, slopes, nil),
		Level: confidenceLevel,
	}
}

func resampledSlope(y, t []float64, rng *rand.PCG) (float64, bool) {
	var st, sy, stt, sty float64
	shift := t[0] // keeps the sums of squares small beside the variance
	y = y[:len(t)]
	var bits uint64
	for k := range t {
		if k%2 == 0 {
			bits = rng.Uint64()
		}
		i := (bits & math.MaxUint32) * uint64(len(t)) >> 32 // as good as uniform: samples are small beside 2³²
		bits >>= 32
		d := t[i] - shift
		st += d
		sy += y[i]
		stt += d * d
		sty += d * y[i]
	}
	n := float64(len(t))
	variance := stt - st*st/n
	if variance <= 0 {
		return 0, false
	}
	return (sty - st*sy/n) / variance, true
}

// jackknifeSlope returns the interval β ± z·s of β = Cov(y,t)/Var(t), where s² sums the squares of what β changes by when one request is left out
// (Miller 1974; it is HC3 of MacKinnon & White 1985). Requests need not vary alike. Where one decides all, leaving it out shows.
func jackknifeSlope(y, t []float64) pythia.Interval {
	n := float64(len(t))
	meanY, meanT := stat.Mean(y, nil), stat.Mean(t, nil)
	var stt, sty float64
	for i := range t {
		d := t[i] - meanT
		stt += d * d
		sty += d * (y[i] - meanY)
	}
	if !(stt > 0) {
		return pythia.Interval{Level: confidenceLevel}
	}
	beta, squares := sty/stt, 0.0
	for i := range t {
		d := t[i] - meanT
		rest := y[i] - meanY - beta*d
		leverage := 1/n + d*d/stt
		if without := 1 - leverage; without > 1e-9 { // else nothing but this request varies, and there is no slope without it
			squares += (d * rest / without) * (d * rest / without)
		}
	}
	reach := distuv.UnitNormal.Quantile((1+confidenceLevel)/2) * math.Sqrt(squares) / stt
	return pythia.Interval{Low: beta - reach, High: beta + reach, Level: confidenceLevel}
}
