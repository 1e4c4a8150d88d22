package cca

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// batch is how many permutations of the requests are made at a time: few enough that those of a sample of the default size stay in the
// cache while all candidates are projected on them, which makes that three times as fast as with all permutations at once.
const batch = 32

// shuffled holds durations in a batch of random orders, the first of them at first as they are. The orders are the same for the same number of requests.
type shuffled struct {
	rng  *rand.Rand
	y    []float64  // centred and of unit length
	rows *mat.Dense // y in batch orders
	dots []float64  // with a vector, for each row
	r2   []float64
}

func newShuffled(seconds []float64) *shuffled {
	n := len(seconds)
	s := &shuffled{
		rng: rand.New(rand.NewPCG(1, uint64(n))), y: centre(seconds),
		rows: mat.NewDense(batch, n, nil), dots: make([]float64, batch), r2: make([]float64, batch),
	}
	floats.Scale(1/math.Sqrt(float64(n-1)), s.y)
	s.rows.SetRow(0, s.y)
	return s
}

// greatest makes further permutations, at most a batch, and returns the greatest adjusted R² of all candidates under each.
func (s *shuffled) greatest(candidates []*candidate, count int) []float64 {
	for i := range count {
		s.rng.Shuffle(len(s.y), func(i, j int) { s.y[i], s.y[j] = s.y[j], s.y[i] })
		s.rows.SetRow(i, s.y)
	}
	greatest := slices.Repeat([]float64{math.Inf(-1)}, count)
	for _, c := range candidates {
		for i, v := range s.adjustedR2(c.basis, count) {
			greatest[i] = max(greatest[i], v)
		}
	}
	return greatest
}

// adjustedR2 returns 1 − (1−R²)(n−1)/(n−1−k) of the regression of the durations, in each of the first orders, on a basis of k rows. The
// result is overwritten by the next.
func (s *shuffled) adjustedR2(basis *mat.Dense, count int) []float64 {
	k, n := basis.Dims()
	orders, dots, r2 := s.rows.RawMatrix(), blas64.Vector{N: count, Inc: 1, Data: s.dots}, s.r2[:count]
	orders.Rows = count
	clear(r2)
	for j := range k {
		blas64.Gemv(blas.NoTrans, 1, orders, blas64.Vector{N: n, Inc: 1, Data: basis.RawRowView(j)}, 0, dots)
		for i := range r2 {
			r2[i] += dots.Data[i] * dots.Data[i]
		}
	}
	for i, sum := range r2 {
		r2[i] = 1 - (1-sum)*float64(n-1)/math.Max(1, float64(n-1-k))
	}
	return r2
}
