package pythia_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// TestLoopBudget has each part of the budget bind: it is never exceeded, by estimate, and the search ends for want of it.
func TestLoopBudget(t *testing.T) {
	unbounded := pythia.Cost{Points: -1, SpansPerSecond: -1, BytesPerSecond: -1, CPU: -1}
	for name, bind := range map[string]func(b *pythia.Cost){
		"points": func(b *pythia.Cost) { b.Points = 2 },
		"spans":  func(b *pythia.Cost) { b.SpansPerSecond = 25 },
		"bytes":  func(b *pythia.Cost) { b.BytesPerSecond = 25 * pythia.DefaultSpanBytes },
		"CPU":    func(b *pythia.Cost) { b.CPU = 25 * pythia.DefaultSpanCPU.Seconds() },
	} {
		t.Run(name, func(t *testing.T) {
			budget := unbounded
			bind(&budget)
			r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Budget = budget })
			r.step() // its rate is not known yet
			r.bimodal("a1")
			for _, part := range []*float64{&budget.SpansPerSecond, &budget.BytesPerSecond, &budget.CPU} {
				if *part < 0 {
					*part = math.Inf(1)
				}
			}
			if budget.Points < 0 {
				budget.Points = math.MaxInt
			}
			most := 0
			for range 12 {
				c := r.step()
				require.True(t, c.Cost.Within(budget), "%+v is beyond %+v\n%s", c.Cost, budget, r.log())
				most = max(most, c.Cost.Points)
			}
			require.NotZero(t, most, r.log())
			require.LessOrEqual(t, most, 2, r.log())
		})
	}
}

// TestLoopUnaffordable: nothing of what lies inside has room.
func TestLoopUnaffordable(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Budget.SpansPerSecond = 0.5 })
	r.bimodal("a21")
	d := r.concluded(10)
	require.Equal(t, pythia.StopUnaffordable, d.Stop)
	require.Empty(t, d.Hypotheses)
	require.Equal(t, loopPoint("GET /a"), d.Findings[0].Location.Point)
	require.Empty(t, r.on())
}

// TestLoopDropsWhatCostsMore than was estimated: each request passes the point a hundred times, which the search space did not know.
func TestLoopDropsWhatCostsMore(t *testing.T) {
	a := newLoopApp(t)
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Budget.SpansPerSecond = 100 })
	r.times["a1"] = 100
	r.bimodal("a21")
	r.until(10, func(c *pythia.Cycle) bool { return len(r.on()) > 0 })
	require.Contains(t, r.on(), "a1", r.log())
	c := r.step()
	require.NotContains(t, r.on(), "a1", r.log())
	require.LessOrEqual(t, c.Cost.SpansPerSecond, 100.0)
	d := r.concluded(20)
	h := hypothesis(t, d, "a1")
	require.Equal(t, pythia.OutcomeDropped, h.Outcome)
	require.Equal(t, "what is on costs more than the budget", h.WhyDisabled)
}

// TestLoopSharesTheBudget between two request types: both are diagnosed, one after the other if need be.
func TestLoopSharesTheBudget(t *testing.T) {
	a := newLoopApp(t)
	a.perSec["GET /b"] = 10
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Budget.Points = 3 })
	r.bimodal("a21")
	r.bimodal("b2")
	ended := map[string]*pythia.Diagnosis{}
	for range 30 {
		c := r.step()
		require.LessOrEqual(t, c.Cost.Points, 3)
		require.LessOrEqual(t, len(r.on()), 3, r.log())
		for _, d := range c.Concluded {
			ended[d.RequestType] = d
			_, err := r.engine.Report(t.Context())
			require.NoError(t, err)
		}
	}
	require.Contains(t, ended, "shop GET /a", r.log())
	require.Contains(t, ended, "shop GET /b", r.log())
	require.Equal(t, loopPoint("a21"), ended["shop GET /a"].Findings[0].Location.Point, r.log())
	require.Equal(t, loopPoint("b2"), ended["shop GET /b"].Findings[0].Location.Point, r.log())
}

// TestLoopDoesNotWaitForever for points that a diagnosis holds which nobody reads.
func TestLoopDoesNotWaitForever(t *testing.T) {
	few := func(c *pythia.Config) { c.Loop.Budget.Points, c.Loop.Patience = 1, 5 }
	a := newLoopApp(t)
	a.perSec["GET /b"] = 10
	r := newLoopRun(t, a, few)
	r.bimodal("a2")
	r.bimodal("b1")
	a.perSec["GET /b"] = 0
	require.Equal(t, loopPoint("a2"), r.concluded(20).Findings[0].Location.Point)
	require.Equal(t, []string{"a2"}, r.on())
	a.perSec["GET /b"] = 10
	require.Equal(t, pythia.StopUnaffordable, r.concluded(20).Stop, r.log())
}

// TestLoopCountsTheFirstRequestsOnce: the rate is that of the requests, from the first step on which it is known.
func TestLoopCountsTheFirstRequestsOnce(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	r.step()
	require.Equal(t, 100, r.step().Requests)
	require.InDelta(t, 30, r.cycles[1].Cost.SpansPerSecond, 1, "three points, ten requests per second")
}

// TestLoopMeasuresCost where the controller does: here it is more than the budget has room for.
func TestLoopMeasuresCost(t *testing.T) {
	a := newLoopApp(t)
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Controller = metered{a.leases} })
	r.bimodal("a21")
	require.Equal(t, pythia.StopUnaffordable, r.concluded(10).Stop)
}

// metered says that points take long.
type metered struct{ *tracepoint.Leases }

func (metered) HitCost(pythia.TracePointID) (pythia.HitCost, bool) {
	return pythia.HitCost{CPU: time.Second, Bytes: 100}, true
}

// TestLoopReusesWhatItHasFreed: there is room for one point at a time, and the first ones do not help.
func TestLoopReusesWhatItHasFreed(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Budget.Points = 1 })
	r.bimodal("a1")
	require.Equal(t, loopPoint("a1"), r.concluded(20).Findings[0].Location.Point, r.log())
}
