package localize

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/race"
)

// onlyChanges keeps the other reasons from being looked at, which saves time.
var onlyChanges = Config{NegligibleStdDev: time.Hour}

// system makes workflows of several steps, whose durations wander: each step's is an AR(1) process of coefficient phi times a heavy tail.
type system struct {
	rng   *rand.Rand
	phi   float64
	heavy bool
	state [6]float64
	next  int
}

// step returns the milliseconds that the k-th step takes, 20 on average.
func (s *system) step(k int) float64 {
	s.state[k] = s.phi*s.state[k] + math.Sqrt(1-s.phi*s.phi)*s.rng.NormFloat64()
	ms := 20 * (1 + 0.2*s.state[k])
	if s.heavy && s.rng.IntN(20) == 0 {
		ms += 20 * math.Min(50, math.Pow(s.rng.Float64(), -1/1.5)-1) // Pareto, without variance but for the bound
	}
	return max(1, ms)
}

// run has a localizer see the next n workflows; the k-th step of the i-th of them takes factor(i, k) times as long.
func (s *system) run(tb testing.TB, n int, factor func(i, k int) float64) *Variance {
	v := localizer(tb, onlyChanges)
	for i := range n {
		w := begin(s.next)
		s.next++
		w.in("api", "handle", func() {
			for k := range s.state {
				w.step(serviceNames[k], "step", s.step(k)*factor(i, k))
			}
		})
		observe(v, w.trace())
	}
	return v
}

var serviceNames = [...]string{"service-0", "service-1", "service-2", "service-3", "service-4", "service-5"}

func steady(int, int) float64 { return 1 }

// slower has the step take (1+by) times as long.
func slower(step int, by float64) func(int, int) float64 {
	return func(_, k int) float64 {
		if k == step {
			return 1 + by
		}
		return 1
	}
}

func compared(tb testing.TB, now, before *Variance) []*pythia.Finding {
	tb.Helper()
	_, found, err := now.Localize(context.Background(), before)
	require.NoError(tb, err)
	return ofReason(found, pythia.ReasonChanged)
}

// trials is how many simulations are made.
func trials() int {
	if testing.Short() || race.Enabled {
		return 40
	}
	return 200
}

// rate is the share of simulations in which something happens.
func rate(t *testing.T, what string, happens func(seed uint64) bool) float64 {
	t.Helper()
	n := 0
	for seed := range uint64(trials()) {
		if happens(seed) {
			n++
		}
	}
	share := float64(n) / float64(trials())
	t.Logf("%s: %.1f %% of %d", what, 100*share, trials())
	return share
}

// falseAlarm reports whether a change is found where there is none.
func falseAlarm(t *testing.T, s *system, n int) bool {
	before := s.run(t, n, steady)
	return len(compared(t, s.run(t, n, steady), before)) > 0
}

func TestNoChangeIsNotFound(t *testing.T) {
	t.Parallel()
	large := rate(t, "false alarms, 100 requests a side, phi 0 to 0.5, heavy tails", func(seed uint64) bool {
		return falseAlarm(t, &system{rng: seeded(seed), phi: 0.5 * float64(seed%6) / 5, heavy: seed%2 == 0}, 100)
	})
	require.LessOrEqual(t, large, 0.05)
	small := rate(t, "false alarms, 12 requests a side, independent", func(seed uint64) bool {
		return falseAlarm(t, &system{rng: seeded(seed), heavy: seed%2 == 0}, 12)
	})
	require.LessOrEqual(t, small, 0.05)
}

// The means of fewer than 40 requests cannot be cut into blocks, and so do not allow for neighbours being alike. This measures the price.
func TestSmallGroupsOfDependentRequests(t *testing.T) {
	t.Parallel()
	for _, n := range []int{12, 39, 60} {
		share := rate(t, fmt.Sprintf("false alarms, %d requests a side, phi 0.5", n), func(seed uint64) bool {
			return falseAlarm(t, &system{rng: seeded(seed), phi: 0.5}, n)
		})
		require.LessOrEqual(t, share, 0.4)
	}
}

// drifting reports whether a change is found where all requests, before and after, get slower at one rate, by total in the end.
func drifting(t *testing.T, s *system, n int, total float64) bool {
	drift := func(from int) func(i, k int) float64 {
		return func(i, _ int) float64 { return 1 + total*float64(from+i)/float64(2*n) }
	}
	before := s.run(t, n, drift(0))
	return len(compared(t, s.run(t, n, drift(n)), before)) > 0
}

// What has been getting slower all along has not changed, provided that the drift shows in the baseline.
func TestDriftIsNotAChange(t *testing.T) {
	t.Parallel()
	share := rate(t, "false alarms under a drift of +100 %, 150 requests a side", func(seed uint64) bool {
		return drifting(t, &system{rng: seeded(seed)}, 150, 1)
	})
	require.LessOrEqual(t, share, 0.05)
	share = rate(t, "false alarms under a drift of +5 %, 150 requests a side", func(seed uint64) bool {
		return drifting(t, &system{rng: seeded(seed)}, 150, 0.05)
	})
	require.LessOrEqual(t, share, 0.05)
	// Measured only: between the two is a drift that the halves of the baseline do not show but the two sides do.
	rate(t, "false alarms under a drift of +30 %, 100 requests a side", func(seed uint64) bool {
		return drifting(t, &system{rng: seeded(seed)}, 100, 0.3)
	})
}

func TestStepIsFoundAndLocated(t *testing.T) {
	t.Parallel()
	for _, phi := range []float64{0, 0.5} {
		located := rate(t, fmt.Sprintf("a step of +50 %% at one place found first, phi %.1f", phi), func(seed uint64) bool {
			s := &system{rng: seeded(seed), phi: phi}
			before := s.run(t, 200, steady)
			at := int(seed % 6)
			found := compared(t, s.run(t, 200, slower(at, 0.5)), before)
			return len(found) > 0 && found[0].Location.Point == point(serviceNames[at], "step")
		})
		require.GreaterOrEqual(t, located, 0.95-phi/5, "neighbours that are alike tell less")
	}
}

// Of a dozen requests a side it takes a greater step.
func TestStepOfSmallGroups(t *testing.T) {
	t.Parallel()
	located := rate(t, "a step of +100 % among 12 requests a side", func(seed uint64) bool {
		s := &system{rng: seeded(seed)}
		before := s.run(t, 12, steady)
		found := compared(t, s.run(t, 12, slower(2, 1)), before)
		return len(found) == 1 && found[0].Location.Point == point("service-2", "step")
	})
	require.GreaterOrEqual(t, located, 0.8)
}

func TestTooFewToCompare(t *testing.T) {
	for _, n := range [][2]int{{fewestTraces - 1, 100}, {100, fewestTraces - 1}, {0, 100}} {
		s := &system{rng: seeded(1)}
		before := s.run(t, n[0], steady)
		require.Empty(t, compared(t, s.run(t, n[1], slower(0, 5)), before), "%v", n)
	}
}

// The mean of the place rises by 20 ms; the interval should say so in 95 of 100 cases.
func TestChangeIntervalCovers(t *testing.T) {
	t.Parallel()
	for _, phi := range []float64{0, 0.5} {
		covered := rate(t, fmt.Sprintf("the 95 %% interval covers the true change, phi %.1f", phi), func(seed uint64) bool {
			s := &system{rng: seeded(seed), phi: phi}
			before := s.run(t, 150, steady)
			found := compared(t, s.run(t, 150, slower(3, 1)), before)
			if len(found) == 0 {
				return false
			}
			delta := found[0].Change.Delta
			return delta.Low <= 0.020 && 0.020 <= delta.High
		})
		require.GreaterOrEqual(t, covered, 0.90)
	}
}

func TestChangeIsDescribed(t *testing.T) {
	s := &system{rng: seeded(1)}
	before := s.run(t, 200, steady)
	found := compared(t, s.run(t, 300, slower(3, 0.5)), before)
	require.Equal(t, []string{`changed: service-3, "step"`}, placesOf(found))
	c := found[0].Change
	require.Equal(t, 200, c.BeforeTraces)
	require.Equal(t, 300, c.AfterTraces)
	require.InDelta(t, 0.020, c.BeforeSeconds, 0.001)
	require.InDelta(t, 0.030, c.AfterSeconds, 0.001)
	require.InDelta(t, c.AfterSeconds-c.BeforeSeconds, (c.Delta.Low+c.Delta.High)/2, 1e-12)
	require.Equal(t, 0.95, c.Delta.Level)
	require.InEpsilon(t, 300*(c.AfterSeconds-c.BeforeSeconds), found[0].StakeSeconds, 0.01)
	require.Equal(t, 1, found[0].Rank)
}

func TestFasterIsNotAChange(t *testing.T) {
	s := &system{rng: seeded(2)}
	before := s.run(t, 100, steady)
	require.Empty(t, compared(t, s.run(t, 100, slower(1, -0.5)), before))
}

// One request of a hundred that stalls for a minute is no change.
func TestSingleStallIsNotAChange(t *testing.T) {
	s := &system{rng: seeded(3)}
	before := s.run(t, 100, steady)
	stall := func(i, k int) float64 {
		if i == 50 && k == 2 {
			return 3000
		}
		return 1
	}
	require.Empty(t, compared(t, s.run(t, 100, stall), before))
}

// A different mix of requests is not a change of the place that some of them pass: it takes as long as ever.
func TestMixIsNotAChange(t *testing.T) {
	rng := seeded(4)
	v := [2]*Variance{localizer(t, onlyChanges), localizer(t, onlyChanges)}
	for i := range 400 {
		w := begin(i)
		w.in("api", "handle", func() {
			if rng.Float64() < []float64{0.2, 0.7}[i/200] {
				w.step("api", "detour", 40+rng.NormFloat64())
			}
			w.step("api", "parse", 20+rng.NormFloat64())
		})
		observe(v[i/200], w.trace())
	}
	require.Empty(t, compared(t, v[1], v[0]))
}

// Turning a trace point on splits an edge into finer ones; the workflows take as long as ever (decision 1 of the design).
func TestEnabledPointIsNotAChange(t *testing.T) {
	rng := seeded(5)
	v := [2]*Variance{localizer(t, onlyChanges), localizer(t, onlyChanges)}
	for i := range 400 {
		w := begin(i)
		w.in("api", "handle", func() {
			w.step("api", "parse", 20+rng.NormFloat64())
			if i < 200 {
				w.work(30 + rng.NormFloat64())
			} else {
				w.step("api", "render", 30+rng.NormFloat64())
			}
		})
		observe(v[i/200], w.trace())
	}
	require.Empty(t, placesOf(compared(t, v[1], v[0])))
}

func TestWelchPublished(t *testing.T) {
	// R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832.
	one := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	two := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	delta, p := welch(one, two)
	require.InDelta(t, -0.2054832, delta.Low, 1e-6)
	require.InDelta(t, 3.3654832, delta.High, 1e-6)
	require.InDelta(t, 0.07939/2, p, 1e-5)
}

func TestWelchEdges(t *testing.T) {
	ones, twos := []float64{1, 1, 1, 1, 1}, []float64{2, 2, 2, 2, 2}
	for _, c := range []struct {
		before, after []float64
		want          float64
	}{{ones, twos, 0}, {twos, ones, 1}, {ones, ones, 1}, {ones[:4], twos, 1}, {nil, nil, 1}} {
		_, p := welch(c.before, c.after)
		require.EqualValues(t, c.want, p)
	}
}
