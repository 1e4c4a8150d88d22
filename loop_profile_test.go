package pythia_test

import (
	"errors"
	"slices"
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

func profiling(c *pythia.Cycle) bool    { return c.ProfiledOneIn > 0 }
func notProfiling(c *pythia.Cycle) bool { return c.ProfiledOneIn == 0 }

// TestLoopProfileNeedsNothingOfRequestsWithoutPoints: nothing can be seen of them, however many come, and nothing is waited for of those that came
// once.
func TestLoopProfileNeedsNothingOfRequestsWithoutPoints(t *testing.T) {
	for name, c := range map[string]struct{ health, steps int }{"often": {100, 8}, "once": {0, 18}} {
		t.Run(name, func(t *testing.T) {
			a := newLoopApp(t)
			a.perSec = map[string]int{"GET /a": 100, "GET /health": c.health, "GET /b": 0}
			r := newLoopRun(t, a, withProfile(time.Hour), searchesNot)
			r.step()
			if c.health == 0 {
				r.engine.Observe(r.request("GET /b", r.clock.Now(), r.recorded))
			}
			r.until(2, profiling)
			r.until(c.steps, notProfiling)
			require.Empty(t, r.on())
			for range 20 {
				require.Zero(t, r.step().ProfiledOneIn)
			}
		})
	}
}

// TestLoopProfilesWhatIsNew: request types that no profile has had to do with, before it is time.
func TestLoopProfilesWhatIsNew(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), withProfile(time.Hour))
	r.perSec["GET /health"] = 5
	r.until(3, profiling)
	r.until(10, notProfiling)
	read := func() {
		_, err := r.engine.Report(t.Context())
		require.NoError(t, err)
	}
	for range 20 {
		require.Zero(t, r.step().ProfiledOneIn, r.log())
		read()
	}
	r.perSec["GET /b"] = 5
	r.until(10, func(c *pythia.Cycle) bool { read(); return profiling(c) })
	r.until(20, notProfiling)
	for range 20 {
		require.Zero(t, r.step().ProfiledOneIn, r.log())
		read()
	}
}

// TestLoopLooksAgainWhereAPointIsNew: the search had come to where there was nothing more. With the point, it goes on.
func TestLoopLooksAgainWhereAPointIsNew(t *testing.T) {
	r, f := newFaultyRun(t, withProfile(time.Hour))
	f.gone = []pythia.TracePointID{loopPoint("a21")}
	r.bimodal("a21")
	d := r.concluded(30)
	require.Equal(t, loopPoint("a2"), d.Findings[0].Location.Point, r.log())
	require.Equal(t, pythia.OutcomeHelped, hypothesis(t, r.diagnosisOrNil(), "a2").Outcome)
	for range 10 {
		require.Zero(t, r.step().ProfiledOneIn)
	}
	f.gone = nil
	r.until(8, profiling)
	r.until(20, notProfiling)
	require.Equal(t, loopPoint("a21"), r.concluded(20).Findings[0].Location.Point, r.log())
}

// TestLoopProfileKeepsToMeasuredCost: half of the budget, by what the points were measured to cost, and says what that is.
func TestLoopProfileKeepsToMeasuredCost(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /a"] = 100
	for _, name := range []string{"a1", "a2", "a3", "a21", "a22"} {
		a.SetHitCost(loopPoint(name), pythia.HitCost{CPU: 2 * time.Millisecond, Bytes: 300})
	}
	r := newLoopRun(t, a, withProfile(time.Hour), searchesNot)
	r.until(3, profiling)
	c := r.step()
	require.Positive(t, c.ProfileCost.CPU)
	require.LessOrEqual(t, c.ProfileCost.CPU, 0.005)
	require.InDelta(t, 500/float64(c.ProfiledOneIn), c.ProfileCost.SpansPerSecond, 50)
	require.Equal(t, 10, c.ProfileCost.Points)
	require.Zero(t, c.Cost)
	require.Zero(t, r.until(30, notProfiling).ProfileCost)
}

// TestLoopProfilesNotWhatIsPartlyOn: points that a diagnosis holds are off for other requests. Nobody reads it: it is dismissed in the end.
func TestLoopProfilesNotWhatIsPartlyOn(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.ProfileEvery = 10 * time.Minute })
	r.bimodal("a21")
	r.concluded(15)
	c := r.until(121, profiling)
	require.Greater(t, len(r.cycles), 100, "it has waited twice its time")
	require.NotContains(t, r.Selection(loopPoint("a21")).RequestTypes, "shop GET /a")
	require.Equal(t, c.ProfiledOneIn, r.Selection(loopPoint("a21")).OneIn)
	require.Equal(t, loopPoint("a21"), r.diagnoses()[0].Findings[0].Location.Point, "it is reported all the same")
}

// TestLoopProfileEndsWithAllOff, though a point was not renewed meanwhile: its lease goes on for a while.
func TestLoopProfileEndsWithAllOff(t *testing.T) {
	r, f := newFaultyRun(t, withProfile(time.Hour), searchesNot, func(c *pythia.Config) { c.Loop.Lease = time.Hour })
	r.until(3, profiling)
	f.set(func(m string, ids ...pythia.TracePointID) error {
		if m == "EnableOnlyFor" && slices.Contains(ids, loopPoint("a1")) {
			return errors.Join(&pythia.PointError{ID: loopPoint("a1"), Err: errBroken})
		}
		return nil
	})
	r.until(10, notProfiling)
	require.Empty(t, r.on())
}

// TestLoopCountsNoWorkflowOfAProfilesEnd: it began when the points were about to go off.
func TestLoopCountsNoWorkflowOfAProfilesEnd(t *testing.T) {
	r, f := newFaultyRun(t, withProfile(time.Hour), searchesNot)
	r.until(3, profiling)
	var late *pythia.Trace
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "Disable" {
			late = r.request("GET /a", r.clock.Now(), func(pythia.TracePointID, string, int) bool { return true })
			r.clock.Advance(time.Millisecond)
		}
		return nil
	})
	r.until(10, notProfiling)
	traces := r.groups()[0].Traces
	r.engine.Observe(late)
	require.Equal(t, traces, r.groups()[0].Traces)
	r.engine.Observe(r.request("GET /a", r.clock.Now(), r.recorded))
	require.Equal(t, traces+1, r.groups()[0].Traces)
}
