package pythia_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// faulty is a controller with a fault: it is called before every call, and fails the call if it returns an error. Calls that it has let through are
// carried out even if nobody waits for them any more.
type faulty struct {
	*tracepoint.Leases
	mu    sync.Mutex
	fault func(method string, ids ...pythia.TracePointID) error
	gone  []pythia.TracePointID // points that are not there
}

func (f *faulty) set(fault func(method string, ids ...pythia.TracePointID) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *faulty) fail(method string, ids ...pythia.TracePointID) error {
	f.mu.Lock()
	fault := f.fault
	f.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(method, ids...)
}

func (f *faulty) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := f.fail("Points"); err != nil {
		return nil, err
	}
	points, err := f.Leases.Points(ctx)
	return slices.DeleteFunc(points, func(p pythia.TracePoint) bool { return slices.Contains(f.gone, p.ID) }), err
}

func (f *faulty) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	if err := f.fail("EnableOnlyFor", ids...); err != nil {
		return err
	}
	var errs []error
	for _, id := range f.gone {
		if slices.Contains(ids, id) {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
		}
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id pythia.TracePointID) bool { return slices.Contains(f.gone, id) })
	return errors.Join(append(errs, f.Leases.EnableOnlyFor(context.WithoutCancel(ctx), lease, s, ids...))...)
}

func (f *faulty) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	if err := f.fail("Disable", ids...); err != nil {
		return err
	}
	return f.Leases.Disable(ctx, ids...)
}

func (f *faulty) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	if err := f.fail("EnableAttributes", id); err != nil {
		return err
	}
	return f.Leases.EnableAttributes(ctx, id, keys...)
}

func (f *faulty) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	if err := f.fail("DisableAttributes", id); err != nil {
		return err
	}
	return f.Leases.DisableAttributes(ctx, id, keys...)
}

// newFaultyRun is a run in which the controller can have faults.
func newFaultyRun(t *testing.T, settings ...func(*pythia.Config)) (*loopRun, *faulty) {
	a := newLoopApp(t)
	f := &faulty{Leases: a.leases}
	return newLoopRun(t, a, append(settings, func(c *pythia.Config) { c.Loop.Controller, c.Loop.Timeout = f, 20*time.Millisecond })...), f
}

var errBroken = errors.New("broken")

// waysToFail are how a call can go wrong: the function fails it. release lets hanging calls go on.
func waysToFail(t *testing.T) map[string]func() (fail func(ids ...pythia.TracePointID) error, release func()) {
	nothing := func() {}
	return map[string]func() (func(...pythia.TracePointID) error, func()){
		"error": func() (func(...pythia.TracePointID) error, func()) {
			return func(...pythia.TracePointID) error { return errBroken }, nothing
		},
		"point errors": func() (func(...pythia.TracePointID) error, func()) {
			return func(ids ...pythia.TracePointID) error {
				errs := []error{}
				for _, id := range ids {
					errs = append(errs, &pythia.PointError{ID: id, Err: errBroken})
				}
				if len(ids) == 0 {
					return errBroken
				}
				return errors.Join(errs...)
			}, nothing
		},
		"panic": func() (func(...pythia.TracePointID) error, func()) {
			return func(...pythia.TracePointID) error { panic(errBroken) }, nothing
		},
		"hang": func() (func(...pythia.TracePointID) error, func()) {
			released := make(chan struct{})
			release := sync.OnceFunc(func() { close(released) })
			t.Cleanup(release)
			return func(...pythia.TracePointID) error { <-released; return nil }, release
		},
	}
}

// TestLoopSurvivesABrokenController breaks one method for some steps. The loop says so, goes on when the controller works again, finds the
// place, and leaves nothing on.
func TestLoopSurvivesABrokenController(t *testing.T) {
	for _, method := range []string{"Points", "EnableOnlyFor", "Disable", "EnableAttributes"} {
		for name, way := range waysToFail(t) {
			t.Run(method+" "+name, func(t *testing.T) {
				r, f := newFaultyRun(t)
				r.bimodal("a21")
				fail, release := way()
				r.step()
				f.set(func(m string, ids ...pythia.TracePointID) error {
					if m == method {
						return fail(ids...)
					}
					return nil
				})
				problems := 0
				for range 6 {
					problems += len(r.step().Problems)
				}
				require.NotZero(t, problems, r.log())
				f.set(nil)
				release()
				r.settle()
				if last := r.cycles[len(r.cycles)-1]; len(last.Concluded) == 0 && r.diagnosis().Stop == "" {
					r.concluded(20)
				}
				if name != "point errors" || method != "EnableOnlyFor" { // then it is the points that do not work
					require.Equal(t, loopPoint("a21"), r.diagnosis().Findings[0].Location.Point, r.log())
					require.Equal(t, []string{"a21"}, r.on(), r.log())
				}
				_, err := r.engine.Report(t.Context())
				require.NoError(t, err)
				require.Empty(t, r.step().Problems)
				require.Empty(t, r.on())
			})
		}
	}
}

// settle makes steps until one is without problems: calls that hang come back at their own time.
func (r *loopRun) settle() {
	r.Helper()
	require.Eventually(r, func() bool { return len(r.step().Problems) == 0 }, 10*time.Second, time.Millisecond, "%s", r.log)
}

// diagnosis returns the last one, without reading a report.
func (r *loopRun) diagnosis() *pythia.Diagnosis {
	r.Helper()
	for i := len(r.cycles) - 1; i >= 0; i-- {
		if c := r.cycles[i]; len(c.Concluded)+len(c.Searching) > 0 {
			return append(c.Concluded, c.Searching...)[0]
		}
	}
	require.Fail(r, "no diagnosis", "%s", r.log())
	return nil
}

func TestLoopGivesUpOnAPointThatFails(t *testing.T) {
	r, _ := newFaultyRun(t)
	r.bimodal("a21")
	r.Recorder.Fail(errBroken, loopPoint("a21"))
	d := r.concluded(15)
	h := hypothesis(t, d, "a21")
	require.Equal(t, pythia.OutcomeFailed, h.Outcome)
	require.Equal(t, "broken", h.WhyDisabled)
	require.Equal(t, pythia.StopLeaf, d.Stop)
	require.Equal(t, loopPoint("a2"), d.Findings[0].Location.Point, r.log())
}

// TestLoopSwitchesOffWhatCameOnLate has an Enable time out that the controller carries out later, when the variation is gone.
func TestLoopSwitchesOffWhatCameOnLate(t *testing.T) {
	r, f := newFaultyRun(t)
	r.warmUp()
	r.bimodal("a21")
	released := make(chan struct{})
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "EnableOnlyFor" {
			<-released
		}
		return nil
	})
	r.until(5, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
	delete(r.slow, "a21")
	f.set(nil)
	close(released)
	require.Eventually(t, func() bool { return len(r.on()) > 0 }, 10*time.Second, time.Millisecond)
	r.settle()
	for range 15 {
		require.Empty(t, r.step().Problems)
	}
	require.Empty(t, r.on(), r.log())
}

// TestLoopIsNotDeafToTheRest calls a method that hangs once only, and takes one timeout a step at most.
func TestLoopCallsOnceWhatHangs(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	released := make(chan struct{})
	defer close(released)
	var calls []string
	f.set(func(m string, _ ...pythia.TracePointID) error {
		f.mu.Lock()
		calls = append(calls, m)
		f.mu.Unlock()
		<-released
		return nil
	})
	for range 5 {
		require.NotEmpty(t, r.step().Problems)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Equal(t, []string{"Points"}, calls)
}

// TestLoopRetriesSwitchingOff has Disable fail for one point for some steps.
func TestLoopRetriesSwitchingOff(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	f.set(func(m string, ids ...pythia.TracePointID) error {
		for _, id := range ids {
			if m == "Disable" && id == loopPoint("a1") {
				return &pythia.PointError{ID: id, Err: errBroken}
			}
		}
		return nil
	})
	r.concluded(15)
	require.Contains(t, r.on(), "a1")
	require.Contains(t, strings.Join(r.step().Problems, "\n"), `pythia: switching "shop a1" off, which the next step tries again: broken`)
	f.set(nil)
	require.Empty(t, r.step().Problems)
	require.NotContains(t, r.on(), "a1")
	calls := len(r.Calls())
	r.step()
	for _, c := range r.Calls()[calls:] {
		require.NotEqual(t, "Disable", c.Method, "what is off is left alone")
	}
}

// TestLoopRetriesSwitchingAttributesOff: those of an always-on point do not go off with the point.
func TestLoopRetriesSwitchingAttributesOff(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("GET /a")
	r.concluded(15)
	require.Equal(t, []string{"n"}, r.AttributesOn(loopPoint("GET /a")), r.log())
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "DisableAttributes" {
			return errBroken
		}
		return nil
	})
	_, err := r.engine.Report(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, r.step().Problems)
	require.NotEmpty(t, r.step().Problems)
	f.set(nil)
	require.Empty(t, r.step().Problems)
	require.Empty(t, r.AttributesOn(loopPoint("GET /a")))
}

// TestLoopSwitchesAPointOffWhoseAttributesFail: it was on for the sake of its attributes only.
func TestLoopSwitchesAPointOffWhoseAttributesFail(t *testing.T) {
	r, f := newFaultyRun(t)
	r.slow["GET /a"] = r.slow["a21"]
	r.bimodal("a21")
	f.set(func(m string, ids ...pythia.TracePointID) error {
		if m == "EnableAttributes" {
			return &pythia.PointError{ID: ids[0], Err: errBroken}
		}
		return nil
	})
	r.concluded(15)
	require.Equal(t, []string{"a21"}, r.on(), r.log())
}

// TestLoopAsksAgainForAttributes that could not be switched on because the controller as a whole did not work.
func TestLoopAsksAgainForAttributes(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "EnableAttributes" {
			return errBroken
		}
		return nil
	})
	r.until(10, func(c *pythia.Cycle) bool { return len(c.Problems) > 0 })
	f.set(nil)
	d := r.concluded(15)
	require.Equal(t, pythia.StopExplained, d.Stop, r.log())
}

// TestLoopWaitsForTheController that is down when the loop starts: without its points, no search can say anything.
func TestLoopWaitsForTheController(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	f.set(func(m string, _ ...pythia.TracePointID) error { return errBroken })
	for range 10 {
		require.NotEmpty(t, r.step().Problems)
	}
	f.set(nil)
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
}

// TestLoopHoldsNothingAgainstWhatIsOff: for longer than the leases, the controller does not answer. What requests show then says nothing.
func TestLoopHoldsNothingAgainstWhatIsOff(t *testing.T) {
	for broken := 1; broken < 12; broken++ {
		r, f := newFaultyRun(t)
		r.bimodal("a21")
		r.until(5, func(c *pythia.Cycle) bool { return len(c.Enabled) > 0 })
		f.set(func(string, ...pythia.TracePointID) error { return errBroken })
		for range broken {
			r.step()
		}
		f.set(nil)
		d := r.concluded(20)
		require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	}
}

// TestLoopGoesOnWithoutALayer: the kernel's controller fails, the application's works.
func TestLoopGoesOnWithoutALayer(t *testing.T) {
	a := newLoopApp(t)
	kernel := &faulty{Leases: a.leases, fault: func(string, ...pythia.TracePointID) error { return errBroken }}
	router, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, a.leases, kernel)
	require.NoError(t, err)
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Controller = router })
	r.bimodal("a21")
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Equal(t, []string{"pythia: listing the trace points: tracepoint: the points of controller 2 of 2: broken"}, r.step().Problems)
}

// costly is a controller whose estimate of cost panics.
type costly struct{ *tracepoint.Leases }

func (costly) HitCost(pythia.TracePointID) (pythia.HitCost, bool) { panic("no meter") }

func TestLoopSurvivesAPanickingMeter(t *testing.T) {
	a := newLoopApp(t)
	r := newLoopRun(t, a, func(c *pythia.Config) { c.Loop.Controller = costly{a.leases} })
	r.bimodal("a21")
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Contains(t, fmt.Sprint(r.cycles[3].Problems), "no meter")
}

// TestLoopLetsGoOfAPointThatIsGone: it has helped, and is there no more. The requests count again; what was found stays.
func TestLoopLetsGoOfAPointThatIsGone(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	r.concluded(15)
	require.Equal(t, []string{"a21"}, r.on())
	f.gone = []pythia.TracePointID{loopPoint("a21")}
	c := r.step()
	require.NotEmpty(t, c.Disabled, r.log())
	require.Equal(t, loopPoint("a21"), c.Disabled[0].Point)
	require.Equal(t, "it is there no more", c.Disabled[0].Why)
	require.Zero(t, c.Cost.Points)
	r.step()
	require.Empty(t, r.step().Problems)
	require.NotEmpty(t, r.groups())
	d := r.diagnosisOrNil()
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point)
	require.Equal(t, pythia.OutcomeHelped, hypothesis(t, d, "a21").Outcome, "it has")
}

// TestLoopLetsGoOfAPointThatIsNotRenewed for too long, during a search and after it.
func TestLoopLetsGoOfAPointThatIsNotRenewed(t *testing.T) {
	for _, held := range []bool{false, true} {
		r, f := newFaultyRun(t, func(c *pythia.Config) { c.Loop.Patience = 4 })
		r.bimodal("a21")
		if held {
			r.concluded(15)
		} else {
			r.until(10, func(*pythia.Cycle) bool { return slices.Contains(r.on(), "a21") })
		}
		f.set(func(m string, ids ...pythia.TracePointID) error {
			if m == "EnableOnlyFor" && slices.Contains(ids, loopPoint("a21")) {
				return fmt.Errorf("layer: %w", errors.Join(&pythia.PointError{ID: loopPoint("a21"), Err: errBroken}))
			}
			return nil
		})
		off := func(c *pythia.Cycle) bool {
			return slices.ContainsFunc(c.Disabled, func(s pythia.Switched) bool {
				return s.Point == loopPoint("a21") && len(s.Attributes) == 0 && s.Why == "broken"
			})
		}
		for range 4 {
			require.False(t, off(r.step()), r.log())
		}
		require.True(t, off(r.step()), r.log())
		r.step()
		require.Empty(t, r.step().Problems)
		require.NotContains(t, r.on(), "a21")
		r.until(5, func(*pythia.Cycle) bool { return len(r.groups()) > 0 })
	}
}

// TestLoopHoldsNothingAgainstALateStep: the leases have ended before it, and workflows came that show nothing.
func TestLoopHoldsNothingAgainstALateStep(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	r.until(5, func(c *pythia.Cycle) bool { return len(r.on()) > 0 })
	r.run(90*time.Second, r.engine.Observe)
	require.Empty(t, r.on())
	require.Empty(t, r.step().Disabled, "nothing is judged")
	require.NotEmpty(t, r.on(), "all is on again")
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Equal(t, pythia.OutcomeHelped, hypothesis(t, d, "a2").Outcome)
}
