package tracepoint_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

const lease = time.Minute

var errBroken = errors.New("broken")

// leased is a recorder below leases.
type leased struct {
	*tracepoint.Leases
	*tracepointtest.Clock
	recorder *tracepointtest.Recorder
	log      bytes.Buffer
}

func (l *leased) On(id pythia.TracePointID) bool { return l.recorder.On(id) }

func newLeased(t *testing.T, inner func(*tracepointtest.Recorder) pythia.TracePointController) *leased {
	l := &leased{Clock: new(tracepointtest.Clock)}
	l.recorder = tracepointtest.NewRecorder(
		pythia.TracePoint{ID: id("a"), Attributes: []string{"n", "m"}}, pythia.TracePoint{ID: id("b")},
		pythia.TracePoint{ID: id("skeleton"), AlwaysOn: true, Attributes: []string{"n"}})
	config := tracepoint.LeaseConfig{Clock: l.Clock, Logger: slog.New(slog.NewTextHandler(&l.log, nil))}
	var err error
	l.Leases, err = tracepoint.NewLeases(inner(l.recorder), config)
	require.NoError(t, err)
	t.Cleanup(func() {
		l.recorder.Fail(nil)
		require.NoError(t, l.Close())
		require.Zero(t, l.Timers())
	})
	return l
}

func all(r *tracepointtest.Recorder) pythia.TracePointController { return r }

func plain(r *tracepointtest.Recorder) pythia.TracePointController { return r.Plain() }

func TestLeaseEnds(t *testing.T) {
	l, ctx := newLeased(t, all), t.Context()
	require.NoError(t, l.EnableFor(ctx, lease, id("a"), id("b")))
	l.Advance(lease / 2)
	require.NoError(t, l.EnableFor(ctx, lease, id("b")))
	l.Advance(lease / 2)
	require.False(t, l.On(id("a")))
	require.True(t, l.On(id("b")), "renewed")
	require.Contains(t, l.log.String(), "leases ended")
	require.Equal(t, 1, l.Timers())
	l.Advance(lease / 2)
	require.False(t, l.On(id("b")))
	require.Zero(t, l.Timers(), "nothing leased, no timer")
	require.ErrorContains(t, l.EnableFor(ctx, 0, id("a")), "ends at once")
	require.ErrorContains(t, l.EnableOnlyFor(ctx, -1, pythia.Selection{}, id("a")), "ends at once")
}

func TestLeaseOfSelection(t *testing.T) {
	l, ctx, some := newLeased(t, all), t.Context(), pythia.Selection{OneIn: 10}
	require.NoError(t, l.EnableOnlyFor(ctx, lease, some, id("a"), id("b")))
	require.Equal(t, some, l.recorder.Selection(id("a")))
	require.NoError(t, l.EnableOnly(ctx, some, id("b")), "for ever")
	l.Advance(lease)
	require.False(t, l.On(id("a")))
	require.True(t, l.On(id("b")))
}

func TestLeaseEndsAttributes(t *testing.T) {
	l, ctx := newLeased(t, all), t.Context()
	require.NoError(t, l.EnableAttributes(ctx, id("skeleton"), "n"))
	require.NoError(t, l.EnableAttributes(ctx, id("a"), "n", "m"))
	require.NoError(t, l.DisableAttributes(ctx, id("a"), "m"))
	require.Error(t, l.EnableAttributes(ctx, id("skeleton"), "n", "unknown"))
	require.NoError(t, l.EnableFor(ctx, lease, id("skeleton"), id("a")))
	l.Advance(lease - 1)
	require.Equal(t, []string{"n"}, l.recorder.AttributesOn(id("skeleton")))
	l.recorder.Fail(errBroken, id("skeleton"))
	l.Advance(1)
	require.Equal(t, []string{"n"}, l.recorder.AttributesOn(id("skeleton")))
	l.recorder.Fail(nil, id("skeleton"))
	l.Advance(time.Second)
	require.Empty(t, l.recorder.AttributesOn(id("skeleton")))
	require.True(t, l.On(id("skeleton")))
	require.Empty(t, l.recorder.AttributesOn(id("a")))
	require.Zero(t, l.Timers())
}

func TestLeaseIsTriedAgain(t *testing.T) {
	for name, fail := range map[string][]pythia.TracePointID{"one point": {id("a")}, "everything": nil} {
		t.Run(name, func(t *testing.T) {
			l := newLeased(t, all)
			require.NoError(t, l.EnableFor(t.Context(), lease, id("a"), id("b")))
			l.recorder.Fail(errBroken, fail...)
			l.Advance(lease)
			require.True(t, l.On(id("a")))
			require.Equal(t, fail == nil, l.On(id("b")), "the others are done")
			require.Contains(t, l.log.String(), "broken")
			require.ErrorIs(t, l.Disable(t.Context(), id("a")), errBroken)
			l.recorder.Fail(nil, fail...)
			l.Advance(time.Second)
			require.False(t, l.On(id("a")) || l.On(id("b")))
		})
	}
}

func TestEnableFailsButMayBeOn(t *testing.T) {
	l := newLeased(t, all)
	require.NoError(t, l.Enable(t.Context(), id("a")))
	l.recorder.Fail(errBroken)
	require.ErrorIs(t, l.EnableFor(t.Context(), lease, id("a"), id("b")), errBroken)
	l.recorder.Fail(nil)
	l.Advance(lease)
	require.False(t, l.On(id("a")), "what may be on has a lease")
	require.Error(t, l.EnableFor(t.Context(), lease, id("unknown")))
	require.Zero(t, l.Timers(), "what cannot be on has none")
}

func TestLeasesOverPlainController(t *testing.T) {
	l, ctx := newLeased(t, plain), t.Context()
	for _, err := range []error{
		l.EnableOnly(ctx, pythia.Selection{}, id("a")), l.EnableOnlyFor(ctx, lease, pythia.Selection{}, id("a")),
		l.EnableAttributes(ctx, id("a"), "n"), l.DisableAttributes(ctx, id("a"), "n"),
	} {
		var p *pythia.PointError
		require.ErrorAs(t, err, &p)
		require.Equal(t, pythia.PointError{ID: id("a"), Err: errors.ErrUnsupported}, *p)
	}
	require.False(t, l.On(id("a")))
	require.Zero(t, l.Timers())
}

func TestLeasesClose(t *testing.T) {
	l, ctx := newLeased(t, all), t.Context()
	require.NoError(t, l.EnableFor(ctx, lease, id("a")))
	require.NoError(t, l.Enable(ctx, id("b")))
	l.recorder.Fail(errBroken, id("a"))
	require.ErrorIs(t, l.Close(), errBroken)
	l.recorder.Fail(nil, id("a"))
	require.NoError(t, l.Close(), "tries again")
	require.False(t, l.On(id("a")))
	require.True(t, l.On(id("b")), "enabled for ever")
	require.Zero(t, l.Timers())
	require.ErrorContains(t, l.Enable(ctx, id("a")), "closed")
	require.ErrorContains(t, l.EnableFor(ctx, lease, id("a")), "closed")
	require.ErrorContains(t, l.EnableAttributes(ctx, id("a"), "n"), "closed")
	require.NoError(t, l.Disable(ctx, id("b")))
	_, err := l.Points(ctx)
	require.NoError(t, err)
}

// faulty is a controller whose calls panic or hang until their context is done.
type faulty struct {
	pythia.TracePointController
	hangs, panics bool
}

func (f *faulty) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	if f.panics {
		panic("faulty")
	}
	if f.hangs {
		<-ctx.Done()
		return fmt.Errorf("cut off: %w", ctx.Err())
	}
	return f.TracePointController.Disable(ctx, ids...)
}

func TestFaultyController(t *testing.T) {
	recorder, clock := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")}), new(tracepointtest.Clock)
	inner := &faulty{TracePointController: recorder}
	l, err := tracepoint.NewLeases(inner, tracepoint.LeaseConfig{Clock: clock, Timeout: time.Millisecond})
	require.NoError(t, err)
	require.NoError(t, l.EnableFor(t.Context(), lease, id("a")))
	inner.panics = true
	require.ErrorContains(t, l.Disable(t.Context(), id("a")), "panicked")
	clock.Advance(lease) // the application lives
	inner.panics, inner.hangs = false, true
	require.ErrorIs(t, l.Disable(t.Context(), id("a")), context.DeadlineExceeded)
	require.ErrorIs(t, l.Close(), context.DeadlineExceeded)
	inner.hangs = false
	require.NoError(t, l.Close())
	require.False(t, recorder.On(id("a")))
}

// odd is a controller that disables nothing and reports errors in its own way.
type odd struct {
	pythia.TracePointController
	err error
}

func (o *odd) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	if o.err != nil {
		return o.err
	}
	return o.TracePointController.Disable(ctx, ids...)
}

// hidden offers its PointError by As only.
type hidden struct{ error }

func (h hidden) As(target any) bool { return errors.As(h.error, target) }

func TestErrorsOfOtherShapes(t *testing.T) {
	unknown, failed := &pythia.PointError{ID: id("a"), Err: pythia.ErrUnknownPoint}, &pythia.PointError{ID: id("a"), Err: errBroken}
	for name, c := range map[string]struct {
		err   error
		timer int // 1 if the lease is kept
	}{
		"general":           {errBroken, 1},
		"general, unknown":  {pythia.ErrUnknownPoint, 1}, // which point does it mean?
		"unknown":           {unknown, 0},
		"wrapped":           {fmt.Errorf("agent: %w", errors.Join(fmt.Errorf("one: %w", unknown))), 0},
		"wrapped failure":   {fmt.Errorf("agent: %w", failed), 1},
		"by As":             {hidden{unknown}, 0},
		"about another one": {&pythia.PointError{ID: id("b"), Err: errBroken}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			clock := new(tracepointtest.Clock)
			inner := &odd{TracePointController: tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})}
			l, err := tracepoint.NewLeases(inner, tracepoint.LeaseConfig{Clock: clock})
			require.NoError(t, err)
			require.NoError(t, l.EnableFor(t.Context(), lease, id("a")))
			inner.err = c.err
			clock.Advance(lease)
			require.Equal(t, c.timer, clock.Timers())
			inner.err = nil
			require.NoError(t, l.Close())
		})
	}
}

// TestWaitingCallGivesUp: a call that waits for another one heeds its context.
func TestWaitingCallGivesUp(t *testing.T) {
	inner := &faulty{TracePointController: tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")}), hangs: true}
	l, err := tracepoint.NewLeases(inner, tracepoint.LeaseConfig{})
	require.NoError(t, err)
	hanging, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Disable(hanging, id("a")) }()
	waiting, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Disable(waiting, id("a")), context.DeadlineExceeded)
	stop()
	require.ErrorIs(t, <-done, context.Canceled)
}

// TestSystemClock: leases end by real time when no clock is given.
func TestSystemClock(t *testing.T) {
	recorder := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})
	disabled := make(chan struct{})
	l, err := tracepoint.NewLeases(&notifier{recorder, disabled}, tracepoint.LeaseConfig{})
	require.NoError(t, err)
	require.NoError(t, l.EnableFor(t.Context(), time.Millisecond, id("a")))
	<-disabled
	require.False(t, recorder.On(id("a")))
	require.NoError(t, l.Close())
}

type notifier struct {
	*tracepointtest.Recorder
	disabled chan struct{}
}

func (n *notifier) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	defer close(n.disabled)
	return n.Recorder.Disable(ctx, ids...)
}
