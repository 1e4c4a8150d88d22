package localize

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/testdata"
)

func ExampleDip() {
	// Two groups of ten latencies, in seconds.
	latencies := []float64{
		1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9,
		5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7, 5.8, 5.9,
	}
	dip, p := Dip(latencies)
	fmt.Printf("dip %.3f, one mode rejected at 0.01: %t\n", dip, p < 0.01)

	dip, p = Dip(latencies[:10])
	fmt.Printf("dip %.3f, p %.1f\n", dip, p)
	// Output:
	// dip 0.194, one mode rejected at 0.01: true
	// dip 0.050, p 1.0
}

// dipCase is one published dip.
type dipCase struct {
	ID        string
	X         []float64
	Dip       float64
	Tolerance float64
	Published *float64 `json:"p_table"`
	Computed  *float64 `json:"p_by_table_here"`
}

func TestDipReferenceValues(t *testing.T) {
	raw, err := os.ReadFile(testdata.Shared(t, "vectors", "dip.json"))
	require.NoError(t, err)
	var file struct{ Cases []dipCase }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Cases, 13)
	for _, c := range file.Cases {
		dip, p := Dip(c.X)
		assert.InDelta(t, c.Dip, dip, c.Tolerance, c.ID)
		for _, want := range []*float64{c.Published, c.Computed} {
			if want != nil {
				assert.InDelta(t, *want, p, 0.003, c.ID)
			}
		}
	}
}

// TestDipCriticalValues compares our simulated table to the published one,
// cell by cell.
func TestDipCriticalValues(t *testing.T) {
	f, err := os.Open(testdata.Shared(t, "vectors", "dip_critical_values.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	cells, worst, worstTail := 0, 0.0, 0.0
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[0])
		require.NoError(t, err)
		for k := 1; k < len(row); k++ {
			prob, err := strconv.ParseFloat(rows[0][k], 64)
			require.NoError(t, err)
			dip, err := strconv.ParseFloat(row[k], 64)
			require.NoError(t, err)
			// The smallest dip has an atom of probability in small samples:
			// a range of probabilities shares that critical value.
			if prob < 0.5 || prob > 0.995 || dip*float64(n) < 0.5+1e-9 {
				continue
			}
			cells++
			off := math.Abs(dipPValue(n, dip) - (1 - prob))
			worst = max(worst, off)
			assert.LessOrEqual(t, off, 0.003, "n %d, probability %g", n, prob)
			if prob >= 0.95 {
				worstTail = max(worstTail, off/(1-prob))
				assert.LessOrEqual(t, off, 0.06*(1-prob), "n %d, probability %g", n, prob)
			}
		}
	}
	require.Greater(t, cells, 180)
	t.Logf("%d cells, largest difference of p %.5f, relative in the tail %.3f", cells, worst, worstTail)
}

func TestDipInvariances(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for trial := range 300 {
		n := 2 + rng.IntN(200)
		sample := make([]float64, n)
		for i := range sample {
			sample[i] = math.Floor(rng.ExpFloat64()*float64(8+trial*trial)) + float64(rng.IntN(2)*20)
		}
		before := slices.Clone(sample)
		dip, p := Dip(sample)
		require.Equal(t, before, sample, "the argument is not modified")
		require.GreaterOrEqual(t, dip, 1/(2*float64(n)))
		require.LessOrEqual(t, dip, 0.25+1e-12)
		require.Greater(t, p, 0.0)
		require.LessOrEqual(t, p, 1.0)
		for _, scale := range []float64{1, 1024, -1, 1e-9, -3e200} {
			moved := make([]float64, n)
			for i, j := range rng.Perm(n) {
				moved[i] = scale * (sample[j] + 7)
			}
			got, _ := Dip(moved)
			require.InDelta(t, dip, got, 1e-9, "scale %g", scale)
		}
	}
}

func TestDipEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name   string
		sample []float64
		dip, p float64
	}{
		{"empty", nil, 0, 1},
		{"nothing finite", []float64{nan, inf, -inf}, 0, 1},
		{"one value", []float64{3}, 0.5, 1},
		{"two values", []float64{3, 4}, 0.25, 1},
		{"three values", []float64{1, 2, 9}, 1.0 / 6, 1},
		{"constant", []float64{2, 2, 2, 2, 2}, 0.1, 1},
		{"not finite ignored", []float64{0, nan, 1, inf, 3, -inf, 6}, 0.125, 1},
		{"two atoms", []float64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}, 0.25, 1e-4},
		{"full range", []float64{-math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}, 0.25, 1e-4},
	} {
		dip, p := Dip(c.sample)
		assert.InDelta(t, c.dip, dip, 1e-12, c.name)
		assert.InDelta(t, c.p, p, 1e-12, c.name)
	}
}

// TestDipCalibration checks that p-values of uniform samples are uniform, on
// sizes that are in the table, between its rows and beyond them, and that
// other single modes are rejected no more often than that.
func TestDipCalibration(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct{ n, trials int }{{6, 4000}, {25, 4000}, {137, 4000}, {700, 2000}, {3300, 500}} {
		for _, d := range []struct {
			name  string
			draw  func() float64
			exact bool
		}{
			{"uniform", rng.Float64, true},
			{"normal", rng.NormFloat64, false},
			{"exponential", rng.ExpFloat64, false},
		} {
			var hits [3]int
			levels := []float64{0.01, 0.05, 0.2}
			for range c.trials {
				_, p := Dip(dipDraw(c.n, d.draw))
				for i, level := range levels {
					if p <= level {
						hits[i]++
					}
				}
			}
			for i, level := range levels {
				rate, sigma := float64(hits[i])/float64(c.trials), math.Sqrt(level*(1-level)/float64(c.trials))
				assert.LessOrEqual(t, rate, level+4*sigma, "%s, n %d, level %g", d.name, c.n, level)
				if d.exact {
					assert.GreaterOrEqual(t, rate, level-4*sigma, "%s, n %d, level %g", d.name, c.n, level)
				}
			}
		}
	}
}

func dipDraw(n int, draw func() float64) []float64 {
	sample := make([]float64, n)
	for i := range sample {
		sample[i] = draw()
	}
	return sample
}

func TestDipPValueFallsWithDip(t *testing.T) {
	for _, n := range []int{4, 5, 11, 63, 150, 20_000, 1_000_000} {
		last := 1.0
		for k := range 3000 {
			p := dipPValue(n, 0.25*float64(k)/3000)
			require.LessOrEqual(t, p, last, "n %d, step %d", n, k)
			last = p
		}
		require.InDelta(t, 1e-4, last, 1e-12)
	}
}

func FuzzDip(f *testing.F) {
	f.Add([]byte("unimodal"))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 240, 127, 1, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		sample := dipFuzzSample(raw)
		n := float64(len(ascending(sample)))
		dip, p := Dip(sample)
		require.False(t, math.IsNaN(dip) || math.IsInf(dip, 0))
		require.True(t, p > 0 && p <= 1, "p %v", p)
		if n > 1 {
			require.True(t, dip >= 1/(2*n)-1e-15 && dip <= 0.25+1e-9, "dip %v", dip)
		}
	})
}

// dipFuzzSample reads floating-point numbers of any kind from the bytes, or
// small integers, which tie, when the first byte is odd.
func dipFuzzSample(raw []byte) []float64 {
	var sample []float64
	if len(raw) > 0 && raw[0]%2 == 1 {
		for _, b := range raw[1:] {
			sample = append(sample, float64(b))
		}
		return sample
	}
	for ; len(raw) >= 8; raw = raw[8:] {
		var bits uint64
		for i, b := range raw[:8] {
			bits |= uint64(b) << (8 * i)
		}
		sample = append(sample, math.Float64frombits(bits))
	}
	return sample
}

// dipShapes are what durations look like: one skewed mode, two, three, each also as read off a clock of milliseconds, so that values tie.
var dipShapes = []struct {
	name  string
	modes int
	tick  float64
}{
	{"lognormal", 1, 0}, {"bimodal", 2, 0}, {"trimodal", 3, 0},
	{"lognormal-ties", 1, 0.001}, {"bimodal-ties", 2, 0.001}, {"trimodal-ties", 3, 0.001},
}

// dipDurations draws n durations in seconds of that many lognormal groups, each half as frequent and four times as long as the one before.
func dipDurations(n, modes int, tick float64) []float64 {
	rng := rand.New(rand.NewPCG(7, 8))
	return dipDraw(n, func() float64 {
		scale := 0.05
		for group := 1; group < modes && rng.IntN(3) == 0; group++ {
			scale *= 4
		}
		x := scale * math.Exp(0.25*rng.NormFloat64())
		if tick > 0 {
			x = tick * math.Round(x/tick)
		}
		return x
	})
}

func BenchmarkDip(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 100_000, 1_000_000} {
		for _, shape := range dipShapes {
			sample := dipDurations(n, shape.modes, shape.tick)
			b.Run(fmt.Sprintf("n=%d/%s", n, shape.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Dip(sample)
				}
			})
		}
	}
}
