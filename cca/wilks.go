package cca

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilks is the test that canonical correlations are zero, by Wilks' lambda and Rao's approximation to its distribution.
// The approximation is exact if the correlations tested are one or two.
type Wilks struct {
	Lambda   float64 // product over the correlations r tested of 1 - r², in [0, 1]
	F        float64 // Rao's F; +Inf if a correlation is one
	DF1, DF2 float64 // degrees of freedom of F; DF2 need not be whole
	P        float64 // probability of such an F or a larger one if the hypothesis holds
}

// wilks returns the sequential tests for the correlations of n observations of p and q variables.
func wilks(cor []float64, n, p, q int) []Wilks {
	tests := make([]Wilks, len(cor))
	logLambda := 0.0
	for k := len(cor) - 1; k >= 0; k-- {
		logLambda += math.Log1p(-cor[k] * cor[k])
		tests[k] = rao(logLambda, float64(n), float64(p), float64(q), float64(k))
	}
	return tests
}

// rao returns the test of the correlations from k on, which have the given logarithm of Wilks' lambda.
func rao(logLambda, n, p, q, k float64) Wilks {
	a, b := p-k, q-k
	s := 1.0
	if d := a*a + b*b - 5; d > 0 {
		s = math.Sqrt((a*a*b*b - 4) / d)
	}
	df1 := a * b
	df2 := (n-1.5-(p+q)/2)*s - df1/2 + 1
	return Wilks{
		Lambda: math.Exp(logLambda),
		F:      math.Expm1((0-logLambda)/s) * df2 / df1,
		DF1:    df1,
		DF2:    df2,
		// The upper tail of F in terms of the beta distribution. distuv.F.Survival is one minus the lower tail, which
		// is zero for every P below 1e-16.
		P: mathext.RegIncBeta(df2/2, df1/2, math.Exp(logLambda/s)),
	}
}
