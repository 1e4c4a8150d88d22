package cca_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia/cca"
)

func TestOneVariableEachIsPearson(t *testing.T) {
	x, y := linked(1, 40, 1, 1)
	y.Scale(-3, y)
	r := stat.Correlation(mat.Col(nil, 0, x), mat.Col(nil, 0, y), nil)
	require.Negative(t, r)
	res := analyze(t, x, y, cca.Options{})
	require.InDelta(t, -r, res.Correlations[0], 1e-14)
	require.InDelta(t, 1, res.XLoadings.At(0, 0), 1e-14)
	require.InDelta(t, -1, res.YLoadings.At(0, 0), 1e-14)
	require.InDelta(t, r*r, res.XRedundancy[0], 1e-14)
	// The F test of a correlation is the square of its t test.
	require.InDelta(t, r*r/(1-r*r)*38, res.Wilks[0].F, 1e-10)
	require.Equal(t, 38.0, res.Wilks[0].DF2)
	student := distuv.StudentsT{Sigma: 1, Nu: 38}
	require.InEpsilon(t, 2*student.CDF(-math.Sqrt(res.Wilks[0].F)), res.Wilks[0].P, 1e-9)
}

func TestTinyProbabilitiesDoNotVanish(t *testing.T) {
	x, y := linked(12, 1000, 3, 3)
	p := analyze(t, x, y, cca.Options{}).Wilks[0].P
	require.Positive(t, p)
	require.Less(t, p, 1e-100)
}

func TestOneResponseIsMultipleCorrelation(t *testing.T) {
	x, y := linked(2, 60, 4, 1)
	design := with(x, func(int) float64 { return 1 })
	var beta, fitted mat.Dense
	require.NoError(t, beta.Solve(design, y))
	fitted.Mul(design, &beta)
	want := stat.Correlation(mat.Col(nil, 0, &fitted), mat.Col(nil, 0, y), nil)
	res := analyze(t, x, y, cca.Options{})
	require.InDelta(t, want, res.Correlations[0], 1e-13)
	f := want * want / (1 - want*want) * 55 / 4
	require.InDelta(t, f, res.Wilks[0].F, 1e-9)
}

func TestScoresMatchDocumentation(t *testing.T) {
	for _, ridge := range []float64{0, 0.3} {
		x, y := linked(3, 80, 4, 3)
		x.Apply(func(_, j int, v float64) float64 { return 100 + math.Pow10(3*j)*v }, x)
		res := analyze(t, x, y, cca.Options{Ridge: ridge})
		u, v := scores(x, res.XWeights, res.XCenter), scores(y, res.YWeights, res.YCenter)
		for k, cor := range res.Correlations {
			uk, vk := mat.Col(nil, k, u), mat.Col(nil, k, v)
			require.InDelta(t, 0, stat.Mean(uk, nil), 1e-9)
			require.InDelta(t, 1, stat.Variance(uk, nil), 1e-9)
			require.InDelta(t, 1, stat.Variance(vk, nil), 1e-9)
			if ridge == 0 {
				require.InDelta(t, cor, stat.Correlation(uk, vk, nil), 1e-9)
			} else {
				require.GreaterOrEqual(t, stat.Correlation(uk, vk, nil), cor)
			}
			redundancy := 0.0
			for j := range 4 {
				xj := mat.Col(nil, j, x)
				require.InDelta(t, stat.Correlation(xj, uk, nil), res.XLoadings.At(j, k), 1e-9)
				require.InDelta(t, res.XStdWeights.At(j, k), res.XWeights.At(j, k)*stat.StdDev(xj, nil), 1e-9)
				redundancy += math.Pow(stat.Correlation(xj, vk, nil), 2) / 4
			}
			require.InDelta(t, redundancy, res.XRedundancy[k], 1e-9)
		}
	}
}

func TestAffineInvariance(t *testing.T) {
	x, y := linked(4, 90, 5, 3)
	want := analyze(t, x, y, cca.Options{})
	r := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		var moved mat.Dense
		moved.Mul(x, normal(r, 5, 5))
		shift := 10 * r.NormFloat64()
		moved.Apply(func(_, _ int, v float64) float64 { return v + shift }, &moved)
		got := analyze(t, &moved, y, cca.Options{})
		require.InDeltaSlice(t, want.Correlations, got.Correlations, 1e-10)
		require.InDeltaSlice(t, want.YRedundancy, got.YRedundancy, 1e-10)
		require.InDelta(t, want.Wilks[0].P, got.Wilks[0].P, 1e-10)
	}
}

func TestSymmetry(t *testing.T) {
	for _, opts := range []cca.Options{{}, {Ridge: 0.1}} {
		x, y := linked(6, 50, 4, 2)
		a, b := analyze(t, x, y, opts), analyze(t, y, x, opts)
		require.InDeltaSlice(t, a.Correlations, b.Correlations, 1e-13)
		require.InDeltaSlice(t, a.XRedundancy, b.YRedundancy, 1e-13)
		require.Len(t, a.Wilks, len(b.Wilks))
		for k := range a.Correlations {
			for j := range 4 {
				require.InDelta(t, math.Abs(a.XLoadings.At(j, k)), math.Abs(b.YLoadings.At(j, k)), 1e-12)
			}
		}
	}
}

func TestRangesAndSigns(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for seed := range uint64(60) {
		p, q := 1+r.IntN(6), 1+r.IntN(6)
		x, y := linked(seed, p+q+2+r.IntN(30), p, q)
		ridge := float64(r.IntN(2)) * r.Float64()
		res := analyze(t, x, y, cca.Options{Ridge: ridge})
		sumX, sumY := 0.0, 0.0
		for k, cor := range res.Correlations {
			require.True(t, 0 <= cor && cor <= 1)
			require.True(t, k == 0 || cor <= res.Correlations[k-1])
			sumX, sumY = sumX+res.XRedundancy[k], sumY+res.YRedundancy[k]
			col := mat.Col(nil, k, res.XLoadings)
			top := mat.Max(mat.NewVecDense(len(col), col))
			require.GreaterOrEqual(t, top, -mat.Min(mat.NewVecDense(len(col), col))*(1-1e-9))
		}
		if ridge == 0 {
			require.LessOrEqual(t, max(sumX, sumY), 1+1e-12)
		}
		for _, w := range res.Wilks {
			require.True(t, 0 <= w.P && w.P <= 1 && w.F >= 0 && w.DF2 > 0, "%+v", w)
		}
	}
}

func TestScalesAreIrrelevant(t *testing.T) {
	x, y := linked(8, 50, 3, 2)
	want := analyze(t, x, y, cca.Options{})
	for _, scale := range []float64{1e-280, 1e-30, 1e30, 1e300} {
		var scaled mat.Dense
		scaled.Scale(scale, x)
		got := analyze(t, &scaled, y, cca.Options{})
		require.Empty(t, got.DroppedX)
		require.InDeltaSlice(t, want.Correlations, got.Correlations, 1e-12)
		require.InEpsilon(t, want.XWeights.At(0, 0), got.XWeights.At(0, 0)*scale, 1e-10)
	}
	shifted := mat.DenseCopyOf(x)
	shifted.Apply(func(_, _ int, v float64) float64 { return v + 1e9 }, x)
	require.InDeltaSlice(t, want.Correlations, analyze(t, shifted, y, cca.Options{}).Correlations, 1e-6)
}

// The columns are collinear so nearly that the covariance matrix, whose condition is the square, would be singular.
func TestIllConditioned(t *testing.T) {
	x, y := linked(9, 100, 2, 2)
	want := analyze(t, x, y, cca.Options{})
	near := mat.DenseCopyOf(x)
	for i := range 100 {
		near.Set(i, 1, x.At(i, 0)+1e-8*x.At(i, 1))
	}
	got := analyze(t, near, y, cca.Options{})
	require.Empty(t, got.DroppedX)
	require.InDeltaSlice(t, want.Correlations, got.Correlations, 1e-7)
}

func TestRidgeMatchesDefinition(t *testing.T) {
	const ridge = 0.25
	x, y := linked(10, 60, 3, 2)
	res := analyze(t, x, y, cca.Options{Ridge: ridge})
	require.Nil(t, res.Wilks)
	r := mat.NewSymDense(5, nil)
	joint := with(x, func(i int) float64 { return y.At(i, 0) }, func(i int) float64 { return y.At(i, 1) })
	stat.CorrelationMatrix(r, joint, nil)
	for i := range 5 {
		r.SetSym(i, i, 1+ridge)
	}
	// The squared correlations are the eigenvalues of Ryy⁻¹ Ryx Rxx⁻¹ Rxy.
	var left, right, product mat.Dense
	require.NoError(t, left.Solve(r.SliceSym(0, 3), mat.DenseCopyOf(r).Slice(0, 3, 3, 5)))
	require.NoError(t, right.Solve(mat.DenseCopyOf(r).Slice(3, 5, 3, 5), mat.DenseCopyOf(r).Slice(3, 5, 0, 3)))
	product.Mul(&right, &left)
	sum := res.Correlations[0]*res.Correlations[0] + res.Correlations[1]*res.Correlations[1]
	require.InDelta(t, mat.Trace(&product), sum, 1e-12)
	require.InDelta(t, mat.Det(&product), math.Pow(res.Correlations[0]*res.Correlations[1], 2), 1e-12)
	require.Less(t, res.Correlations[0], analyze(t, x, y, cca.Options{}).Correlations[0])
	tiny := analyze(t, x, y, cca.Options{Ridge: 1e-12})
	require.InDeltaSlice(t, analyze(t, x, y, cca.Options{}).Correlations, tiny.Correlations, 1e-10)
}

func TestPerfectRelation(t *testing.T) {
	x, _ := linked(11, 30, 2, 1)
	res := analyze(t, x, x, cca.Options{})
	require.InDeltaSlice(t, []float64{1, 1}, res.Correlations, 1e-14)
	require.InDelta(t, 0, res.Wilks[0].P, 1e-100)
	require.Greater(t, res.Wilks[0].F, 1e6)
	require.InDelta(t, 1, res.XRedundancy[0]+res.XRedundancy[1], 1e-12)
}
