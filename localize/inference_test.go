package localize

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// The example of Benjamini & Hochberg (1995), section 3.2: at q = 0.05 the first four hypotheses are rejected.
var publishedP = []float64{
	0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
}

func TestBenjaminiHochbergPublished(t *testing.T) {
	adjusted := benjaminiHochberg(publishedP, len(publishedP))
	rejected := 0
	for _, p := range adjusted {
		if p <= 0.05 {
			rejected++
		}
	}
	require.Equal(t, 4, rejected)
	// R: p.adjust(p, "BH"); the 6th is that of the 7th, 0.0298·15/7.
	want := []float64{0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0298 * 15 / 7, 0.0298 * 15 / 7, 0.0645, 0.0765, 0.486, 0.5811818, 0.714875, 0.7532308, 0.8132143, 1}
	require.InDeltaSlice(t, want, adjusted, 1e-7)
}

func TestBenjaminiHochbergIsMonotone(t *testing.T) {
	rng := seeded(1)
	for range 100 {
		p := make([]float64, rng.IntN(50))
		for i := range p {
			p[i] = math.Round(rng.Float64()*100) / 100 // with ties
		}
		adjusted := benjaminiHochberg(p, len(p))
		for i := range p {
			require.GreaterOrEqual(t, adjusted[i], p[i]*(1-1e-12))
			require.LessOrEqual(t, adjusted[i], 1.0)
			for j := range p {
				if p[i] <= p[j] {
					require.LessOrEqual(t, adjusted[i], adjusted[j])
				}
			}
		}
		at := rng.Perm(len(p))
		shuffled, want := make([]float64, len(p)), make([]float64, len(p))
		for i, k := range at {
			shuffled[i], want[i] = p[k], adjusted[k]
		}
		require.Equal(t, want, benjaminiHochberg(shuffled, len(shuffled)))
	}
}

// r = 31/42 and t = r·√(6/(1−r²)) = 2.6797; for 6 degrees of freedom P(|t| ≤ √6·tan θ) = sin θ·(1 + cos²θ/2 + 3cos⁴θ/8)
// (Abramowitz & Stegun 26.7.4).
func TestCorrelationP(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	y := []float64{2, 1, 4, 3, 7, 8, 6, 5}
	r := 31.0 / 42
	theta := math.Atan(r / math.Sqrt(1-r*r))
	c2 := math.Cos(theta) * math.Cos(theta)
	want := (1 - math.Sin(theta)*(1+c2/2+3*c2*c2/8)) / 2
	require.InDelta(t, want, correlationP(y, x), 1e-12)
	down := make([]float64, len(x))
	for i := range x {
		down[i] = -x[i]
	}
	require.InDelta(t, 1-want, correlationP(y, down), 1e-12)
	require.Less(t, correlationP(x, x), 1e-12)
	require.Greater(t, correlationP(x, down), 1-1e-12)
	require.EqualValues(t, 1, correlationP(x[:3], x[:3]), "too few")
}

// What is constant goes along with nothing, whatever rounding makes of it.
func TestCorrelationPOfConstants(t *testing.T) {
	rng := seeded(2)
	for k := range 200 {
		x, c := make([]float64, 200), make([]float64, 200)
		for i := range x {
			x[i], c[i] = rng.ExpFloat64(), 0.001*float64(k+1)
		}
		require.EqualValues(t, 1, correlationP(c, x), "constant %v", c[0])
		require.EqualValues(t, 1, correlationP(x, c), "constant %v", c[0])
		require.EqualValues(t, 1, correlationP(c, c), "constant %v", c[0])
	}
}

// Under independence p is uniform: of 1000 the number below a level has a standard deviation of at most 16.
func TestCorrelationPIsCalibrated(t *testing.T) {
	rng := seeded(3)
	below := map[float64]int{0.05: 0, 0.5: 0, 0.95: 0}
	for range 1000 {
		x, y := make([]float64, 30), make([]float64, 30)
		for i := range x {
			x[i], y[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		p := correlationP(y, x)
		for level := range below {
			if p <= level {
				below[level]++
			}
		}
	}
	for level, n := range below {
		require.InDelta(t, 1000*level, n, 4*math.Sqrt(1000*level*(1-level)))
	}
}

func TestBootstrapSlopeCovers(t *testing.T) {
	const runs, slope = 800, 0.3
	rng := seeded(1)
	covered := 0
	for range runs {
		x, y := make([]float64, 80), make([]float64, 80)
		for i := range x {
			x[i] = 1 + 0.1*rng.ExpFloat64()
			y[i] = slope*x[i] + 0.03*rng.NormFloat64()
		}
		if in := slopeInterval(y, x); in.Low <= slope && slope <= in.High {
			covered++
		}
	}
	t.Logf("the 95 %% interval covered the slope in %.1f %%", 100*float64(covered)/runs)
	require.GreaterOrEqual(t, covered, runs*90/100)
	require.LessOrEqual(t, covered, runs*99/100)
}

func TestBootstrapSlopeEdges(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	in := slopeInterval(x, x)
	require.InDelta(t, 1, in.Low, 1e-9)
	require.InDelta(t, 1, in.High, 1e-9)
	require.Equal(t, in, slopeInterval(x, x), "the same sample, the same interval")
	constant := slopeInterval(x, make([]float64, 8))
	require.Zero(t, constant.Low)
	require.Zero(t, constant.High)
	require.Equal(t, 0.95, constant.Level)
}

// Where there are enough requests, the interval is the jackknife's, and right about as often as that of resamples, however skewed the durations are. The
// place and the rest vary alike, so that the share is a half.
func TestJackknifeSlopeCovers(t *testing.T) {
	const runs = 400
	for name, draw := range map[string]func(*rand.Rand) float64{
		"normal":      (*rand.Rand).NormFloat64,
		"exponential": (*rand.Rand).ExpFloat64,
		"lognormal":   func(rng *rand.Rand) float64 { return math.Exp(rng.NormFloat64()) },
	} {
		rng := seeded(4)
		jackknife, bootstrap := 0, 0
		y, total := make([]float64, fewResampled), make([]float64, fewResampled)
		for range runs {
			for i := range y {
				y[i] = draw(rng)
				total[i] = y[i] + draw(rng)
			}
			if in := slopeInterval(y, total); in.Low <= 0.5 && 0.5 <= in.High {
				jackknife++
			}
			if in := resampledInterval(y, total); in.Low <= 0.5 && 0.5 <= in.High {
				bootstrap++
			}
		}
		t.Logf("%s: the jackknife's interval covered the slope in %d of %d, the bootstrap's in %d", name, jackknife, runs, bootstrap)
		require.GreaterOrEqual(t, jackknife, runs*86/100, name)
		require.GreaterOrEqual(t, jackknife, bootstrap-runs*3/100, name)
	}
}

// The jackknife's standard error is that of the slopes with one request left out (its definition; n is large beside 1).
func TestJackknifeSlopeLeavesOneOut(t *testing.T) {
	rng := seeded(5)
	y, total := make([]float64, fewResampled), make([]float64, fewResampled)
	for i := range y {
		y[i] = rng.ExpFloat64()
		total[i] = y[i] + rng.ExpFloat64()
	}
	y[7], total[7] = 80, 81 // decides all
	squares, whole := 0.0, slope(y, total)
	for i := range y {
		without := slope(slices.Delete(slices.Clone(y), i, i+1), slices.Delete(slices.Clone(total), i, i+1))
		squares += (without - whole) * (without - whole)
	}
	in := slopeInterval(y, total)
	require.InDelta(t, whole, (in.Low+in.High)/2, 1e-12)
	require.InDelta(t, 1.959964*math.Sqrt(squares), (in.High-in.Low)/2, 1e-6)
	require.Equal(t, 0.95, in.Level)
}

func TestJackknifeSlopeEdges(t *testing.T) {
	y, total := make([]float64, 1000), make([]float64, 1000)
	require.Equal(t, pythia.Interval{Level: 0.95}, slopeInterval(y, total), "nothing varies")
	y[3], total[3] = 2, 4
	in := slopeInterval(y, total)
	require.InDelta(t, 0.5, in.Low, 1e-9, "one request varies")
	require.InDelta(t, 0.5, in.High, 1e-9)
}

func TestBetweenModes(t *testing.T) {
	require.InDelta(t, 1, betweenModes([]float64{1, 1, 5, 5}, []int{0, 0, 1, 1}, 2), 1e-12)
	require.InDelta(t, 0, betweenModes([]float64{1, 5, 1, 5}, []int{0, 0, 1, 1}, 2), 1e-12)
	// Means 2 and 5 about 3.5: 2.25 of a variance of 3.25.
	require.InDelta(t, 2.25/3.25, betweenModes([]float64{1, 3, 4, 6}, []int{0, 0, 1, 1}, 2), 1e-12)
	require.Zero(t, betweenModes([]float64{2, 2}, []int{0, 1}, 2))
}
