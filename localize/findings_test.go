package localize

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// noisy is a mean with a standard deviation, in milliseconds, evenly distributed.
func noisy(u, mean, sd float64) float64 { return mean + sd*math.Sqrt(12)*(u-0.5) }

// ranking has a group of great variance and small CoV, and one of the opposite.
func ranking(t *testing.T, c Config) ([]*pythia.Group, []*pythia.Finding) {
	rng := seeded(1)
	v := localizer(t, c)
	for i := range 300 {
		for _, g := range []struct {
			name     string
			mean, sd float64
		}{{"large", 1000, 100}, {"small", 10, 5}} {
			w := begin(i)
			w.id += g.name
			w.step(g.name, "op", noisy(rng.Float64(), g.mean, g.sd))
			observe(v, w.trace())
		}
	}
	return localize(t, v)
}

func TestVarianceNotCoVRanks(t *testing.T) {
	groups, found := ranking(t, Config{})
	require.Equal(t, pythia.GroupKey("large op"), groups[0].Key)
	require.InDelta(t, 0.1, groups[0].CoV, 0.01)
	require.InDelta(t, 0.5, groups[1].CoV, 0.05)
	require.Equal(t, []string{`high_variance: large, "op"`, `high_variance: small, "op"`}, placesOf(found)[:2])
	require.Equal(t, 1, found[0].Rank)
	require.Equal(t, 2, found[1].Rank)
	require.Greater(t, found[0].StakeSeconds, found[1].StakeSeconds)
	require.InEpsilon(t, groups[0].StdDevSeconds*300, groups[0].StakeSeconds(), 1e-12)
}

func TestAcceptableVariation(t *testing.T) {
	const large, small = `high_variance: large, "op"`, `high_variance: small, "op"`
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{}, []string{large, small}},
		{Config{NegligibleStdDev: 50 * time.Millisecond}, []string{large}},
		{Config{NegligibleStdDev: 200 * time.Millisecond}, nil},
		{Config{Metrics: []Threshold{{CoV{}, 0.2}}}, []string{small}},
		{Config{Metrics: []Threshold{{CoV{}, 0.6}}}, nil},
		{Config{NegligibleStdDev: -1, Metrics: []Threshold{{CoV{}, -1}}}, []string{large, small}},
	} {
		_, found := ranking(t, c.config)
		require.Equal(t, c.want, placesOf(ofReason(found, pythia.ReasonHighVariance)), "%+v", c.config)
	}
}

func TestTooFewRequests(t *testing.T) {
	for _, n := range []int{1, 2, fewestTraces - 1, fewestTraces} {
		rng := seeded(2)
		groups, found := findings(t, Config{}, n, func(w *workflow) { w.step("s", "op", 10+90*rng.Float64()) })
		require.Equal(t, n < fewestTraces, groups[0].TooFew)
		require.Equal(t, n < fewestTraces, len(found) == 0, "%v", placesOf(found))
	}
}

// fives makes workflows of five equal steps.
func fives(w *workflow, ms float64) {
	w.in("api", "handle", func() {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			w.step("api", name, ms)
		}
	})
}

func TestEqualDurations(t *testing.T) {
	groups, found := findings(t, Config{NegligibleStdDev: -1, Metrics: []Threshold{{CoV{}, -1}}}, 100, func(w *workflow) { fives(w, 10) })
	require.Empty(t, found, "no step takes a quarter of the time")
	require.Zero(t, groups[0].StdDevSeconds)
	require.Zero(t, groups[0].CoV)
	require.Len(t, groups[0].Modes, 1)
	for _, s := range groups[0].Scores {
		require.Zero(t, s.Value, s.Metric)
	}
}

func TestWorkflowsOfNoDuration(t *testing.T) {
	groups, found := findings(t, Config{}, 100, func(w *workflow) { fives(w, 0) })
	require.Zero(t, groups[0].MeanSeconds)
	require.Zero(t, groups[0].CoV)
	require.Empty(t, found)
}

// Steps that always take as long neither are found nor keep what varies from being found.
func TestConstantStepsDoNotDisturb(t *testing.T) {
	for seed := range uint64(10) {
		rng := seeded(seed)
		_, found := findings(t, Config{}, 200, func(w *workflow) {
			w.in("api", "handle", func() {
				for i, name := range []string{"a", "b", "c", "d"} {
					w.step("api", name, float64(int(1)<<i))
				}
				w.step("api", "varies", 50*rng.ExpFloat64())
			})
		})
		require.Equal(t, []string{`high_variance: api, "varies"`}, placesOf(found))
		require.LessOrEqual(t, found[0].Significance.Adjusted, 0.05, "seed %d", seed) // not NaN either
	}
}

func TestMultimodalReason(t *testing.T) {
	rng := seeded(3)
	groups, found := findings(t, Config{}, 300, func(w *workflow) {
		w.in("api", "handle", func() {
			hit := rng.IntN(3) > 0
			w.step("api", "cache", map[bool]float64{true: 10, false: 100}[hit]+3*rng.NormFloat64())
			w.step("api", "render", 30+10*rng.NormFloat64())
		})
	})
	require.Len(t, groups[0].Modes, 2)
	require.Less(t, groups[0].DipP, 0.05)
	require.InDelta(t, 2.0/3, groups[0].Modes[0].Share, 0.08)
	require.Equal(t, []string{`multimodal: api, "cache"`, `high_variance: api, "render"`}, placesOf(found))
	require.Greater(t, found[0].VarianceShare, 0.9)
	for i, mode := range found[0].Sample.Mode {
		require.Equal(t, mode == 1, found[0].Sample.TotalSeconds[i] >= groups[0].Modes[1].LowSeconds)
	}
}

// A steady step that takes 60 % of the time comes after what varies; when it varies itself it is not always slow.
func TestConsistentlySlow(t *testing.T) {
	for _, c := range []struct {
		name string
		sd   float64 // of the 60 ms that the slow step takes
		want []string
	}{
		{"steady", 0.1, []string{`high_variance: api, "varies"`, `consistently_slow: api, "slow"`}},
		{"varying", 25, []string{`high_variance: api, "slow"`, `high_variance: api, "varies"`}},
	} {
		as := 0
		for seed := range uint64(20) {
			rng := seeded(seed)
			_, found := findings(t, Config{}, 300, func(w *workflow) {
				w.in("api", "handle", func() {
					w.step("api", "varies", noisy(rng.Float64(), 20, 10))
					w.step("api", "slow", noisy(rng.Float64(), 60, c.sd))
					w.step("api", "rest", 20)
				})
			})
			if slices.Equal(c.want, placesOf(found)) {
				as++
			}
		}
		require.GreaterOrEqual(t, as, 18, c.name) // one in twenty may be a false discovery
	}
}

// Without anything that varies much, what always takes most of the time is all there is to say.
func TestConsistentlySlowAlone(t *testing.T) {
	rng := seeded(5)
	_, found := findings(t, Config{}, 200, func(w *workflow) {
		w.in("api", "handle", func() {
			w.step("api", "slow", noisy(rng.Float64(), 60, 0.5))
			for _, name := range []string{"a", "b", "c", "d"} {
				w.step("api", name, 10)
			}
		})
	})
	require.Equal(t, []string{`consistently_slow: api, "slow"`}, placesOf(found))
	require.InEpsilon(t, 200*0.060, found[0].StakeSeconds, 0.01)
	require.Less(t, found[0].Significance.Adjusted, 1e-6)
}

// Two steps vary as much, but the one's variation lasts over many requests.
func TestPersistentVariationComesFirst(t *testing.T) {
	first := 0
	const runs = 30
	for seed := range uint64(runs) {
		rng := seeded(seed)
		lasting := rng.NormFloat64()
		_, found := findings(t, Config{}, 300, func(w *workflow) {
			lasting = 0.95*lasting + math.Sqrt(1-0.95*0.95)*rng.NormFloat64()
			w.in("api", "handle", func() {
				w.step("independent", "step", 100+10*rng.NormFloat64())
				w.step("persistent", "step", 100+10*lasting)
			})
		})
		if len(found) > 0 && found[0].Location.Point.Scope == "persistent" {
			first++
		}
	}
	t.Logf("the persistent one was first in %d of %d", first, runs)
	require.GreaterOrEqual(t, first, runs*9/10)
}

// The k-th place of one service counts 1/k.
func TestRankPrefersOtherServices(t *testing.T) {
	finding := func(service string, stake float64) *pythia.Finding {
		return &pythia.Finding{StakeSeconds: stake, Location: pythia.Location{Kind: pythia.LocationSpan, Point: point(service, "op")}}
	}
	a1, a2, a3, b := finding("a", 10), finding("a", 9), finding("a", 8), finding("b", 5)
	found := []*pythia.Finding{a3, b, a1, a2}
	rank(found)
	require.Equal(t, []*pythia.Finding{a1, b, a2, a3}, found)
	call := &pythia.Finding{StakeSeconds: 4.6, Location: pythia.Location{Kind: pythia.LocationCall, Point: point("a", "call"), Callee: "c"}}
	found = []*pythia.Finding{call, a2, a1}
	rank(found)
	require.Equal(t, []*pythia.Finding{a1, call, a2}, found, "a call counts for its callee")
}

func TestGroupsAreOrderedByStake(t *testing.T) {
	rng := seeded(6)
	v := localizer(t, Config{})
	for i := range 300 {
		w := begin(i)
		w.step("s", string(rune('a'+i%3)), 10+float64(10+20*(i%3))*rng.Float64())
		observe(v, w.trace())
	}
	groups, found := localize(t, v)
	require.Len(t, groups, 3)
	for i := range 2 {
		require.GreaterOrEqual(t, groups[i].StakeSeconds(), groups[i+1].StakeSeconds())
	}
	for i, f := range found {
		require.Equal(t, i+1, f.Rank)
		require.Contains(t, groups, f.Group)
	}
}
