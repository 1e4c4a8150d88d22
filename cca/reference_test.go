package cca_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/pythia-trace/pythia/cca"
	"github.com/pythia-trace/pythia/internal/testdata"
)

// published is an analysis with results printed by others.
type published struct {
	ID              string      `json:"id"`
	X               [][]float64 `json:"x"`
	Y               [][]float64 `json:"y"`
	Cor             []float64   `json:"cor"`
	CorDerived      []float64   `json:"cor_derived"`
	Tolerance       float64     `json:"tolerance"`
	XCoef           [][]float64 `json:"xcoef"`
	YCoef           [][]float64 `json:"ycoef"`
	XTransform      [][]float64 `json:"x_transform"`
	YTransform      [][]float64 `json:"y_transform"`
	XCenter         []float64   `json:"xcenter"`
	YCenter         []float64   `json:"ycenter"`
	Lambda          []float64   `json:"wilks_lambda"`
	F               []float64   `json:"wilks_F"`
	DF1             []float64   `json:"wilks_df1"`
	DF2             []float64   `json:"wilks_df2"`
	P               []float64   `json:"wilks_p"`
	Pillai          float64     `json:"pillai"`
	HotellingLawley float64     `json:"hotelling_lawley"`
	Roy             float64     `json:"roy"`
}

func TestPublished(t *testing.T) {
	raw, err := os.ReadFile(testdata.Shared(t, "vectors", "cca.json"))
	require.NoError(t, err)
	var file struct{ Cases []published }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Cases, 7)
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			res, err := cca.Analyze(fromRows(c.X), fromRows(c.Y), cca.Options{})
			require.NoError(t, err)
			require.Equal(t, len(c.X), res.N)
			if c.Cor == nil {
				c.Cor = c.CorDerived
			}
			require.InDeltaSlice(t, c.Cor, res.Correlations, c.Tolerance)
			c.checkCoefficients(t, res)
			c.checkWilks(t, res.Wilks)
			c.checkTraces(t, res.Correlations)
		})
	}
}

func (c published) checkCoefficients(t *testing.T, res *cca.Result) {
	// R's cancor scales scores to unit length, gonum to unit variance.
	length := math.Sqrt(float64(res.N - 1))
	requireUpToSign(t, c.XCoef, res.XWeights, length, 1e-7)
	requireUpToSign(t, c.YCoef, res.YWeights, length, 1e-7)
	requireUpToSign(t, c.XTransform, res.XWeights, 1, 1e-12)
	requireUpToSign(t, c.YTransform, res.YWeights, 1, 1e-12)
	if c.XCenter != nil {
		require.InDeltaSlice(t, c.XCenter, res.XCenter, 1e-9)
		require.InDeltaSlice(t, c.YCenter, res.YCenter, 1e-9)
	}
}

func (c published) checkWilks(t *testing.T, got []cca.Wilks) {
	tolF, tolDF := 1e-5, 1e-3
	if c.P != nil {
		tolF = 5e-3 // SAS prints two decimals
	}
	for k := range c.Lambda {
		require.InDelta(t, c.Lambda[k], got[k].Lambda, 1e-7)
		require.InDelta(t, c.F[k], got[k].F, tolF)
		require.Equal(t, c.DF1[k], got[k].DF1)
		require.InDelta(t, c.DF2[k], got[k].DF2, tolDF)
	}
	for k := range c.P {
		require.InDelta(t, c.P[k], got[k].P, 5.1e-5)
	}
}

// checkTraces compares the statistics that are functions of the correlations with those printed.
func (c published) checkTraces(t *testing.T, cor []float64) {
	if c.Pillai == 0 {
		return
	}
	pillai, hotelling := 0.0, 0.0
	for _, r := range cor {
		pillai += r * r
		hotelling += r * r / (1 - r*r)
	}
	require.InDelta(t, c.Pillai, pillai, 1e-7)
	require.InDelta(t, c.HotellingLawley, hotelling, 1e-7)
	require.InDelta(t, c.Roy, cor[0]*cor[0]/(1-cor[0]*cor[0]), 1e-7)
}

// requireUpToSign compares the columns which both have; R also returns those of variates without a partner.
func requireUpToSign(t *testing.T, want [][]float64, got *mat.Dense, divide, tol float64) {
	t.Helper()
	_, d := got.Dims()
	for j, row := range want {
		for k := range min(d, len(row)) {
			require.InDelta(t, math.Abs(row[k]), math.Abs(got.At(j, k))/divide, tol, "row %d column %d", j, k)
			if row[k] != 0 && want[0][k] != 0 {
				same := math.Signbit(row[k]) == math.Signbit(want[0][k])
				require.Equal(t, same, math.Signbit(got.At(j, k)) == math.Signbit(got.At(0, k)))
			}
		}
	}
}

func fromRows(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}
