package tracepoint_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func TestHitCost(t *testing.T) {
	const slow = 2 * time.Millisecond
	wait := func(context.Context) int {
		for began := time.Now(); time.Since(began) < slow; { // works, as an attribute may
		}
		return 1
	}
	points := named("quick", "off")
	points["slow"] = tracepoint.New("slow", "", tracepoint.Int("n", wait))
	p := newProcess(t, tracepoint.LeaseConfig{}, points)
	cost := func(name string) time.Duration {
		c, ok := p.HitCost(id(name))
		require.Equal(t, ok, c.CPU > 0)
		require.Zero(t, c.Bytes, "not measured")
		return c.CPU
	}
	require.NoError(t, p.Enable(t.Context(), id("quick"), id("slow")))
	require.NoError(t, p.EnableAttributes(t.Context(), id("slow"), "n"))
	run(t.Context(), points["quick"])
	require.Zero(t, cost("quick"), "nobody had asked")
	run(t.Context(), points["quick"])
	quick := cost("quick")
	require.Positive(t, quick)
	require.Equal(t, quick, cost("off"), "as the others")
	require.Zero(t, cost("unknown"))

	ctx, span := points["slow"].Start(t.Context())
	otel, ok := span.OTel()
	require.True(t, ok)
	require.Equal(t, trace.SpanFromContext(ctx), otel, "a measured span is like others")
	span.End()
	require.Greater(t, cost("slow"), slow)
}

func TestHitCostOfUnsampledSpans(t *testing.T) {
	points := named("p")
	p := newProcess(t, tracepoint.LeaseConfig{}, points)
	p.unsampled = true
	require.NoError(t, p.Enable(t.Context(), id("p")))
	for range 2 {
		_, ok := p.HitCost(id("p"))
		require.False(t, ok)
		run(t.Context(), points["p"])
	}
}

func TestHitCostIsPassedOn(t *testing.T) {
	l, want := newLayers(t), pythia.HitCost{CPU: 1, Bytes: 2}
	l.app.SetHitCost(id("a"), want)
	l.kernel.SetHitCost(fsync, want)
	cost, ok := l.HitCost(id("a"))
	require.True(t, ok)
	require.Equal(t, want, cost)
	for _, unknown := range []pythia.TracePointID{fsync, exits} { // of a controller that measures nothing, of none
		_, ok = l.HitCost(unknown)
		require.False(t, ok)
	}
	cost, ok = newLeased(t, func(r *tracepointtest.Recorder) pythia.TracePointController {
		r.SetHitCost(id("a"), want)
		return r
	}).HitCost(id("a"))
	require.True(t, ok)
	require.Equal(t, want, cost)
	replica := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})
	replica.SetHitCost(id("a"), pythia.HitCost{CPU: 3, Bytes: 1})
	cost, ok = route(t, l.app, replica, costly{l.app}).HitCost(id("a"))
	require.True(t, ok)
	require.Equal(t, pythia.HitCost{CPU: 3, Bytes: 2}, cost, "the dearest")
	cost, ok = route(t, costly{l.app}).HitCost(id("a"))
	require.False(t, ok, "it panics")
	require.Zero(t, cost)
}

type costly struct{ *tracepointtest.Recorder }

func (costly) HitCost(pythia.TracePointID) (pythia.HitCost, bool) { panic("broken") }
