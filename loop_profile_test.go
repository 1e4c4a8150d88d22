package pythia_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func withProfile(every time.Duration) func(*pythia.Config) {
	return func(c *pythia.Config) { c.Loop.Space, c.Loop.ProfileEvery = new(searchspace.CCT), every }
}

// searchesNot never has enough requests to say anything.
func searchesNot(c *pythia.Config) { c.Loop.MinRequests = 1e6 }

// TestLoopProfiles: one request in so many shows all points, for a few steps, which fills the space; nothing is on afterwards.
func TestLoopProfiles(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /a"] = 100
	var space *searchspace.CCT
	r := newLoopRun(t, a, withProfile(10*time.Minute), searchesNot, func(c *pythia.Config) { space = c.Loop.Space.(*searchspace.CCT) })
	require.Zero(t, r.step().ProfiledOneIn, "how many requests come is not known yet")
	c := r.step()
	require.Greater(t, c.ProfiledOneIn, 1)
	require.Equal(t, pythia.Selection{OneIn: c.ProfiledOneIn}, r.Selection(loopPoint("a21")))
	require.Contains(t, r.on(), "a21")
	require.Zero(t, c.Cost.Points, "a profile is none of the searches' points")
	steps := 0
	r.until(10, func(c *pythia.Cycle) bool { steps++; return c.ProfiledOneIn == 0 })
	require.Empty(t, r.on())
	require.NotEmpty(t, space.Inside([]pythia.TracePointID{loopPoint("GET /a"), loopPoint("a2")}, pythia.Event{Point: loopPoint("a2")}, pythia.Event{Point: loopPoint("a2"), End: true}))
	stats := space.Stats()
	require.Equal(t, 6, stats.Contexts)
	for range 55 - steps {
		require.Zero(t, r.step().ProfiledOneIn)
	}
	r.until(10, func(c *pythia.Cycle) bool { return c.ProfiledOneIn > 0 })
}

// TestLoopProfilesThenSearches: the search waits for the profile, and succeeds by what it showed.
func TestLoopProfilesThenSearches(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), withProfile(time.Hour))
	r.bimodal("a21")
	d := r.concluded(40)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	for _, c := range r.cycles {
		require.False(t, c.ProfiledOneIn > 0 && len(c.Searching) > 0, r.log())
	}
}

// TestLoopProfilesNotDuringASearch, though it is time.
func TestLoopProfilesNotDuringASearch(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.ProfileEvery = 15 * time.Second })
	r.step()
	r.bimodal("a21")
	for range 30 {
		if c := r.step(); len(c.Searching) > 0 {
			require.Zero(t, c.ProfiledOneIn, r.log())
		}
	}
	require.Equal(t, loopPoint("a21"), r.diagnosis().Findings[0].Location.Point, r.log())
}

// TestLoopProfilesNotWhatIsKnown: the space came filled.
func TestLoopProfilesNotWhatIsKnown(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.ProfileEvery = time.Hour })
	for range 20 {
		require.Zero(t, r.step().ProfiledOneIn)
	}
}

// TestLoopProfilesWithinBudget: half of it, at most.
func TestLoopProfilesWithinBudget(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /a"] = 100
	r := newLoopRun(t, a, withProfile(time.Hour), func(c *pythia.Config) { c.Loop.Budget.SpansPerSecond = 20 })
	r.step()
	r.step()
	for range 10 {
		spans := 0
		r.run(loopInterval, func(trace *pythia.Trace) {
			spans += len(trace.Spans) - 1
			r.engine.Observe(trace)
		})
		require.LessOrEqual(t, float64(spans)/loopInterval.Seconds(), 10.0*1.2)
		_, err := r.engine.Step(t.Context())
		require.NoError(t, err)
	}
}

// TestLoopProfileEndsThoughSomeHardlyOccur: requests of a rare type are not waited for for ever.
func TestLoopProfileEndsThoughSomeHardlyOccur(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), withProfile(time.Hour), searchesNot)
	r.perSec["GET /b"] = 1
	r.step()
	r.perSec["GET /b"] = 0
	r.step()
	r.until(35, func(c *pythia.Cycle) bool { return c.ProfiledOneIn == 0 })
	require.Empty(t, r.on())
}

// TestLoopProfileThatCannotBe: the controller cannot select requests. The loop says so, and goes on.
func TestLoopProfileThatCannotBe(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /a"] = 100
	r := newLoopRun(t, a, withProfile(time.Hour), func(c *pythia.Config) { c.Loop.Controller = a.Plain() })
	problems := 0
	for range 10 {
		problems += len(r.step().Problems)
	}
	require.NotZero(t, problems)
	require.Less(t, problems, 20, r.log())
	require.Empty(t, r.on())
	require.Zero(t, r.cycles[9].ProfiledOneIn, "it has given up")
}
