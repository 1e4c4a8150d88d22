package pythia_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// TestLoopRunEndsWithEverythingOff: points, what a profile has on, and attributes of always-on points.
func TestLoopRunEndsWithEverythingOff(t *testing.T) {
	t.Run("points", func(t *testing.T) {
		r := newLoopRun(t, newLoopApp(t))
		r.bimodal("a21")
		require.NoError(t, r.runFor(4))
		require.NotZero(t, r.cycles[3].Cost.Points)
		require.Empty(t, r.on())
	})
	t.Run("profile", func(t *testing.T) {
		r := newLoopRun(t, newLoopApp(t))
		require.NoError(t, r.runFor(2, func(c *pythia.Config) { c.Loop.ProfileEvery, c.Loop.Space = time.Hour, new(emptySpace) }))
		require.NotZero(t, r.cycles[1].ProfiledOneIn)
		require.Empty(t, r.on())
	})
	t.Run("attributes", func(t *testing.T) {
		r := newLoopRun(t, newLoopApp(t))
		r.bimodal("GET /a")
		var on []string
		require.NoError(t, r.runFor(10))
		for _, c := range r.cycles {
			for _, s := range c.Enabled {
				on = append(on, s.Attributes...)
			}
		}
		require.NotEmpty(t, on, r.log())
		require.Empty(t, r.AttributesOn(loopPoint("GET /a")))
	})
}

// emptySpace knows nothing and learns nothing.
type emptySpace struct{ pythia.SearchSpace }

func (emptySpace) Observe(*pythia.Trace)                             {}
func (emptySpace) Callers([]pythia.TracePointID) []pythia.SearchNode { return nil }
func (emptySpace) Children(pythia.ContextID) []pythia.SearchNode     { return nil }
func (emptySpace) Inside([]pythia.TracePointID, pythia.Event, pythia.Event) []pythia.SearchNode {
	return nil
}

// TestLoopRunSurvivesOnCycle that panics.
func TestLoopRunSurvivesOnCycle(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	log := new(syncBuffer)
	e := newLoopEngine(t, r.loopApp, func(c *pythia.Config) {
		c.Logger, c.Loop.Interval = log.logger(), time.Millisecond
		c.Loop.OnCycle = func(*pythia.Cycle) {
			if told++; told == 3 {
				cancel()
			}
			panic("no")
		}
	})
	require.NoError(t, e.Run(ctx))
	require.Equal(t, 3, told)
	require.Contains(t, log.String(), "OnCycle panicked: no")
}

// TestLoopRunEndsDuringACall: the call that the end interrupts switches points on, and they go off all the same.
func TestLoopRunEndsDuringACall(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	ctx, cancel := context.WithCancel(t.Context())
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "EnableOnlyFor" {
			cancel()
			time.Sleep(10 * time.Millisecond) // a controller that takes its time
		}
		return nil
	})
	e := newLoopEngine(t, r.loopApp, func(c *pythia.Config) {
		c.Loop.Controller, c.Loop.Interval, c.Loop.Timeout = f, time.Millisecond, 10*time.Second
		c.Loop.OnCycle = func(*pythia.Cycle) { r.run(loopInterval, r.engine.Observe) }
	})
	r.engine = e
	require.NoError(t, e.Run(ctx))
	require.Empty(t, r.on())
}

// TestLoopRunsAgain: an Engine that has ended can run once more, and what was on is on again.
func TestLoopRunsAgain(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	require.NoError(t, r.runFor(4))
	require.Empty(t, r.on())
	r.cycles = nil
	d := r.concluded(10)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Equal(t, []string{"a21"}, r.on())
}

// TestLoopRunSaysThatItCannotSwitchOff, and a later step tries again.
func TestLoopRunSaysThatItCannotSwitchOff(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	f.set(func(m string, ids ...pythia.TracePointID) error {
		if m == "Disable" {
			return &pythia.PointError{ID: loopPoint("a2"), Err: errBroken}
		}
		return nil
	})
	err := r.runFor(4, func(c *pythia.Config) { c.Loop.Controller = f })
	require.ErrorContains(t, err, `pythia: trace point "shop a2": broken`)
	require.ErrorContains(t, err, "which the leases do too")
	require.Contains(t, r.on(), "a2")
	f.set(nil)
	delete(r.slow, "a21")
	for range 15 {
		r.step()
	}
	_, err = r.engine.Report(t.Context())
	require.NoError(t, err)
	r.step()
	require.NotContains(t, r.on(), "a2")
}

// TestLoopRunEndsThoughTheControllerHangs.
func TestLoopRunEndsThoughTheControllerHangs(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	released := make(chan struct{})
	defer close(released)
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "Disable" {
			<-released
		}
		return nil
	})
	require.ErrorContains(t, r.runFor(4, func(c *pythia.Config) { c.Loop.Controller, c.Loop.Timeout = f, 20*time.Millisecond }), "switching everything off")
}
