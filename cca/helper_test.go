package cca_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/cca"
)

// linked returns n observations of p and q normal variables, of which the first min(p, q) pairs correlate.
func linked(seed uint64, n, p, q int) (x, y *mat.Dense) {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y = normal(r, n, p), normal(r, n, q)
	for j := range min(p, q) {
		strength := 1 / float64(j+1)
		for i := range n {
			y.Set(i, j, y.At(i, j)+strength*x.At(i, j))
		}
	}
	return x, y
}

func normal(r *rand.Rand, n, p int) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			m.Set(i, j, r.NormFloat64())
		}
	}
	return m
}

// with returns m with further columns, each given by a function of the row.
func with(m *mat.Dense, columns ...func(i int) float64) *mat.Dense {
	n, p := m.Dims()
	out := mat.NewDense(n, p+len(columns), nil)
	out.Copy(m)
	for j, f := range columns {
		for i := range n {
			out.Set(i, p+j, f(i))
		}
	}
	return out
}

func analyze(t testing.TB, x, y mat.Matrix, opts cca.Options) *cca.Result {
	t.Helper()
	res, err := cca.Analyze(x, y, opts)
	require.NoError(t, err)
	return res
}

// scores returns the values of the variates as the documentation defines them.
func scores(x, weights *mat.Dense, center []float64) *mat.Dense {
	n, p := x.Dims()
	centred := mat.NewDense(n, p, nil)
	centred.Apply(func(i, j int, v float64) float64 { return v - center[j] }, x)
	var out mat.Dense
	out.Mul(centred, weights)
	return &out
}
