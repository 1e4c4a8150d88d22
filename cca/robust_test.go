package cca_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/cca"
)

func TestMissingRowsAreLeftOut(t *testing.T) {
	x, y := linked(20, 50, 3, 2)
	want := analyze(t, x.Slice(2, 50, 0, 3), y.Slice(2, 50, 0, 2), cca.Options{})
	x.Set(0, 1, math.NaN())
	y.Set(1, 0, math.Inf(-1))
	got := analyze(t, x, y, cca.Options{})
	require.Equal(t, 2, got.DroppedRows)
	require.Equal(t, 48, got.N)
	require.Equal(t, want.Correlations, got.Correlations)
	require.Equal(t, want.XWeights, got.XWeights)
}

func TestUnusableColumnsAreReported(t *testing.T) {
	x, y := linked(21, 40, 2, 2)
	want := analyze(t, x, y, cca.Options{})
	nan := math.NaN()
	wide := with(x,
		func(int) float64 { return 0.1 + 0.2 },
		func(int) float64 { return nan },
		func(i int) float64 { return []float64{nan, nan, 1, float64(i)}[i%4] + []float64{nan, 0}[min(i, 1)] },
		func(i int) float64 { return []float64{nan, 7}[i%2] },
		func(i int) float64 { return x.At(i, 0) - 2*x.At(i, 1) + 3 },
		func(i int) float64 { return x.At(i, 1) },
		func(i int) float64 { return x.At(i, 1) + []float64{1e300, 0}[min(i, 1)] },
	)
	wide.Set(2, 4, nan) // more than half are missing now
	got := analyze(t, wide, y, cca.Options{})
	require.Equal(t, []cca.Dropped{
		{Column: 2, Reason: cca.Constant}, {Column: 3, Reason: cca.AllMissing}, {Column: 4, Reason: cca.MostlyMissing},
		{Column: 5, Reason: cca.Constant}, {Column: 6, Reason: cca.Collinear}, {Column: 7, Reason: cca.Collinear},
		{Column: 8, Reason: cca.Swamped},
	}, got.DroppedX)
	require.Zero(t, got.DroppedRows)
	require.InDeltaSlice(t, want.Correlations, got.Correlations, 1e-12)
	require.InDeltaSlice(t, want.XRedundancy, got.XRedundancy, 1e-12)
	for _, m := range []*mat.Dense{got.XWeights, got.XStdWeights, got.XLoadings} {
		r, c := m.Dims()
		require.Equal(t, []int{9, 2}, []int{r, c})
		require.Equal(t, make([]float64, 2), m.RawRowView(6))
	}
	require.InDelta(t, want.XWeights.At(1, 1), got.XWeights.At(1, 1), 1e-12)
}

func TestConstantOverCompleteRows(t *testing.T) {
	x, y := linked(22, 30, 2, 1)
	step := with(x, func(i int) float64 { return []float64{1, 0}[min(i, 1)] })
	y.Set(0, 0, math.NaN())
	got := analyze(t, step, y, cca.Options{})
	require.Equal(t, []cca.Dropped{{Column: 2, Reason: cca.Constant}}, got.DroppedX)
	require.Equal(t, 29, got.N)
}

func TestRidgeKeepsCollinearColumns(t *testing.T) {
	x, y := linked(23, 40, 2, 2)
	wide := with(x, func(i int) float64 { return x.At(i, 0) }, func(i int) float64 { return 5 * x.At(i, 1) })
	got := analyze(t, wide, y, cca.Options{Ridge: 0.1, Permutations: 20})
	require.Empty(t, got.DroppedX)
	require.InDelta(t, got.XStdWeights.At(0, 0), got.XStdWeights.At(2, 0), 1e-12)
	tiny := analyze(t, wide, wide, cca.Options{Ridge: 1e-10})
	require.InDeltaSlice(t, []float64{1, 1, 0, 0}, tiny.Correlations, 1e-5)
	requireFinite(t, tiny)
	few := analyze(t, wide.Slice(0, 3, 0, 4), y.Slice(0, 3, 0, 2), cca.Options{Ridge: 1, Permutations: 5})
	requireFinite(t, few)
}

func TestLargeMeansDoNotHideCollinearity(t *testing.T) {
	x, y := linked(24, 40, 1, 1)
	x.Apply(func(_, _ int, v float64) float64 { return 1.7e9 + v }, x)
	got := analyze(t, with(x, func(i int) float64 { return x.At(i, 0) / 1000 }), y, cca.Options{})
	require.Equal(t, []cca.Dropped{{Column: 1, Reason: cca.Collinear}}, got.DroppedX)
	// Values that differ in the last bits only are kept or constant, but never collinear with nothing.
	x.Apply(func(i, _ int, _ float64) float64 { return 1 + float64(i%20)*0x1p-52 }, x)
	require.Empty(t, analyze(t, x, y, cca.Options{}).DroppedX)
}

func TestErrors(t *testing.T) {
	x, y := linked(25, 12, 3, 2)
	gaps := mat.DenseCopyOf(x)
	for i := range 5 {
		gaps.Set(i, i%3, math.NaN())
	}
	flat := mat.NewDense(12, 6, nil)
	var nilDense *mat.Dense
	for _, c := range []struct {
		name string
		x, y mat.Matrix
		opts cca.Options
		want error
	}{
		{"rows", x, y.Slice(0, 11, 0, 2), cca.Options{}, cca.ErrRows},
		{"nil", nil, y, cca.Options{}, cca.ErrNoVariables},
		{"typed nil", x, nilDense, cca.Options{}, cca.ErrNoVariables},
		{"empty", &mat.Dense{}, y, cca.Options{}, cca.ErrNoVariables},
		{"flat", flat, y, cca.Options{}, cca.ErrNoVariables},
		{"few rows", x.Slice(0, 6, 0, 3), y.Slice(0, 6, 0, 2), cca.Options{}, cca.ErrTooFewRows},
		{"fewer rows than columns", x.Slice(0, 3, 0, 3), y.Slice(0, 3, 0, 2), cca.Options{}, cca.ErrTooFewRows},
		{"one row", x.Slice(0, 1, 0, 3), y.Slice(0, 1, 0, 2), cca.Options{}, cca.ErrTooFewRows},
		{"two rows", x.Slice(0, 2, 0, 3), y.Slice(0, 2, 0, 2), cca.Options{Ridge: 1}, cca.ErrTooFewRows},
		{"gaps", gaps, y.Slice(0, 12, 0, 2), cca.Options{}, nil},
		{"more gaps", gaps.Slice(0, 10, 0, 3), y.Slice(0, 10, 0, 2), cca.Options{}, cca.ErrTooFewRows},
		{"negative ridge", x, y, cca.Options{Ridge: -1}, cca.ErrOption},
		{"NaN ridge", x, y, cca.Options{Ridge: math.NaN()}, cca.ErrOption},
		{"infinite ridge", x, y, cca.Options{Ridge: math.Inf(1)}, cca.ErrOption},
		{"tiny ridge", x, y, cca.Options{Ridge: 1e-20}, cca.ErrOption},
		{"permutations", x, y, cca.Options{Permutations: -1}, cca.ErrOption},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := cca.Analyze(c.x, c.y, c.opts)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
			require.Nil(t, res)
			require.True(t, strings.HasPrefix(err.Error(), "cca: "))
		})
	}
}

func TestInputIsNotModified(t *testing.T) {
	x, y := linked(26, 30, 3, 2)
	cx, cy := mat.DenseCopyOf(x), mat.DenseCopyOf(y)
	a := analyze(t, x, y, cca.Options{Permutations: 3})
	require.Equal(t, cx, x)
	require.Equal(t, cy, y)
	// Matrices of other types give the same.
	b := analyze(t, mat.DenseCopyOf(x.T()).T(), y.Slice(0, 30, 0, 2), cca.Options{Permutations: 3})
	require.Equal(t, a, b)
}

func requireFinite(t *testing.T, res *cca.Result) {
	t.Helper()
	for _, m := range []*mat.Dense{
		res.XWeights, res.YWeights, res.XStdWeights, res.YStdWeights, res.XLoadings, res.YLoadings,
	} {
		for _, v := range m.RawMatrix().Data {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
		}
	}
	for k, c := range res.Correlations {
		require.True(t, 0 <= c && c <= 1)
		require.True(t, 0 <= res.XRedundancy[k] && res.XRedundancy[k] <= 1+1e-9)
		require.True(t, 0 <= res.YRedundancy[k] && res.YRedundancy[k] <= 1+1e-9)
	}
	for _, w := range res.Wilks {
		require.True(t, 0 <= w.P && w.P <= 1 && w.F >= 0, "%+v", w)
	}
}

func FuzzAnalyze(f *testing.F) {
	f.Add([]byte("canonical correlation analysis of a few bytes"), uint8(2), uint8(1), 0.0, uint8(0))
	f.Add([]byte{0, 1, 2, 250, 251, 252, 253, 254, 255, 3, 1, 4, 1, 5, 9, 2, 6, 5}, uint8(1), uint8(1), 0.5, uint8(3))
	f.Add([]byte("aabbaabbababbabacdcdefef12341234"), uint8(3), uint8(2), 1e300, uint8(2))
	special := []float64{math.NaN(), math.Inf(1), math.MaxFloat64, -math.MaxFloat64, 5e-324, 1e-291, 1 + 0x1p-52, 1e17}
	f.Fuzz(func(t *testing.T, data []byte, p, q uint8, ridge float64, perms uint8) {
		width := int(p%5) + int(q%5)
		n := len(data) / max(width, 1)
		if width == 0 || n == 0 {
			return
		}
		joint := mat.NewDense(n, width, nil)
		joint.Apply(func(i, j int, _ float64) float64 {
			b := data[i*width+j]
			if int(b) >= 256-len(special) {
				return special[255-b]
			}
			return float64(b) - 100
		}, joint)
		x, y := slice(joint, 0, int(p%5)), slice(joint, int(p%5), width)
		res, err := cca.Analyze(x, y, cca.Options{Ridge: ridge, Permutations: int(perms % 4)})
		if err != nil {
			require.Nil(t, res)
			require.True(t, strings.HasPrefix(err.Error(), "cca: "))
			return
		}
		requireFinite(t, res)
	})
}

// slice returns columns of m, of which there may be none.
func slice(m *mat.Dense, from, to int) mat.Matrix {
	if from == to {
		return &mat.Dense{}
	}
	n, _ := m.Dims()
	return m.Slice(0, n, from, to)
}
