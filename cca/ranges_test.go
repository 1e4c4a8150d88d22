package cca

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// within is the sum of squares about the mean of the cells from i on, up to j.
func within(cells []cell, i, j int) float64 {
	var all []float64
	for _, c := range cells[i:j] {
		all = append(all, c.totals...)
	}
	mean, sum := 0.0, 0.0
	for _, v := range all {
		mean += v / float64(len(all))
	}
	for _, v := range all {
		sum += (v - mean) * (v - mean)
	}
	return sum
}

// best tries all ways to cut the cells from a position on into k runs.
func best(cells []cell, from, k int) float64 {
	if k == 1 {
		return within(cells, from, len(cells))
	}
	least := math.Inf(1)
	for to := from + 1; to <= len(cells)-(k-1); to++ {
		least = min(least, within(cells, from, to)+best(cells, to, k-1))
	}
	return least
}

func TestCutIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		n := 1 + r.IntN(25)
		x, total := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], total[i] = float64(r.IntN(10)), 100+float64(r.IntN(1000))/100
		}
		cells := cellsOf(x, total)
		for k := 1; k <= min(4, len(cells)); k++ {
			bounds := cut(cells, k)
			require.Len(t, bounds, k+1)
			require.Equal(t, 0, bounds[0])
			require.Equal(t, len(cells), bounds[k])
			cost := 0.0
			for i := range k {
				require.Less(t, bounds[i], bounds[i+1])
				cost += within(cells, bounds[i], bounds[i+1])
			}
			require.InDelta(t, best(cells, 0, k), cost, 1e-8)
		}
	}
}

func TestCellsOf(t *testing.T) {
	nan := math.NaN()
	cells := cellsOf([]float64{3, 1, nan, 3, 2}, []float64{30, 10, 99, 32, 20})
	require.Len(t, cells, 3)
	for i, want := range []cell{{low: 1, high: 1, n: 1}, {low: 2, high: 2, n: 1}, {low: 3, high: 3, n: 2}} {
		require.Equal(t, want, cell{low: cells[i].low, high: cells[i].high, n: cells[i].n})
	}
	require.Empty(t, cellsOf([]float64{nan}, []float64{1}))
	many := make([]float64, 5000)
	for i := range many {
		many[i] = float64(i)
	}
	require.LessOrEqual(t, len(cellsOf(many, many)), mostCells+1, "the work is bounded")
}

func TestRanges(t *testing.T) {
	x := []float64{5, 0, 0, 1, 2, 9, 1, 7}
	total := []float64{8, 1, 1, 3, 3, 8, 3, 8}
	number := pythia.Variable{Numbers: x}
	three := []pythia.ValueRange{{Low: 0, High: 0, Seconds: 1, Traces: 2}, {Low: 1, High: 2, Seconds: 3, Traces: 3}, {Low: 5, High: 9, Seconds: 8, Traces: 3}}
	require.Equal(t, three, ranges(number, total, 3))
	require.Equal(t, three, ranges(number, total, 0), "three where the durations have one mode")
	require.Equal(t, three, ranges(number, total, 1))
	two := ranges(number, total, 2)
	require.Len(t, two, 2)
	require.Equal(t, three[2], two[1])
	require.Len(t, ranges(number, total, 50), 6, "a range for each value")
	require.Equal(t, []pythia.ValueRange{{Category: "b", Seconds: 1, Traces: 2}, {Category: "a", Seconds: 4, Traces: 1}, {Category: "(none)", Seconds: 9, Traces: 1}},
		ranges(pythia.Variable{Category: []string{"a", "b", "b", ""}}, []float64{4, 1, 1, 9}, 2))
}

func TestSameOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	n := 100
	x, squared, opposite, other, capped, rare := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], other[i] = r.Float64(), r.Float64()
		squared[i], opposite[i], capped[i] = x[i]*x[i], -x[i], min(x[i], 0.5)
		if x[i] > 0.99 {
			rare[i] = 1
		}
	}
	for _, c := range []struct {
		name string
		y    []float64
		want bool
	}{
		{"itself", x, true}, {"squared", squared, true}, {"opposite", opposite, true}, {"capped", capped, true},
		{"independent", other, false}, {"hardly moving", rare, false}, {"constant", make([]float64, n), false},
	} {
		require.Equal(t, c.want, sameOrder(x, c.y), c.name)
		require.Equal(t, c.want, sameOrder(c.y, x), c.name)
	}
	x[3], x[7] = math.NaN(), math.NaN()
	require.True(t, sameOrder(x, squared), "missing values are left out")
}

// The p-value of the best of many is what it is for each of them, corrected for their number: under chance uniform at worst.
func TestCorrectedPIsCalibrated(t *testing.T) {
	below := map[float64]int{0.05: 0, 0.2: 0, 0.5: 0}
	const runs = 200
	for seed := range uint64(runs) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := &pythia.Sample{}
		for range 40 {
			s.PlaceSeconds = append(s.PlaceSeconds, r.NormFloat64())
		}
		for k := range 10 {
			v := pythia.Variable{Name: fmt.Sprint(k)}
			for range 40 {
				v.Numbers = append(v.Numbers, r.NormFloat64())
			}
			s.Variables = append(s.Variables, v)
		}
		e := Explainer{Level: 1, LeastStrength: 1e-9, Permutations: 99}.withDefaults()
		candidates := e.candidates(s)
		require.Len(t, candidates, 10)
		e.correct(candidates, s.PlaceSeconds)
		least := 1.0
		for _, c := range candidates {
			least = min(least, c.p)
		}
		for level := range below {
			if least <= level {
				below[level]++
			}
		}
	}
	t.Logf("the least corrected p-value lay below: %v of %d", below, runs)
	for level, n := range below {
		require.InDelta(t, runs*level, n, 4*math.Sqrt(runs*level*(1-level)))
	}
}
