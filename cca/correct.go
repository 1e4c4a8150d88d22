package cca

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// leastDistance is how far a column must be from the span of the earlier ones, relative to its length, to count.
const leastDistance = 1e-9

// orthonormalRows returns an orthonormal basis of the centred columns, a row for each vector, rows with a missing value being zero; nil if
// there is none.
func orthonormalRows(columns *mat.Dense) *mat.Dense {
	n, k := columns.Dims()
	centred, tol := mat.NewDense(k, n, nil), make([]float64, k)
	column := make([]float64, n)
	for j := range k {
		mat.Col(column, j, columns)
		centred.SetRow(j, centre(column))
		tol[j] = leastDistance * math.Sqrt(float64(n)) // about the length of every row that is not 0
	}
	_, basis, kept := orthonormalize(centred, tol)
	if len(kept) == 0 {
		return nil
	}
	return basis
}

// centre returns the column less its mean, with 0 for what is missing, scaled to unit length so that any magnitude works.
func centre(column []float64) []float64 {
	present := make([]float64, 0, len(column))
	for _, v := range column {
		if !missing(v) {
			present = append(present, v)
		}
	}
	out := make([]float64, len(column))
	if len(present) == 0 {
		return out
	}
	mean, sd := stat.MeanStdDev(present, nil)
	if !(sd > 0) || math.IsInf(sd, 0) {
		return out
	}
	for i, v := range column {
		if !missing(v) {
			out[i] = (v - mean) / sd
		}
	}
	return out
}

// correct sets the p-values of the candidates that could be given as explanations, and 1 for the others. The statistic is the adjusted R²,
// which does not favour variables of many columns; each candidate's is compared with the greatest of all candidates under every
// permutation. A candidate that is exceeded more often than the level allows is out, and its p-value only a lower bound; when all are
// out it ends. So noise costs few permutations or none. With n requests and k columns of all candidates, a permutation takes O(n·k).
func (e Explainer) correct(candidates []*candidate, seconds []float64) {
	t := newShuffled(seconds)
	var open []*candidate
	for _, c := range candidates {
		c.p, c.exceeded = 1, 0
		if c.strength >= e.LeastStrength {
			c.observed = t.adjustedR2(c.basis, 1)[0]
			open = append(open, c)
		}
	}
	for left := e.Permutations; left > 0 && len(open) > 0; left -= batch {
		greatest := t.greatest(candidates, min(batch, left))
		open = slices.DeleteFunc(open, func(c *candidate) bool {
			for _, r2 := range greatest {
				if r2 >= c.observed-tie {
					c.exceeded++
				}
			}
			c.p = float64(1+c.exceeded) / float64(1+e.Permutations)
			return c.p > e.Level
		})
	}
}
