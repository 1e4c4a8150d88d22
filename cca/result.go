package cca

import "gonum.org/v1/gonum/mat"

// Result is the outcome of an analysis.
//
// The matrices have a row for each column of the input, in the order of the input, and a column for each pair of
// canonical variates, in the order of Correlations. The rows of dropped variables are zero.
//
// Each pair of variates is determined up to a common sign, which is chosen so that the largest loading in magnitude of
// each x variate is positive.
type Result struct {
	// N is the number of complete observations used.
	N int

	// Correlations are the canonical correlations, descending, each in [0, 1]. With ridge they are those of the
	// regularised problem, which are lower than the correlations of the scores.
	Correlations []float64

	// XCenter and YCenter are the means over the observations used of the variables, zero for dropped ones.
	XCenter, YCenter []float64

	// XWeights and YWeights are the coefficients which turn centred variables in their own units into scores of
	// sample variance one.
	XWeights, YWeights *mat.Dense

	// XStdWeights and YStdWeights are the coefficients which turn standardised variables into the same scores.
	XStdWeights, YStdWeights *mat.Dense

	// XLoadings and YLoadings are the correlations of the variables with the scores of their own set.
	XLoadings, YLoadings *mat.Dense

	// XRedundancy is the index of Stewart and Love for each pair: the share of the variance of the standardised x
	// variables which the y variate explains, that is the mean over the kept x variables of the squared correlation
	// with it. Without ridge this is
	//
	//	XRedundancy[k] = Correlations[k]² * mean_j XLoadings[j][k]²
	//
	// and the sum over k, at most one, is the share which the y set explains. With ridge the variates of a set
	// correlate, so their shares overlap. YRedundancy is the converse; the two generally differ.
	XRedundancy, YRedundancy []float64

	// Wilks are the sequential tests: element k tests that the correlations from k on are all zero. It is nil with
	// ridge, for which the distribution is not known; use the permutation test there.
	Wilks []Wilks

	// Permutation is the permutation test of the first correlation, nil if none was asked for.
	Permutation *Permutation

	// DroppedRows is the number of rows left out because a value of a kept variable was missing.
	DroppedRows int

	// DroppedX and DroppedY list the variables left out, in the order of their columns.
	DroppedX, DroppedY []Dropped
}

// Dropped is a variable which was left out of the analysis.
type Dropped struct {
	Column int // index of the column in the input
	Reason Reason
}

// Reason tells why a variable was left out.
type Reason string

// The reasons for leaving out a variable.
const (
	AllMissing    Reason = "has no finite value"
	MostlyMissing Reason = "lacks more than half of its values"
	Constant      Reason = "is constant"
	Swamped       Reason = "has one value so large that the others vanish in rounding"
	Collinear     Reason = "is a linear combination of earlier columns"
)
