package pythia_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// Controllers with some of the optional abilities only.
type (
	onlyLeaser struct {
		pythia.TracePointController
		pythia.Leaser
	}
	onlySelector struct {
		pythia.TracePointController
		pythia.Selector
	}
	// lacking has all abilities, and none of them works.
	lacking struct{ pythia.TracePointController }
	// selecting is like it, but can select.
	selecting struct {
		lacking
		selector pythia.Selector
	}
)

func unsupported(ids []pythia.TracePointID) error {
	var errs []error
	for _, id := range ids {
		errs = append(errs, &pythia.PointError{ID: id, Err: errors.ErrUnsupported})
	}
	return errors.Join(errs...)
}

func (lacking) EnableFor(_ context.Context, _ time.Duration, ids ...pythia.TracePointID) error {
	return unsupported(ids)
}

func (lacking) EnableOnly(_ context.Context, _ pythia.Selection, ids ...pythia.TracePointID) error {
	return unsupported(ids)
}

func (lacking) EnableOnlyFor(_ context.Context, _ time.Duration, _ pythia.Selection, ids ...pythia.TracePointID) error {
	return unsupported(ids)
}

func (lacking) EnableAttributes(_ context.Context, id pythia.TracePointID, _ ...string) error {
	return unsupported([]pythia.TracePointID{id})
}

func (lacking) DisableAttributes(_ context.Context, id pythia.TracePointID, _ ...string) error {
	return unsupported([]pythia.TracePointID{id})
}

func (s selecting) EnableOnly(ctx context.Context, sel pythia.Selection, ids ...pythia.TracePointID) error {
	return s.selector.EnableOnly(ctx, sel, ids...)
}

// TestLoopUsesWhatTheControllerCan: the place is found in any case; for whom points are on, and whether they expire, depends.
func TestLoopUsesWhatTheControllerCan(t *testing.T) {
	for name, c := range map[string]struct {
		wrap               func(*testing.T, *loopApp) pythia.TracePointController
		selects, explained bool
		method             string
	}{
		"all":      {func(_ *testing.T, a *loopApp) pythia.TracePointController { return a.leases }, true, true, "EnableOnly"},
		"recorder": {func(_ *testing.T, a *loopApp) pythia.TracePointController { return a.Recorder }, true, true, "EnableOnlyFor"},
		"basic":    {func(_ *testing.T, a *loopApp) pythia.TracePointController { return a.Plain() }, false, false, "Enable"},
		"leaser": {func(_ *testing.T, a *loopApp) pythia.TracePointController {
			return onlyLeaser{a.Plain(), a.Recorder}
		}, false, false, "EnableFor"},
		"selector": {func(_ *testing.T, a *loopApp) pythia.TracePointController {
			return onlySelector{a.Plain(), a.Recorder}
		}, true, false, "EnableOnly"},
		"lacking": {func(_ *testing.T, a *loopApp) pythia.TracePointController { return lacking{a.Plain()} }, false, false, "Enable"},
		"lacking all but selection": {func(_ *testing.T, a *loopApp) pythia.TracePointController {
			return selecting{lacking{a.Plain()}, a.Recorder}
		}, true, false, "EnableOnly"},
		"leases of a basic one": {func(t *testing.T, a *loopApp) pythia.TracePointController {
			l, err := tracepoint.NewLeases(a.Plain(), tracepoint.LeaseConfig{Clock: &a.clock})
			require.NoError(t, err)
			t.Cleanup(func() { _ = l.Close() })
			return l
		}, false, false, "Enable"},
		"router": {func(t *testing.T, a *loopApp) pythia.TracePointController {
			l, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, a.leases)
			require.NoError(t, err)
			return l
		}, true, true, "EnableOnly"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newLoopApp(t)
			a.perSec["GET /b"] = 10
			r := newLoopRun(t, a, func(cfg *pythia.Config) { cfg.Loop.Controller = c.wrap(t, a) })
			r.warmUp()
			calls := len(a.Calls())
			r.bimodal("a21")
			r.until(10, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
			for _, call := range a.Calls()[calls:] {
				if call.Method != "Disable" {
					require.Equal(t, c.method, call.Method)
				}
			}
			others := r.groups()
			if c.selects {
				require.Equal(t, []string{"shop GET /a"}, r.Selection(loopPoint("a1")).RequestTypes)
				require.Len(t, others, 1, "the other type's window goes on")
			} else {
				require.Empty(t, r.Selection(loopPoint("a1")).RequestTypes)
				require.Empty(t, others, "something was switched for all")
			}
			d := r.concluded(15)
			require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
			if c.explained {
				require.Equal(t, pythia.StopExplained, d.Stop)
			} else {
				require.Equal(t, pythia.StopLeaf, d.Stop)
				require.Equal(t, pythia.OutcomeFailed, hypothesis(t, d, "a21", "n").Outcome)
			}
			_, err := r.engine.Report(t.Context())
			require.NoError(t, err)
			r.step()
			require.Empty(t, r.on())
		})
	}
}

// TestLoopRenewsLeases at each step: points stay on as long as the loop steps, and go off when it does not.
func TestLoopRenewsLeases(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Loop.Lease = 2 * loopInterval })
	r.bimodal("a21")
	r.concluded(15)
	for range 5 {
		r.step()
		require.Equal(t, []string{"a21"}, r.on())
		require.Equal(t, []string{"n"}, r.AttributesOn(loopPoint("a21")))
	}
	r.clock.Advance(19 * time.Second)
	require.Equal(t, []string{"a21"}, r.on())
	r.clock.Advance(time.Second)
	require.Empty(t, r.on())
	require.Empty(t, r.AttributesOn(loopPoint("a21")))
	r.step()
	require.Equal(t, []string{"a21"}, r.on(), "a loop that was stuck switches it on again")
}

// TestLoopSharesAPoint between request types: it is on for both, and off for each in its time.
func TestLoopSharesAPoint(t *testing.T) {
	loopTreeShared := newLoopApp(t)
	loopTreeShared.perSec = map[string]int{"GET /b": 10, "GET /d": 10}
	r := newLoopRun(t, loopTreeShared)
	r.bimodal("shared")
	r.until(15, func(*pythia.Cycle) bool { return len(r.Selection(loopPoint("shared")).RequestTypes) == 2 })
	require.Equal(t, []string{"shop GET /b", "shop GET /d"}, r.Selection(loopPoint("shared")).RequestTypes)
	r.perSec["GET /d"] = 0
	for range 5 {
		r.step()
	}
	require.Contains(t, r.on(), "shared")
	_, err := r.engine.Report(t.Context())
	require.NoError(t, err)
	r.step()
	require.Equal(t, []string{"shop GET /d"}, r.Selection(loopPoint("shared")).RequestTypes, r.log())
}
