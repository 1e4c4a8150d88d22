package replay

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEstimateOfProportions has values of Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998, table I, method 3.
func TestEstimateOfProportions(t *testing.T) {
	for _, want := range []struct {
		times, n  int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		values := make([]float64, want.n)
		for i := range want.times {
			values[i] = 1
		}
		e := ProportionOf(values)
		require.InDelta(t, float64(want.times)/float64(want.n), e.Mean, 1e-12)
		require.InDelta(t, want.low, e.Low, 5e-5)
		require.InDelta(t, want.high, e.High, 5e-5)
	}
	always := ProportionOf([]float64{1, 1, 1})
	require.Equal(t, []float64{1, 1}, []float64{always.Mean, always.High}, "not a rounding error away from it")
	require.Equal(t, []float64{0, 1}, []float64{ProportionOf(nil).Low, ProportionOf(nil).High})
	require.True(t, math.IsNaN(ProportionOf(nil).Mean))
}

// TestPairedDifference has Student's own data, of sleep gained by two drugs (Biometrika 1908), with the interval that R's t.test gives.
func TestPairedDifference(t *testing.T) {
	var a, b Row
	first := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2}
	for i, second := range []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4} {
		a.Results = append(a.Results, &Result{VarianceShare: second})
		b.Results = append(b.Results, &Result{VarianceShare: first[i]})
	}
	of := func(r *Result) float64 { return r.VarianceShare }
	e := PairedDifference(a, b, of)
	require.InDelta(t, 1.58, e.Mean, 1e-12)
	require.InDelta(t, 0.7001142, e.Low, 1e-7)
	require.InDelta(t, 2.4598858, e.High, 1e-7)

	back := PairedDifference(b, a, of)
	require.InDeltaSlice(t, []float64{-e.Mean, -e.High, -e.Low}, []float64{back.Mean, back.Low, back.High}, 1e-12)
	b.Results = b.Results[:2]
	require.InDelta(t, (1.2+2.4)/2, PairedDifference(a, b, of).Mean, 1e-12, "of the seeds that both have")
}

func TestEstimateOfLittle(t *testing.T) {
	none := MeanOf([]float64{math.NaN()})
	require.True(t, math.IsNaN(none.Mean))
	require.Equal(t, Estimate{3, math.Inf(-1), math.Inf(1)}, MeanOf([]float64{3, math.NaN()}))
	require.Equal(t, Estimate{3, 0, 1}, MeanOf([]float64{3}).within(0, 1))
	require.Equal(t, Estimate{2, 2, 2}, MeanOf([]float64{2, 2, 2}))
}

// TestTableQuantities holds each quantity to the field that its name says.
func TestTableQuantities(t *testing.T) {
	row := newRow("x", []*Result{{
		Found: true, Named: true, Cycles: 3, Requests: 300, Enabled: 5, Astray: 4, StillOn: 2, Contexts: 10, VarianceShare: 0.7, Explained: 0.6,
		Decisions: []time.Duration{time.Second, 3 * time.Second},
	}, {Contexts: 10}})
	require.Equal(t, 2, row.Trials())
	require.Equal(t, 3*time.Second, row.LongestDecision)
	for mean, e := range map[float64]Estimate{
		1.5: row.Cycles, 150: row.Requests, 0.25: row.EnabledShare, 2.5: row.Enabled, 2: row.Astray, 0.1: row.StillOnShare, 0.35: row.VarianceShare, 0.3: row.Explained,
	} {
		require.InDelta(t, mean, e.Mean, 1e-12)
		require.Zero(t, e.Low, "no less is possible")
	}
	require.Equal(t, row.Found, row.Named)
	require.Equal(t, 0.5, row.Found.Mean)
	require.Equal(t, Estimate{2, 0, math.Inf(1)}, row.DecisionSeconds, "the trial without decisions does not count")
	require.Equal(t, 1.0, row.EnabledShare.High)
}
