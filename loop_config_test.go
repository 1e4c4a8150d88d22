package pythia_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
)

// TestLoopConfigIsChecked: what cannot be is refused with a word on what to do.
func TestLoopConfigIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*pythia.LoopConfig)
		says string
	}{
		"no space":      {func(c *pythia.LoopConfig) { c.Space = nil }, "defaults.Live"},
		"no strategy":   {func(c *pythia.LoopConfig) { c.Strategy = nil }, "defaults.Live"},
		"interval":      {func(c *pythia.LoopConfig) { c.Interval = -1 }, "must not be negative"},
		"patience":      {func(c *pythia.LoopConfig) { c.Patience = -1 }, "must not be negative"},
		"share":         {func(c *pythia.LoopConfig) { c.MinShare = 1 }, "MinShare must lie in [0,1)"},
		"lease":         {func(c *pythia.LoopConfig) { c.Interval, c.Lease = loopInterval, 2*loopInterval-1 }, "make it two Intervals at least, or leave it 0"},
		"default lease": {func(c *pythia.LoopConfig) { c.Lease = 19e9 }, "a Lease of 19s can end before the next step, an Interval of 10s later"},
		"window":        {func(c *pythia.LoopConfig) { c.Interval = 6 * time.Minute }, "a Window of 10m0s forgets requests before the next step"},
		"just enough":   {func(c *pythia.LoopConfig) { c.Lease, c.Window = 2*loopInterval, 2*loopInterval }, ""},
		"no controller": {func(c *pythia.LoopConfig) { c.Controller = nil }, ""},
		"zero":          {func(c *pythia.LoopConfig) { c.Now = nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := defaults.Live(newLoopApp(t).leases)
			require.NoError(t, err)
			c.set(&cfg.Loop)
			_, err = pythia.New(cfg)
			if c.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.says)
			}
		})
	}
}

// TestLoopEnginesDoNotMerge, but fork: a fork only analyses.
func TestLoopEnginesDoNotMerge(t *testing.T) {
	a := newLoopApp(t)
	e := newLoopEngine(t, a)
	fork := e.Fork()
	require.ErrorContains(t, e.Merge(fork), "do not merge")
	require.ErrorContains(t, fork.Merge(e), "do not merge")
	a.run(loopInterval, fork.Observe)
	report, err := fork.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, 100, report.Groups[0].Traces)
	_, err = fork.Step(t.Context())
	require.Error(t, err)
}

// TestLoopFollowsSoManyTypes: further ones are followed together, and what is switched for them is on for all.
func TestLoopFollowsSoManyTypes(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand request types")
	}
	a := newLoopApp(t)
	r := newLoopRun(t, a)
	a.perSec["GET /a"] = 0
	for i := range 1000 {
		trace, err := pythia.NewTrace("x", []pythia.Span{{ID: "x", Point: loopPoint(fmt.Sprintf("root-%d", i)), StartNanos: a.clock.Now().UnixNano(), EndNanos: a.clock.Now().UnixNano() + 1}})
		require.NoError(t, err)
		r.engine.Observe(trace)
	}
	r.step()
	a.perSec["GET /a"] = 20
	r.bimodal("a1")
	c := r.until(10, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	require.Equal(t, "(other)", c.Enabled[0].RequestType)
	require.Equal(t, pythia.Selection{}, r.Selection(loopPoint("a1")))
	d := r.concluded(15)
	require.Equal(t, loopPoint("a1"), d.Findings[0].Location.Point)
}
