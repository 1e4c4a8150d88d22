package cca

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

const (
	// collinear is the least distance of a unit vector from the span of the others at which it is independent.
	collinear = 1e-10
	// noiseMargin is the multiple of its rounding error up to which a distance is nothing but that error.
	noiseMargin = 32
	// maxTolerance keeps a column that is hardly more than rounding error from being called collinear on that account
	// alone, the first one in particular.
	maxTolerance = 0.1
)

// panel is the least number of observations reduced at a time: few enough that the panel stays in the cache.
const panel = 256

// reduce returns a matrix with the same inner products between rows as data, and no more columns than rows. It is the
// triangle of an LQ factorization, updated with one panel of observations after the other.
func reduce(data *mat.Dense) *mat.Dense {
	m, n := data.Dims()
	if n <= m {
		return data
	}
	width := max(panel, m)
	joined := mat.NewDense(m, m+width, nil) // the triangle so far, then the panel
	a := joined.RawMatrix()
	tau, work := make([]float64, m), make([]float64, 1)
	lapack64.Gelqf(a, tau, work, -1)
	work = make([]float64, int(work[0]))
	for from := 0; from < n; from += width {
		for i := range m {
			row := joined.RawRowView(i)
			clear(row[i+1:]) // the reflections of the last panel
			copy(row[m:], data.RawRowView(i)[from:min(from+width, n)])
		}
		lapack64.Gelqf(a, tau, work, len(work))
	}
	small := mat.NewDense(m, m, nil)
	for i := range m {
		copy(small.RawRowView(i)[:i+1], joined.RawRowView(i))
	}
	return small
}

// factor is the factorization of a set as a lower triangle times a matrix with orthonormal rows.
type factor struct {
	data  *mat.Dense // kept variables in rows, reduced
	lower *mat.Dense // data = lower * basis; with ridge, lower * lowerᵀ = data * dataᵀ + ridge * I
	basis *mat.Dense // rows orthonormal without ridge, shorter than that with
	kept  []int      // rows of the reduced matrix, from the first of the set
}

// factorize factorizes the set in the rows of small from first on. Without ridge it drops collinear columns.
func factorize(s *set, small *mat.Dense, first int, ridge float64) *factor {
	p, tol := len(s.columns), make([]float64, len(s.columns))
	_, k := small.Dims()
	data := small.Slice(first, first+p, 0, k).(*mat.Dense)
	joined := data
	if ridge > 0 {
		joined = mat.NewDense(p, k+p, nil)
		joined.Copy(data)
		for i := range p {
			joined.Set(i, k+i, math.Sqrt(ridge))
		}
	} else {
		for i, c := range s.columns {
			tol[i] = math.Min(math.Max(collinear, noiseMargin*c.noise()), maxTolerance)
		}
	}
	lower, basis, kept := orthonormalize(joined, tol)
	if len(kept) < p {
		data = selectRows(data, kept)
		s.dropCollinear(kept)
	}
	return &factor{data: data, lower: lower, basis: basis.Slice(0, len(kept), 0, k).(*mat.Dense), kept: kept}
}

func (s *set) dropCollinear(kept []int) {
	keep := make([]bool, len(s.columns))
	for _, i := range kept {
		keep[i] = true
	}
	s.drop(func(pos int) Reason {
		if keep[pos] {
			return ""
		}
		return Collinear
	})
}

// orthonormalize factorizes the rows of a, in order, leaving out those which are no further than tol from the span of
// the earlier ones. The order is that of the input, rather than pivoted, so that it is the later of two equal variables
// which is left out. Projecting twice makes the basis orthogonal to working precision (Daniel, Gragg, Kaufman and
// Stewart 1976).
func orthonormalize(a *mat.Dense, tol []float64) (lower, basis *mat.Dense, kept []int) {
	p, k := a.Dims()
	most := min(p, k)
	l, q := mat.NewDense(most, most, nil), mat.NewDense(most, k, nil)
	v, coef := make([]float64, k), make([]float64, most)
	for i := range p {
		r := len(kept)
		if r == most {
			break
		}
		copy(v, a.RawRowView(i))
		for range 2 {
			project(q.RawMatrix(), r, v, coef[:r])
			for j, c := range coef[:r] {
				l.RawRowView(r)[j] += c
			}
		}
		length := math.Sqrt(floats.Dot(v, v))
		if length <= tol[i] {
			clear(l.RawRowView(r))
			continue
		}
		l.Set(r, r, length)
		for j := range v {
			q.RawRowView(r)[j] = v[j] / length
		}
		kept = append(kept, i)
	}
	r := len(kept)
	return l.Slice(0, r, 0, r).(*mat.Dense), q.Slice(0, r, 0, k).(*mat.Dense), kept
}

// project subtracts from v its projection on the first r rows of q, and stores the coefficients.
func project(q blas64.General, r int, v, coef []float64) {
	if r == 0 {
		return
	}
	q.Rows = r
	vec, c := blas64.Vector{N: len(v), Inc: 1, Data: v}, blas64.Vector{N: r, Inc: 1, Data: coef}
	blas64.Gemv(blas.NoTrans, 1, q, vec, 0, c)
	blas64.Gemv(blas.Trans, -1, q, c, 1, vec)
}

// solveLower overwrites b with the solution of lower * X = b, or of lowerᵀ * X = b.
func (f *factor) solveLower(t blas.Transpose, b *mat.Dense) {
	l := f.lower.RawMatrix()
	tri := blas64.Triangular{N: l.Rows, Stride: l.Stride, Data: l.Data, Uplo: blas.Lower, Diag: blas.NonUnit}
	blas64.Trsm(blas.Left, t, 1, tri, b.RawMatrix())
}

// whiten returns the observations in the coordinates of the basis. In the standardised data the set begins at row
// first.
func (f *factor) whiten(data *mat.Dense, first int) *mat.Dense {
	rows := make([]int, len(f.kept))
	for i, r := range f.kept {
		rows[i] = first + r
	}
	w := selectRows(data, rows)
	f.solveLower(blas.NoTrans, w)
	return w
}

func selectRows(m *mat.Dense, rows []int) *mat.Dense {
	_, k := m.Dims()
	out := mat.NewDense(len(rows), k, nil)
	for i, r := range rows {
		out.SetRow(i, m.RawRowView(r))
	}
	return out
}
