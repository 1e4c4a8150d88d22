package pythia

import "math"

// moments are those of requests' durations, in seconds: their number and mean, and the sums of the powers of their distances from it (Pébay 2008).
type moments struct {
	N                int
	Mean, S2, S3, S4 float64
}

func (m *moments) add(x float64) { *m = m.plus(moments{N: 1, Mean: x}) }

func (m moments) plus(o moments) moments {
	if m.N == 0 || o.N == 0 {
		if o.N > 0 {
			return o
		}
		return m
	}
	a, b := float64(m.N), float64(o.N)
	n, d := a+b, o.Mean-m.Mean
	return moments{
		N: m.N + o.N, Mean: m.Mean + d*b/n,
		S2: m.S2 + o.S2 + d*d*a*b/n,
		S3: m.S3 + o.S3 + d*d*d*a*b*(a-b)/(n*n) + 3*d*(a*o.S2-b*m.S2)/n,
		S4: m.S4 + o.S4 + d*d*d*d*a*b*(a*a-a*b+b*b)/(n*n*n) + 6*d*d*(a*a*o.S2+b*b*m.S2)/(n*n) + 4*d*(a*o.S3-b*m.S3)/n,
	}
}

// sound reports whether durations can have such moments.
func (m moments) sound() bool {
	sum := m.Mean + m.S2 + m.S3 + m.S4
	return m.N >= 0 && m.S2 >= 0 && m.S4 >= 0 && !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

func (m moments) variance() float64 {
	if m.N == 0 {
		return 0
	}
	return m.S2 / float64(m.N)
}

func (m moments) stdDev() float64 { return math.Sqrt(m.variance()) }

// errors2 returns the squared standard errors of the mean and of the variance. Durations with rare long ones have an uncertain variance.
func (m moments) errors2() (mean, variance float64) {
	if m.N == 0 {
		return 0, 0
	}
	n, v := float64(m.N), m.variance()
	return v / n, math.Max(m.S4/n-v*v, 0) / n
}

// How much worse durations must get for them to be looked into again: by a factor, and beyond chance.
const (
	worseStdDev = 1.5
	worseMean   = 1.25
	surely      = 5 // standard errors
	probably    = 4
)

// worse reports whether durations vary more than they used to, and whether they are longer, beyond so many standard errors.
func (m moments) worse(normal moments, sigmas float64) (varies, longer bool) {
	meanError, varianceError := m.errors2()
	meanBefore, varianceBefore := normal.errors2()
	varies = m.stdDev() > worseStdDev*normal.stdDev() &&
		m.variance()-normal.variance() > sigmas*math.Sqrt(varianceError+varianceBefore)
	longer = m.Mean > worseMean*normal.Mean && m.Mean-normal.Mean > sigmas*math.Sqrt(meanError+meanBefore)
	return varies, longer
}

// worseBy says what durations that have got worse are to be searched for: that they vary more or, if they do not, that they are longer. It is neither
// if they are well again.
func (m moments) worseBy(normal moments) (varying, longer bool) {
	varying = m.stdDev() > worseStdDev*normal.stdDev()
	return varying, !varying && m.Mean > worseMean*normal.Mean
}

// better reports whether durations vary clearly less than they used to, or are clearly shorter.
func (m moments) better(normal moments) bool {
	varied, longer := normal.worse(m, surely)
	return varied || longer
}
