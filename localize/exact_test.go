package localize

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestVarianceDecomposesExactly(t *testing.T) {
	for _, m := range []pythia.Measure{pythia.UntilWorkDone, pythia.UntilAnswered} {
		v := localizer(t, Config{Measure: m})
		observe(v, randomTraces(300, 1)...)
		require.Len(t, v.groups, 3)
		for key, a := range v.groups {
			sum := new(big.Int)
			for i := range a.edges {
				m := a.moments(int32(i))
				sum.Add(sum, bigCovariance(a.total.n, m.xt, m.x, a.total.t))
			}
			require.Greater(t, len(a.edges), 100)
			require.Zero(t, sum.Cmp(bigCovariance(a.total.n, a.total.tt, a.total.t, a.total.t)), "%s: %v", key, sum)
		}
	}
}

func TestSharesSumToOne(t *testing.T) {
	v := localizer(t, Config{})
	observe(v, randomTraces(300, 2)...)
	for _, g := range newAnalysis(v, nil, v.settle(nil)).groups {
		sum := 0.0
		for i := range g.edges {
			sum += g.edges[i].share
		}
		require.InDelta(t, 1, sum, 1e-12)
	}
}

// The count part and the time part are what the doc comment of the package says, computed naively.
func TestCountAndTimePart(t *testing.T) {
	rng := seeded(3)
	var packed edgeStats
	var rare rareTable
	var total totalMoments
	x, c, d := make([]float64, 200), make([]float64, 200), make([]float64, 200)
	for i := range x {
		count := int64(rng.IntN(5))
		nanos := count * (1e6 + rng.Int64N(1e6))
		sum := nanos + rng.Int64N(1e7)
		total.add(sum)
		if count > 0 {
			rare.add(&packed, nanos, count, sum)
		}
		x[i], c[i], d[i] = float64(nanos), float64(count), float64(sum)
	}
	m := rare.unpack(&packed)
	all, count := m.parts(total)
	mean := sumOf(x) / sumOf(c)
	time := make([]float64, len(x))
	for i := range x {
		time[i] = x[i] - mean*c[i]
	}
	require.InEpsilon(t, naiveCovariance(x, d), all/200/200, 1e-9)
	require.InEpsilon(t, mean*naiveCovariance(c, d), count/200/200, 1e-9)
	require.InEpsilon(t, naiveCovariance(time, d), (all-count)/200/200, 1e-9)
}

func sumOf(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func naiveCovariance(x, y []float64) float64 {
	n := float64(len(x))
	mx, my, s := sumOf(x)/n, sumOf(y)/n, 0.0
	for i := range x {
		s += (x[i] - mx) * (y[i] - my)
	}
	return s / n
}

func TestSumDoesNotOverflow(t *testing.T) {
	rng := seeded(4)
	var s, other sum
	want := new(big.Int)
	for i := range 5000 {
		a, b := int64(1<<62)-rng.Int64N(1000), int64(math.MaxInt64)-rng.Int64N(1000)
		want.Add(want, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		if i%2 == 0 {
			s.add(a, b)
		} else {
			other.add(a, b)
		}
	}
	s.merge(other)
	require.Zero(t, want.Cmp(s.big()))
	require.Greater(t, want.BitLen(), 128, "else the third word is not tried")
}

// Durations of a century and a half, which no clock error exceeds.
func TestHugeDurations(t *testing.T) {
	v := localizer(t, Config{})
	for i := range 40 {
		spans := []pythia.Span{{ID: "a", Point: point("s", "op"), EndNanos: 1<<62 - int64(i%7)<<58}}
		trace, err := pythia.NewTrace(fmt.Sprint(i), spans)
		require.NoError(t, err)
		observe(v, trace)
	}
	groups, found, err := v.Localize(context.Background(), nil)
	require.NoError(t, err)
	require.InEpsilon(t, float64(1<<62)/1e9, groups[0].MeanSeconds, 0.5)
	require.Positive(t, groups[0].StdDevSeconds)
	require.Len(t, found, 1)
	require.InDelta(t, 1, found[0].VarianceShare, 1e-12)
}

func TestReservoirIsBottomK(t *testing.T) {
	const n, size = 10000, 1000
	all := make([]*exemplar, n)
	for i := range all {
		id := fmt.Sprintf("trace-%d", i)
		all[i] = &exemplar{rank: rankOf(id, int64(i), 0), trace: id, start: int64(i)}
	}
	want := slices.Clone(all)
	slices.SortFunc(want, (*exemplar).compare)
	want = want[:size]
	slices.SortFunc(want, func(a, b *exemplar) int { return int(a.start - b.start) })
	rng := seeded(5)
	for range 5 {
		rng.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
		r := reservoir{quota: newQuota(size)}
		for _, e := range all {
			if r.wants(e.rank) {
				r.add(e)
			}
		}
		require.Equal(t, want, r.byTime())
	}
}

// The χ² statistic of how many of each tenth of a series are kept has 9 degrees of freedom: it exceeds 27.9 with probability 0.001.
func TestReservoirIsUniform(t *testing.T) {
	for name, id := range map[string]func(i int) string{
		"decimal": func(i int) string { return fmt.Sprint(i) },
		"hex":     func(i int) string { return fmt.Sprintf("%032x", i) },
		"random":  func(i int) string { return fmt.Sprintf("%016x", rand.New(rand.NewPCG(uint64(i), 1)).Uint64()) },
	} {
		r := reservoir{quota: newQuota(1000)}
		for i := range 10000 {
			if rank := rankOf(id(i), int64(i), 0); r.wants(rank) {
				r.add(&exemplar{rank: rank, trace: id(i), start: int64(i)})
			}
		}
		kept := make([]float64, 10)
		for _, e := range r.heap {
			kept[e.start/1000]++
		}
		chi := 0.0
		for _, k := range kept {
			chi += (k - 100) * (k - 100) / 100
		}
		require.Less(t, chi, 27.9*0.9, "%s: %v", name, kept) // without replacement a tenth less
	}
}

func TestMemoryIsBounded(t *testing.T) {
	v := localizer(t, Config{SampleSize: 10})
	rng := seeded(6)
	for i := range 2000 {
		w := begin(i)
		w.in("s", "op", func() { w.work(rng.ExpFloat64()) }, pythia.Number("n", 1))
		observe(v, w.trace())
	}
	for _, a := range v.groups {
		require.Len(t, a.sample.heap, 10)
		require.Len(t, a.edges, 1)
		require.EqualValues(t, 2000, a.total.n)
	}
}

func TestQuantilesAreAccurate(t *testing.T) {
	groups, _ := findings(t, Config{}, 1000, func(w *workflow) {
		w.step("s", "op", float64(w.now/int64(time.Second))+1) // 1 … 1000 ms
	})
	require.InEpsilon(t, 0.500, groups[0].P50Seconds, 0.012)
	require.InEpsilon(t, 0.950, groups[0].P95Seconds, 0.012)
	require.InEpsilon(t, 0.990, groups[0].P99Seconds, 0.012)
	require.InEpsilon(t, 0.5005, groups[0].MeanSeconds, 1e-9)
}

// An edge that billions of workflows pass is counted in two parts.
func TestBillionsOfWorkflows(t *testing.T) {
	var a, b rareTable
	want := edgeMoments{traces: 1<<33 - 1, x: sum{3}, t: sum{5}, xt: sum{7}}
	e, o := edgeStats{}, edgeStats{}
	require.True(t, a.pack(&e, want))
	require.True(t, b.pack(&o, want))
	require.Equal(t, want, a.unpack(&e))
	a.add(&e, 2, 3, 4)
	require.Equal(t, edgeMoments{traces: 1 << 33, x: sum{5}, t: sum{9}, xt: sum{15}, again: sum{2}, againT: sum{8}}, a.unpack(&e))
	a.merge(&e, &o, b)
	require.Equal(t, edgeMoments{traces: 1<<34 - 1, x: sum{8}, t: sum{14}, xt: sum{22}, again: sum{2}, againT: sum{8}}, a.unpack(&e))
	a.again(&e, 1<<33)
	require.Equal(t, edgeMoments{traces: 1 << 33, x: sum{8}, t: sum{14}, xt: sum{22}, again: sum{1<<33 + 1}, againT: sum{8}}, a.unpack(&e))
	require.Equal(t, want, b.unpack(&o))
}
