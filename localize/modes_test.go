package localize

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/testdata"
)

func ExampleModes() {
	// Latencies in milliseconds: a cache answers most requests.
	latencies := []float64{
		10, 11, 11.5, 12, 12.2, 12.4, 12.5, 12.6, 12.8, 13, 13.4, 14,
		95, 98, 99, 100, 101, 102, 105, 110,
	}
	for _, m := range Modes(latencies, 0.05) {
		fmt.Printf("%2d requests (%.0f %%) around %.1f ms, from %.0f to %.0f\n",
			m.Count, 100*m.Share, m.Center, m.Low, m.High)
	}
	// Output:
	// 12 requests (60 %) around 12.4 ms, from 10 to 14
	//  8 requests (40 %) around 100.5 ms, from 95 to 110
}

// modeCheck asserts what holds for the modes of every sample.
func modeCheck(tb testing.TB, sample []float64, modes []Mode) {
	tb.Helper()
	sorted := ascending(sample)
	start, share := 0, 0.0
	for _, m := range modes {
		require.Positive(tb, m.Count)
		require.LessOrEqual(tb, start+m.Count, len(sorted))
		members := sorted[start : start+m.Count]
		require.Equal(tb, members[0], m.Low)
		require.Equal(tb, members[m.Count-1], m.High)
		require.True(tb, m.Low <= m.Center && m.Center <= m.High, "%+v", m)
		if len(modes) > 1 {
			require.GreaterOrEqual(tb, m.Count, modeMinimum)
		}
		start += m.Count
		share += m.Share
	}
	require.Equal(tb, len(sorted), start, "every finite value is in one mode")
	if start > 0 {
		require.InDelta(tb, 1, share, 1e-9)
	}
}

func modeCounts(modes []Mode) []int {
	var out []int
	for _, m := range modes {
		out = append(out, m.Count)
	}
	return out
}

// TestModesUniDip compares the number of modes to that of the Python package
// unidip on its own samples, at its alpha: 0.05, and 0.32 for the last one,
// which is one mode at 0.05 (ten equal peaks in a row make a small dip). One differs:
// unidip returns no interval for a sample of three, we one mode for any sample
// that is not empty.
func TestModesUniDip(t *testing.T) {
	raw, err := os.ReadFile(testdata.Shared(t, "vectors", "modes_unidip.json"))
	require.NoError(t, err)
	var file struct {
		Cases []struct {
			File     string
			X        []float64
			Expected int `json:"expected_modes"`
			Settings struct{ Alpha float64 }
		}
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Cases, 8)
	for _, c := range file.Cases {
		modes := Modes(c.X, max(0.05, c.Settings.Alpha))
		modeCheck(t, c.X, modes)
		t.Logf("%s: %v", c.File, modeCounts(modes))
		assert.Len(t, modes, max(1, c.Expected), c.File)
	}
}

// modeServerCreates reads the durations in seconds of the server_create
// traces of a file.
func modeServerCreates(t *testing.T, name string) []float64 {
	t.Helper()
	f, err := os.Open(testdata.Shared(t, "openstack", name))
	require.NoError(t, err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<26)
	var out []float64
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(`"server_create"`)) {
			continue // decoding every trace takes long
		}
		var trace struct {
			Type   string
			Points []struct{ Timestamp string }
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &trace))
		if trace.Type != "server_create" {
			continue
		}
		var stamps []time.Time
		for _, p := range trace.Points {
			at, err := time.Parse("2006-01-02T15:04:05.999999", p.Timestamp)
			require.NoError(t, err)
			stamps = append(stamps, at)
		}
		first, last := slices.MinFunc(stamps, time.Time.Compare), slices.MaxFunc(stamps, time.Time.Compare)
		out = append(out, last.Sub(first).Seconds())
	}
	require.NoError(t, lines.Err())
	return out
}

// TestModesOpenStack: the requests are known to be of three kinds, 60 at about
// 9.1 s, 49 at 14.6 s and 9 at 19.7 s, with two stragglers between the last two.
func TestModesOpenStack(t *testing.T) {
	rounds := modeServerCreates(t, "rounds.points.jsonl.gz")
	require.Len(t, rounds, 118)
	modes := Modes(rounds, 0.05)
	modeCheck(t, rounds, modes)
	require.Len(t, modes, 3)
	for i, want := range []struct{ center, count float64 }{{9.1, 60}, {14.6, 49}, {19.7, 9}} {
		assert.InDelta(t, want.center, modes[i].Center, 0.4)
		assert.InDelta(t, want.count, modes[i].Count, 2)
	}

	mixed := modeServerCreates(t, "mixed.points.jsonl.gz")
	assert.Len(t, Modes(mixed, 0.05), 1)
}

// TestModesSmallGroup has three latency groups, the last with 7 % of the
// requests, in many random versions.
func TestModesSmallGroup(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	groups := []struct {
		center, spread float64
		count          int
	}{{9.1, 0.6, 60}, {14.6, 0.5, 49}, {19.7, 0.4, 9}}
	exact := 0
	const trials = 500
	for range trials {
		var sample []float64
		for _, g := range groups {
			for range g.count {
				sample = append(sample, g.center+g.spread*rng.NormFloat64())
			}
		}
		modes := Modes(sample, 0.05)
		modeCheck(t, sample, modes)
		if slices.Equal(modeCounts(modes), []int{60, 49, 9}) {
			exact++
		}
	}
	t.Logf("exactly 60, 49, 9 in %d of %d", exact, trials)
	assert.GreaterOrEqual(t, exact, trials*97/100)
}

// TestModesLevel: a single mode, however skewed, is split no more often than
// alpha allows.
func TestModesLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for _, d := range []struct {
		name string
		draw func() float64
	}{
		{"uniform", rng.Float64},
		{"normal", rng.NormFloat64},
		{"exponential", rng.ExpFloat64},
		{"lognormal", func() float64 { return math.Exp(1.5 * rng.NormFloat64()) }},
		{"pareto", func() float64 { return math.Pow(1-rng.Float64(), -1/1.2) }},
		{"cauchy", func() float64 { return rng.NormFloat64() / rng.NormFloat64() }},
		{"lognormal in whole milliseconds", func() float64 { return math.Round(20*math.Exp(rng.NormFloat64())) / 1000 }},
		{"exponential on a 4 ms tick", func() float64 { return 0.004 * math.Floor(5*rng.ExpFloat64()) }},
	} {
		for _, n := range []int{30, 300, 3000} {
			split := 0
			trials := 60_000 / n
			for range trials {
				if len(Modes(dipDraw(n, d.draw), 0.05)) != 1 {
					split++
				}
			}
			sigma := math.Sqrt(0.05 * 0.95 / float64(trials))
			assert.LessOrEqual(t, float64(split)/float64(trials), 0.05+4*sigma, "%s, n %d", d.name, n)
		}
	}
}

// TestModesMixtures: overlapping, skewed and quantised groups are found, with
// about their shares.
func TestModesMixtures(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	skewed := func(scale float64) float64 { return scale * math.Exp(0.25*rng.NormFloat64()) }
	for _, c := range []struct {
		name   string
		sizes  []int
		draw   func(group int) float64
		within float64
	}{
		{"three skewed groups with heavy tails", []int{3000, 1500, 500},
			func(g int) float64 { return skewed(math.Pow(6, float64(g))) }, 0.01},
		{"overlap: four standard deviations apart", []int{600, 400},
			func(g int) float64 { return 4*float64(g) + rng.NormFloat64() }, 0.05},
		{"ticks of a millisecond", []int{700, 300},
			func(g int) float64 { return math.Round(10+40*float64(g)+4*rng.NormFloat64()) / 1000 }, 0.02},
		{"two constants", []int{70, 30}, func(g int) float64 { return float64(1 + 29*g) }, 0},
	} {
		var sample []float64
		for g, size := range c.sizes {
			for range size {
				sample = append(sample, c.draw(g))
			}
		}
		modes := Modes(sample, 0.05)
		modeCheck(t, sample, modes)
		t.Logf("%s: %v", c.name, modeCounts(modes))
		if assert.Len(t, modes, len(c.sizes), c.name) {
			for g, size := range c.sizes {
				assert.InDelta(t, float64(size)/float64(len(sample)), modes[g].Share, c.within+1e-9, c.name)
			}
		}
	}
}

func TestModesEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	assert.Empty(t, Modes(nil, 0.05))
	assert.Empty(t, Modes([]float64{nan, inf, -inf}, 0.05))
	assert.Equal(t, []Mode{{2, 2, 2, 1, 1}}, Modes([]float64{nan, 2}, 0.05))
	assert.Equal(t, []Mode{{3, 3, 3, 40, 1}}, Modes(slices.Repeat([]float64{3}, 40), 0.05))

	// Four stragglers are no mode of their own, five are.
	group := slices.Repeat([]float64{1, 1.1, 1.25, 1.3, 1.45}, 2)
	assert.Len(t, Modes(append([]float64{9, 9.1, 9.3, 9.6}, group[:6]...), 0.05), 1)
	assert.Len(t, Modes(append([]float64{9, 9.1, 9.3, 9.6, 9.7}, group[:6]...), 0.05), 2)

	sample := append(slices.Repeat([]float64{7}, 30), group...)
	before := slices.Clone(sample)
	want := Modes(sample, 0.05)
	assert.Equal(t, before, sample, "the argument is not modified")
	rand.New(rand.NewPCG(17, 18)).Shuffle(len(sample), func(i, j int) {
		sample[i], sample[j] = sample[j], sample[i]
	})
	assert.Equal(t, want, Modes(sample, 0.05))
	assert.Len(t, Modes(sample, 0), 1, "never split at level 0")
}

// TestDipOfPieces: a piece's dip, times its size, is at most that of the whole. The search for modes leaves out tests because of it.
func TestDipOfPieces(t *testing.T) {
	rng := seeded(21)
	for range 2000 {
		groups, ticks := 1+rng.IntN(3), math.Pow(10, float64(rng.IntN(4)))
		whole := ascending(dipDraw(10+rng.IntN(200), func() float64 {
			return math.Round(ticks*(8*float64(rng.IntN(groups))+rng.NormFloat64())) / ticks
		}))
		n := len(whole)
		hull := newDipHull(n)
		most := hull.fit(whole).dip * float64(n)
		from := rng.IntN(n)
		piece := whole[from : from+1+rng.IntN(n-from)]
		require.LessOrEqual(t, hull.fit(piece).dip*float64(len(piece)), most*(1+1e-9))
	}
}

func FuzzModes(f *testing.F) {
	f.Add([]byte("\x01several small integers, which tie"), 0.05)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 240, 127, 1, 0, 0, 0, 0, 0, 0, 0}, 0.5)
	f.Fuzz(func(t *testing.T, raw []byte, alpha float64) {
		sample := dipFuzzSample(raw)
		modeCheck(t, sample, Modes(sample, alpha))
	})
}

func BenchmarkModes(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000, 1_000_000} {
		for _, shape := range dipShapes {
			if n < 10_000 && shape.tick > 0 {
				continue // the longest group is too sparse to show that the values lie on a lattice
			}
			benchmarkModes(b, fmt.Sprintf("n=%d/%s", n, shape.name), shape.modes, dipDurations(n, shape.modes, shape.tick))
		}
	}
	rng := rand.New(rand.NewPCG(19, 20))
	i := 0
	many := dipDraw(10_000, func() float64 { i++; return float64(i%20)*10 + rng.NormFloat64() })
	benchmarkModes(b, "n=10000/twenty", 20, many)
}

func benchmarkModes(b *testing.B, name string, want int, sample []float64) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got := len(Modes(sample, 0.05)); got != want {
				b.Fatalf("%d modes, want %d", got, want)
			}
		}
	})
}
