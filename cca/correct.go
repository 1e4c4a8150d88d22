package cca

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// orthonormalColumns returns an orthonormal basis of the centred columns, rows with a missing value being zero; nil if there is none.
func orthonormalColumns(columns *mat.Dense) *mat.Dense {
	n, k := columns.Dims()
	centred := mat.NewDense(n, k, nil)
	column := make([]float64, n)
	for j := range k {
		mat.Col(column, j, columns)
		centred.SetCol(j, centre(column))
	}
	var svd mat.SVD
	if !svd.Factorize(centred, mat.SVDThin) {
		return nil
	}
	values := svd.Values(nil)
	rank := 0
	for rank < len(values) && values[rank] > 1e-9*values[0] && values[rank] > 0 {
		rank++
	}
	if rank == 0 {
		return nil
	}
	var u mat.Dense
	svd.UTo(&u)
	return mat.DenseCopyOf(u.Slice(0, n, 0, rank))
}

// centre returns the column less its mean, with 0 for what is missing, scaled to unit length so that any magnitude works.
func centre(column []float64) []float64 {
	var present []float64
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

// correct sets the candidates' p-values. The statistic is the adjusted R², which does not favour variables of many columns; each candidate's is compared with
// the greatest of all candidates under every permutation.
func correct(candidates []*candidate, y []float64, permutations int) {
	n := len(y)
	shuffled := mat.NewDense(n, permutations+1, nil) // column 0 is y as it is
	unit := centre(y)
	scale := math.Sqrt(float64(n - 1))
	for i := range unit {
		unit[i] /= scale
	}
	shuffled.SetCol(0, unit)
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for b := 1; b <= permutations; b++ {
		rng.Shuffle(n, func(i, j int) { unit[i], unit[j] = unit[j], unit[i] })
		shuffled.SetCol(b, unit)
	}
	greatest := make([]float64, permutations+1)
	for b := range greatest {
		greatest[b] = math.Inf(-1)
	}
	observed := make([]float64, len(candidates))
	for i, c := range candidates {
		r2 := adjustedR2(c.basis, shuffled)
		observed[i] = r2[0]
		for b, v := range r2 {
			greatest[b] = math.Max(greatest[b], v)
		}
	}
	for i, c := range candidates {
		as := 1
		for _, v := range greatest[1:] {
			if v >= observed[i] {
				as++
			}
		}
		c.p = float64(as) / float64(permutations+1)
	}
}

// adjustedR2 returns 1 − (1−R²)(n−1)/(n−1−k) of the regression of each column of y, of unit length, on a basis of k columns.
func adjustedR2(basis, y *mat.Dense) []float64 {
	n, k := basis.Dims()
	var projected mat.Dense
	projected.Mul(basis.T(), y)
	_, columns := y.Dims()
	r2 := make([]float64, columns)
	for b := range r2 {
		sum := 0.0
		for j := range k {
			v := projected.At(j, b)
			sum += v * v
		}
		r2[b] = 1 - (1-sum)*float64(n-1)/math.Max(1, float64(n-1-k))
	}
	return r2
}
