package tracepoint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

var (
	fsync = pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: "sys_enter_fsync"}
	exits = pythia.TracePointID{Layer: pythia.LayerHypervisor, Scope: "kvm", Name: "exit"}
)

// layers is a router to a controller with all abilities and to a plain one.
type layers struct {
	*tracepoint.Router
	*tracepointtest.Clock
	app, kernel *tracepointtest.Recorder
}

func newLayers(t *testing.T) *layers {
	l := &layers{
		Clock:  new(tracepointtest.Clock),
		app:    tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a"), Attributes: []string{"n"}}, pythia.TracePoint{ID: id("s"), AlwaysOn: true}),
		kernel: tracepointtest.NewRecorder(pythia.TracePoint{ID: fsync}),
	}
	var err error
	l.Router, err = tracepoint.NewRouter(tracepoint.LeaseConfig{Clock: l.Clock}, l.app, l.kernel.Plain())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func (l *layers) On(id pythia.TracePointID) bool { return l.app.On(id) || l.kernel.On(id) }

func (l *layers) Advance(d time.Duration) {
	l.app.Advance(d)
	l.Clock.Advance(d)
}

func TestRouterSendsToLayers(t *testing.T) {
	l, ctx := newLayers(t), t.Context()
	require.NoError(t, l.Enable(ctx, fsync, id("a"), fsync))
	require.Equal(t, []tracepointtest.Call{{Method: "Enable", IDs: []pythia.TracePointID{id("a")}}}, l.app.Calls())
	require.Equal(t, []tracepointtest.Call{{Method: "Enable", IDs: []pythia.TracePointID{fsync}}}, l.kernel.Calls())

	err := l.Disable(ctx, exits, fsync, id("s"), id("a"))
	require.ErrorIs(t, err, pythia.ErrAlwaysOn)
	require.ErrorIs(t, err, pythia.ErrUnknownPoint)
	require.EqualError(t, err, `pythia: trace point "inventory s": the trace point is always on
pythia: trace point "hypervisor: kvm exit": no such trace point`)
	require.False(t, l.On(id("a")) || l.On(fsync))
}

func TestRouterLeases(t *testing.T) {
	l := newLayers(t)
	require.NoError(t, l.EnableFor(t.Context(), lease, id("a"), fsync))
	require.Equal(t, "EnableFor", l.app.Calls()[0].Method, "the controller keeps the lease")
	require.Equal(t, "Enable", l.kernel.Calls()[0].Method, "the router does")
	require.Equal(t, 1, l.Timers())
	l.Advance(lease)
	require.False(t, l.On(id("a")) || l.On(fsync))

	require.NoError(t, l.EnableFor(t.Context(), lease, id("a"), fsync))
	require.NoError(t, l.Close())
	require.True(t, l.On(id("a")), "its lease is not the router's")
	require.False(t, l.On(fsync))
}

func TestRouterAbilities(t *testing.T) {
	l, ctx, some := newLayers(t), t.Context(), pythia.Selection{OneIn: 10}
	err := l.EnableOnly(ctx, some, id("a"), fsync)
	require.EqualError(t, err, `pythia: trace point "kernel: linux sys_enter_fsync": unsupported operation`)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Equal(t, some, l.app.Selection(id("a")))
	require.NoError(t, l.EnableAttributes(ctx, id("a"), "n"))
	require.Equal(t, []string{"n"}, l.app.AttributesOn(id("a")))
	require.NoError(t, l.DisableAttributes(ctx, id("a"), "n"))
	require.Empty(t, l.app.AttributesOn(id("a")))
	require.ErrorIs(t, l.EnableAttributes(ctx, fsync, "n"), errors.ErrUnsupported)
	require.NoError(t, l.EnableOnlyFor(ctx, lease, some, id("a")))
	require.Equal(t, "EnableOnlyFor", l.app.Calls()[len(l.app.Calls())-1].Method, "the controller keeps the lease")
	require.ErrorIs(t, l.EnableOnlyFor(ctx, lease, some, fsync), errors.ErrUnsupported)

	p := newProcess(t, tracepoint.LeaseConfig{}, named("a"))
	r := route(t, p)
	require.NoError(t, r.EnableOnlyFor(ctx, lease, some, id("a")))
	require.True(t, p.points[id("a")].On())
	inner := struct { // a leaser that is nothing else
		pythia.TracePointController
		pythia.Leaser
	}{l.app, l.app}
	r = route(t, inner)
	require.ErrorIs(t, r.EnableOnly(ctx, some, id("a")), errors.ErrUnsupported)
	require.ErrorIs(t, r.EnableOnlyFor(ctx, lease, some, id("a")), errors.ErrUnsupported)
	require.ErrorIs(t, r.EnableAttributes(ctx, id("a")), errors.ErrUnsupported)
}

func route(t *testing.T, controllers ...pythia.TracePointController) *tracepoint.Router {
	r, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, controllers...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

func TestRouterFaults(t *testing.T) {
	l, ctx := newLayers(t), t.Context()
	l.app.Fail(errBroken)
	require.ErrorIs(t, l.Enable(ctx, id("a"), fsync), errBroken)
	require.True(t, l.On(fsync), "the other is done")
	points, err := l.Points(ctx)
	require.ErrorIs(t, err, errBroken)
	require.ErrorContains(t, err, "the points of controller 1 of 2")
	require.Equal(t, []pythia.TracePoint{{ID: fsync}}, points)

	r := route(t, panicking{l.kernel})
	require.ErrorContains(t, r.Enable(ctx, id("a")), "panicked")
	_, err = r.Points(ctx)
	require.ErrorContains(t, err, "panicked")
}

type panicking struct{ *tracepointtest.Recorder }

func (panicking) Enable(context.Context, ...pythia.TracePointID) error { panic("broken") }

func (panicking) Points(context.Context) ([]pythia.TracePoint, error) { panic("broken") }
