package replay_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// faulty records a world with a fault, everything on.
func faulty(t *testing.T, kind strategytest.FaultKind) ([]*pythia.Trace, strategytest.Planted) {
	w := bright(t, strategytest.NewWorld(strategytest.WorldConfig{Seed: 1, Points: 60}))
	planted, err := w.Plant(strategytest.Fault{Kind: kind})
	require.NoError(t, err)
	return playWorld(w, 30*time.Second), planted
}

// search is a trial of the top-down strategy with a space filled from some of the traces.
func search(t *testing.T, traces []*pythia.Trace, seed uint64) replay.Trial {
	engine, err := defaults.Config(pythia.UntilAnswered)
	require.NoError(t, err)
	space := new(searchspace.CCT)
	for _, trace := range replay.Sample(traces, 30, seed) {
		space.Observe(trace)
	}
	engine.Loop.Space, engine.Loop.Strategy = space, strategy.TopDown{}
	return replay.Trial{Application: newApplication(t, replay.Config{Traces: traces, Seed: seed}), Engine: engine, PerCycle: 300}
}

func truthOf(p strategytest.Planted) replay.Truth {
	return replay.Truth{RequestType: p.RequestTypes[0], Service: p.Point.Scope, Operation: p.Point.Name}
}

// TestPlantedIsFound: faults that cause variation are found in replays, from the traces as a whole and by a search.
func TestPlantedIsFound(t *testing.T) {
	for _, kind := range []strategytest.FaultKind{strategytest.LockContention, strategytest.CacheMiss, strategytest.RetryStorm} {
		t.Run(kind.String(), func(t *testing.T) {
			traces, planted := faulty(t, kind)
			trial := search(t, traces, 1)
			truth, err := replay.FindTruth(t.Context(), trial.Engine, traces)
			require.NoError(t, err)
			require.Equal(t, planted.Point, pythia.TracePointID{Scope: truth.Service, Name: truth.Operation})
			require.Contains(t, planted.RequestTypes, truth.RequestType)
			require.Equal(t, planted.Point, truth.Location.Point)

			trial.Truth = truthOf(planted)
			seen := follow(t, &trial)
			start := trial.Application.Now()
			r, err := trial.Run(t.Context())
			require.NoError(t, err)
			require.True(t, r.Found)
			require.True(t, r.Named)
			require.Equal(t, r.Diagnosis.Stop, r.Stop)
			require.Greater(t, r.VarianceShare, 0.5)
			require.Greater(t, r.Explained, 0.5, "by %s", planted.Key)
			require.Equal(t, seen.cycles, r.Cycles)
			require.Equal(t, 300*r.Cycles, r.Requests)
			played := trial.Application.Now().Sub(start).Seconds() * trial.Application.RequestsPerSecond()
			require.Equal(t, float64(r.Requests), math.Round(played))
			require.NotEmpty(t, r.Decisions)
			seen.requireCounts(t, traces, r)
		})
	}
}

// follower counts, in its own way, what a trial counts.
type follower struct {
	truth   replay.Truth
	cycles  int
	enabled map[pythia.TracePointID]bool
	on      map[pythia.TracePointID]int // how often: attributes need their point on, too
}

// follow watches the cycles of a trial that is to be run.
func follow(t *testing.T, trial *replay.Trial) *follower {
	f := &follower{truth: trial.Truth, enabled: make(map[pythia.TracePointID]bool), on: make(map[pythia.TracePointID]int)}
	_, skeleton := pointsOf(t, trial.Application)
	trial.OnCycle = func(c *pythia.Cycle) {
		f.cycles++
		for _, s := range c.Disabled {
			if s.RequestType == f.truth.RequestType && !skeleton[s.Point] {
				f.on[s.Point]--
			}
		}
		for _, s := range c.Enabled {
			if s.RequestType == f.truth.RequestType && !skeleton[s.Point] {
				f.on[s.Point]++
				f.enabled[s.Point] = true
			}
		}
	}
	return f
}

// requireCounts counts contexts by their paths. A world has no recursion that would have to be folded.
func (f *follower) requireCounts(t *testing.T, traces []*pythia.Trace, r *replay.Result) {
	paths := make(map[string]pythia.TracePointID)
	for _, trace := range traces {
		if trace.RequestType != f.truth.RequestType {
			continue
		}
		for i := range trace.Spans {
			path := ""
			for up := i; up != pythia.NoParent; up = trace.Parent(up) {
				path = fmt.Sprintf("%v>%s", trace.Spans[up].Point, path)
			}
			paths[path] = trace.Spans[i].Point
		}
	}
	place := fmt.Sprintf("%v>", pythia.TracePointID{Scope: f.truth.Service, Name: f.truth.Operation})
	enabled, astray, stillOn := 0, 0, 0
	for path, point := range paths {
		if f.enabled[point] {
			enabled++
			if !onTheWay(path, place, paths) {
				astray++
			}
		}
		if f.on[point] > 0 {
			stillOn++
		}
	}
	require.Equal(t, len(f.enabled), r.Points)
	require.Equal(t, []int{len(paths), enabled, astray, stillOn}, []int{r.Contexts, r.Enabled, r.Astray, r.StillOn})
	require.Positive(t, enabled)
}

// onTheWay reports whether a path leads through a place, or to one that does.
func onTheWay(path, place string, paths map[string]pythia.TracePointID) bool {
	for other := range paths {
		if strings.HasPrefix(other, path) && strings.Contains(other, place) {
			return true
		}
	}
	return false
}

// TestTrial is about the rest of what a trial is asked and says.
func TestTrial(t *testing.T) {
	traces, planted := faulty(t, strategytest.CacheMiss)
	run := func(t *testing.T, change func(*replay.Trial)) *replay.Result {
		trial := search(t, traces, 1)
		trial.Truth = truthOf(planted)
		change(&trial)
		r, err := trial.Run(t.Context())
		require.NoError(t, err)
		return r
	}
	first := run(t, func(*replay.Trial) {})
	require.True(t, first.Found)
	t.Run("same again", func(t *testing.T) {
		again := run(t, func(*replay.Trial) {})
		require.Len(t, again.Decisions, len(first.Decisions))
		again.Decisions = first.Decisions
		require.Equal(t, first, again)
	})
	t.Run("other order", func(t *testing.T) {
		other := run(t, func(trial *replay.Trial) {
			trial.Application = newApplication(t, replay.Config{Traces: traces, Seed: 2})
		})
		require.True(t, other.Found)
		require.NotEqual(t, first.Diagnosis, other.Diagnosis)
	})
	t.Run("a service", func(t *testing.T) {
		r := run(t, func(trial *replay.Trial) { trial.Truth.Operation = "" })
		require.True(t, r.Found)
		require.LessOrEqual(t, r.Astray, first.Astray, "all in the service is on the way")
	})
	t.Run("any request type", func(t *testing.T) {
		var ended []string
		r := run(t, func(trial *replay.Trial) {
			trial.Truth.RequestType = ""
			trial.OnCycle = func(c *pythia.Cycle) {
				for _, d := range c.Concluded {
					ended = append(ended, d.RequestType)
				}
			}
		})
		require.Equal(t, ended[0], r.Diagnosis.RequestType, "the first of %v", ended)
	})
	t.Run("another place", func(t *testing.T) {
		r := run(t, func(trial *replay.Trial) { trial.Truth.Operation = "nothing" })
		require.False(t, r.Found || r.Named)
		require.Equal(t, first.Enabled, r.Enabled)
		require.Equal(t, r.Enabled, r.Astray)
	})
	t.Run("given up", func(t *testing.T) {
		r := run(t, func(trial *replay.Trial) { trial.MaxCycles = 2 })
		require.Equal(t, 2, r.Cycles)
		require.Equal(t, 600, r.Requests)
		require.Nil(t, r.Diagnosis)
		require.Empty(t, r.Stop)
		require.False(t, r.Found || r.Named)
		require.Zero(t, r.StillOn)
	})
	t.Run("stopped", func(t *testing.T) {
		trial := search(t, traces, 1)
		trial.Truth = truthOf(planted)
		_, err := trial.Run(cancelled(t))
		require.ErrorIs(t, err, context.Canceled)
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		trial.OnCycle = func(c *pythia.Cycle) {
			if c.Number == 2 {
				cancel(enough)
			}
		}
		_, err = trial.Run(ctx)
		require.ErrorIs(t, err, enough)
	})
}

// alike are requests among which nothing varies.
func alike(t *testing.T) (traces []*pythia.Trace) {
	for i := range 100 {
		traces = append(traces, buy(t, fmt.Sprint(i), int64(i)*second))
	}
	return traces
}

func TestNothingToFind(t *testing.T) {
	trial := search(t, alike(t), 1)
	trial.Truth, trial.PerCycle, trial.MaxCycles = replay.Truth{Service: "bank"}, 0, 5
	r, err := trial.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, &replay.Result{Cycles: 5, Requests: 500, Contexts: 4, Decisions: r.Decisions}, r)
}

func TestTrialSettings(t *testing.T) {
	for _, c := range []struct {
		change func(*replay.Trial)
		want   string
	}{
		{func(trial *replay.Trial) { trial.Application = nil }, "needs an Application"},
		{func(trial *replay.Trial) { trial.Engine.Loop.Space = nil }, "needs Engine.Loop.Space and Engine.Loop.Strategy"},
		{func(trial *replay.Trial) { trial.Engine.Loop.Strategy = nil }, "needs Engine.Loop.Space and Engine.Loop.Strategy"},
		{func(trial *replay.Trial) { trial.Engine.Grouper = nil }, "Grouper"},
		{func(trial *replay.Trial) { trial.PerCycle = -1 }, "must not be negative"},
		{func(trial *replay.Trial) { trial.MaxCycles = -1 }, "must not be negative"},
		{func(trial *replay.Trial) { trial.PerCycle = math.MaxInt64 }, "make PerCycle or MaxCycles smaller"},
		{func(trial *replay.Trial) { trial.MaxCycles = math.MaxInt64 }, "make PerCycle or MaxCycles smaller"},
		{func(trial *replay.Trial) { trial.Truth = replay.Truth{} }, "name the Service"},
		{func(trial *replay.Trial) { trial.Truth.RequestType = "GET /nothing" }, "take one of Application.RequestTypes"},
	} {
		trial := search(t, alike(t), 1)
		trial.Truth = replay.Truth{Service: "bank"}
		c.change(&trial)
		_, err := trial.Run(t.Context())
		require.ErrorContains(t, err, c.want)
	}
}
