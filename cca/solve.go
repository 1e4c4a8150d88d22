package cca

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// signTie is the relative difference up to which two loadings are equally large. Without it the sign of a variate with
// equal loadings of opposite sign would hang on rounding.
const signTie = 1e-9

// variates are the canonical variates of one set.
type variates struct {
	weights  *mat.Dense // of standardised variables, variables x variates
	scores   *mat.Dense // reduced, unit length, variates x coordinates
	loadings *mat.Dense // variables x variates
}

// solve returns the part of the result which follows from the factors.
func solve(sx, sy *set, fx, fy *factor) (*Result, error) {
	var cross mat.Dense
	cross.Mul(fx.basis, fy.basis.T())
	var svd mat.SVD
	if !svd.Factorize(&cross, mat.SVDThin) {
		return nil, ErrNoConvergence
	}
	cor := svd.Values(nil)
	for i, c := range cor {
		cor[i] = math.Min(c, 1) // rounding may exceed it
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	vx, vy := newVariates(fx, &u), newVariates(fy, &v)
	for k := range cor {
		if vx.negative(k) {
			vx.flip(k)
			vy.flip(k)
		}
	}
	one := func(column) float64 { return 1 }
	return &Result{
		Correlations: cor,
		XCenter:      sx.centers(), YCenter: sy.centers(),
		XWeights: sx.expand(vx.weights, column.rawScale), YWeights: sy.expand(vy.weights, column.rawScale),
		XStdWeights: sx.expand(vx.weights, one), YStdWeights: sy.expand(vy.weights, one),
		XLoadings: sx.expand(vx.loadings, one), YLoadings: sy.expand(vy.loadings, one),
		XRedundancy: redundancy(fx, vy), YRedundancy: redundancy(fy, vx),
		DroppedX: sx.dropped, DroppedY: sy.dropped,
	}, nil
}

// newVariates returns the variates with the given directions, in columns, in the coordinates of the basis. It
// overwrites directions.
func newVariates(f *factor, directions *mat.Dense) variates {
	f.solveLower(blas.Trans, directions)
	w := directions
	var scores, loadings mat.Dense
	scores.Mul(w.T(), f.data)
	d, _ := scores.Dims()
	for k := range d {
		// Without ridge the length is one already. With ridge it is less, and nothing but rounding error for a
		// direction in which the variables do not vary: such a variate is zero.
		row := scores.RawRowView(k)
		length, bound := floats.Norm(row, 2), 0.0
		for i := range f.kept {
			bound += math.Abs(w.At(i, k))
		}
		scale := 0.0
		if length > noiseMargin*eps*bound {
			scale = 1 / length
		}
		floats.Scale(scale, row)
		scaleColumn(w, k, scale)
	}
	loadings.Mul(f.data, scores.T())
	return variates{weights: w, scores: &scores, loadings: &loadings}
}

// negative reports whether the largest loading in magnitude of variate k is negative.
func (v variates) negative(k int) bool {
	col := mat.Col(nil, k, v.loadings)
	largest := floats.Norm(col, math.Inf(1))
	for _, l := range col {
		if math.Abs(l) >= largest*(1-signTie) {
			return l < 0
		}
	}
	return false
}

func (v variates) flip(k int) {
	scaleColumn(v.weights, k, -1)
	scaleColumn(v.loadings, k, -1)
	floats.Scale(-1, v.scores.RawRowView(k))
}

func scaleColumn(m *mat.Dense, k int, scale float64) {
	r, _ := m.Dims()
	for i := range r {
		m.Set(i, k, m.At(i, k)*scale)
	}
}

// redundancy returns the mean squared correlation of the variables of a set with each variate of the other.
func redundancy(own *factor, other variates) []float64 {
	var cross mat.Dense
	cross.Mul(own.data, other.scores.T())
	p, d := cross.Dims()
	out := make([]float64, d)
	for i := range p {
		for k, c := range cross.RawRowView(i) {
			out[k] += c * c / float64(p)
		}
	}
	return out
}
