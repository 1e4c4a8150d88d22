package pythia

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// direct computes moments from their definition.
func direct(xs []float64) moments {
	m := moments{N: len(xs)}
	for _, x := range xs {
		m.Mean += x / float64(len(xs))
	}
	for _, x := range xs {
		d := x - m.Mean
		m.S2 += d * d
		m.S3 += d * d * d
		m.S4 += d * d * d * d
	}
	return m
}

func requireMoments(t *testing.T, want, got moments) {
	t.Helper()
	const tolerance = 1e-9
	require.Equal(t, want.N, got.N)
	require.InDelta(t, want.Mean, got.Mean, tolerance*math.Abs(want.Mean))
	scale := math.Sqrt(want.S2 / max(float64(want.N), 1))
	rounding := 1e-12 * want.Mean * want.Mean * float64(want.N)
	require.InDelta(t, want.S2, got.S2, tolerance*want.S2+rounding)
	require.InDelta(t, want.S3, got.S3, tolerance*(math.Abs(want.S3)+want.S2*scale)+rounding*math.Abs(want.Mean), "S3 of %d", want.N)
	require.InDelta(t, want.S4, got.S4, tolerance*want.S4+rounding*want.Mean*want.Mean)
}

// TestMomentsAgainstTheirDefinition adds one by one, and in parts of any size, durations that are skewed, far from zero, or alike.
func TestMomentsAgainstTheirDefinition(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand) float64{
		"normal":    func(r *rand.Rand) float64 { return 1 + r.NormFloat64()/10 },
		"lognormal": func(r *rand.Rand) float64 { return math.Exp(2 * r.NormFloat64()) },
		"rare":      func(r *rand.Rand) float64 { return []float64{0.001, 5}[r.IntN(200)/199] },
		"two modes": func(r *rand.Rand) float64 { return []float64{0.01, 0.06}[r.IntN(2)] + r.Float64()/1000 },
		"far":       func(r *rand.Rand) float64 { return 1000 + r.ExpFloat64() },
		"equal":     func(*rand.Rand) float64 { return 0.25 },
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for range 50 {
				xs := make([]float64, r.IntN(400))
				var one, parts, part moments
				for i := range xs {
					xs[i] = draw(r)
					one.add(xs[i])
					part.add(xs[i])
					if r.IntN(30) == 0 {
						parts, part = parts.plus(part), moments{}
					}
				}
				want := direct(xs)
				requireMoments(t, want, one)
				requireMoments(t, want, parts.plus(part))
				requireMoments(t, want, part.plus(parts))
				require.True(t, one.sound())
			}
		})
	}
}

func TestMomentsOfNone(t *testing.T) {
	var none moments
	one := moments{N: 1, Mean: 3}
	require.Equal(t, one, none.plus(one))
	require.Equal(t, one, one.plus(none))
	require.Zero(t, none.stdDev())
	mean, variance := none.errors2()
	require.Zero(t, mean+variance)
	varies, longer := none.worse(none, surely)
	require.False(t, varies || longer)
}

// TestMomentsAreAlarmedSeldom: of samples of one distribution, none is worse or better than another; of one that varies twice as much, nearly all.
func TestMomentsAreAlarmedSeldom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	sample := func(n int, scale float64, long int) (m moments) {
		for range n {
			x := math.Exp(r.NormFloat64() / 2)
			if r.IntN(1000) < long {
				x *= 5
			}
			m.add(scale * x)
		}
		return m
	}
	for _, n := range []int{50, 100, 1000} {
		alarms := 0
		for range 1000 {
			a, b := sample(n, 1, 5), sample(1000, 1, 5)
			varies, longer := a.worse(b, surely)
			if varies || longer || a.better(b) {
				alarms++
			}
		}
		require.LessOrEqual(t, alarms, 5, "of 1000, %d requests each", n)
	}
	found := 0
	for range 100 {
		if varies, _ := sample(1000, 2.5, 0).worse(sample(1000, 1, 0), surely); varies {
			found++
		}
	}
	require.GreaterOrEqual(t, found, 80)
}

func TestMomentsThatAreUnsound(t *testing.T) {
	for _, m := range []moments{{N: -1}, {S2: -1}, {S4: -1}, {Mean: math.NaN()}, {S3: math.Inf(1)}} {
		require.False(t, m.sound(), fmt.Sprint(m))
	}
}
