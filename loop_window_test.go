package pythia_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/grouping"
)

// groups returns what the report says of the requests of late.
func (r *loopRun) groups() []*pythia.Group {
	r.Helper()
	report, err := r.engine.Report(r.Context())
	require.NoError(r, err)
	return report.Groups
}

// TestLoopForgetsOldBehaviour: half a window is kept at least, a whole one at most.
func TestLoopForgetsOldBehaviour(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.MinRequests = 1e6 })
	for range 20 {
		r.step()
		n := r.groups()[0].Traces
		require.LessOrEqual(t, n, 1200, "in two minutes")
		if len(r.cycles) > 6 {
			require.GreaterOrEqual(t, n, 600)
		}
	}
	r.bimodal("a21")
	for range 12 {
		r.step()
	}
	require.Greater(t, r.groups()[0].MeanSeconds, 0.018, "nothing of the better times")
	r.perSec["GET /a"] = 0
	for range 13 {
		r.step()
	}
	require.Empty(t, r.groups())
}

// TestLoopCountsNoWorkflowThatSawASwitch: it began before, and shows the points partly.
func TestLoopCountsNoWorkflowThatSawASwitch(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	r.step()
	var early []*pythia.Trace
	for i := range 100 {
		early = append(early, r.request("GET /a", r.clock.Now().Add(time.Duration(i)*time.Millisecond), r.recorded))
	}
	require.NotEmpty(t, r.step().Enabled)
	require.Empty(t, r.groups())
	for _, trace := range early {
		r.engine.Observe(trace)
	}
	require.Empty(t, r.groups())
	r.engine.Observe(r.request("GET /a", r.clock.Now(), r.recorded))
	require.Equal(t, 1, r.groups()[0].Traces)
}

// TestLoopRestartsNoOtherWindow: what is switched for one request type leaves the windows of others alone, if the controller can tell them apart.
func TestLoopRestartsNoOtherWindow(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /b"] = 10
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Controller = a.leases })
	r.warmUp()
	r.bimodal("a21")
	r.until(10, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	groups := r.groups()
	require.Len(t, groups, 1)
	require.Equal(t, "shop GET /b", groups[0].RequestType)
}

// TestLoopGroupsSurviveSwitching: groups are by the skeleton, though the grouper would tell trace points apart.
func TestLoopGroupsSurviveSwitching(t *testing.T) {
	seen := make(map[string]bool)
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Grouper = spy{c.Grouper, seen} })
	r.bimodal("a21")
	keys := make(map[pythia.GroupKey]bool)
	shown := false
	for range 10 {
		r.step()
		r.engine.Observe(r.request("GET /a", r.clock.Now(), r.recorded))
		shown = shown || len(r.on()) > 0
		for _, g := range r.groups() {
			if g.Traces >= 50 {
				keys[g.Key] = true
			}
		}
	}
	require.True(t, shown)
	require.Len(t, keys, 1)
	require.Equal(t, map[string]bool{"GET /a": true}, seen)
}

// spy is a grouper that notes which points it is shown.
type spy struct {
	pythia.Grouper
	seen map[string]bool
}

func (s spy) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	for i := range t.Spans {
		s.seen[t.Spans[i].Point.Name] = true
	}
	return s.Grouper.Group(t)
}

// TestLoopIgnoresWhatTheGrouperLeavesOut, and what lasts over a week, and counts it.
func TestLoopIgnoresWhatTheGrouperLeavesOut(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Grouper = only{grouping.Finest{}, "GET /b"} })
	r.step()
	endless := r.request("GET /a", r.clock.Now(), r.recorded)
	endless.Spans[0].EndNanos += int64(8 * 24 * time.Hour)
	again, err := pythia.NewTrace("endless", endless.Spans)
	require.NoError(t, err)
	r.engine.Observe(again)
	report, err := r.engine.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, 101, report.Input.Traces)
	require.Equal(t, 101, report.Input.Ignored)
	require.Empty(t, report.Groups)
}

// only groups the requests of one root.
type only struct {
	pythia.Grouper
	root string
}

func (o only) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	key, ok := o.Grouper.Group(t)
	return key, ok && strings.HasSuffix(t.RequestType, o.root)
}
