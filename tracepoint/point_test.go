package tracepoint_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestPointOff(t *testing.T) {
	var zero tracepoint.Point
	p := newProcess(t, tracepoint.LeaseConfig{}, named("off"))
	parent := tracepoint.New("parent", "", tracepoint.AlwaysOn())
	require.NoError(t, p.registry.Add(parent))
	for name, point := range map[string]*tracepoint.Point{
		"zero": &zero, "unregistered": tracepoint.New("lonely", "", tracepoint.AlwaysOn()), "off": p.points[id("off")],
	} {
		t.Run(name, func(t *testing.T) {
			ctx, outer := parent.Start(t.Context())
			same, span := point.Start(ctx)
			require.True(t, same == ctx, "the context is the one given")
			require.False(t, point.On() || span.Recording())
			_, ok := span.OTel()
			require.False(t, ok)
			span.SetAttributes(attribute.Bool("lost", true))
			span.AddEvent("lost")
			span.RecordError(errors.New("lost"))
			span.SetStatus(codes.Error, "lost")
			span.End()
			require.Empty(t, p.take(), "End ends nothing else")
			outer.End()
			spans := p.takeSpans()
			require.Len(t, spans, 1)
			require.Equal(t, 1, spans[0].ended)
			require.Empty(t, spans[0].attrs)
			require.Empty(t, spans[0].events)
		})
	}
}

func TestPointOn(t *testing.T) {
	point := tracepoint.New("call", "", tracepoint.Kind(trace.SpanKindClient), nil)
	p := newProcess(t, tracepoint.LeaseConfig{}, map[string]*tracepoint.Point{"call": point})
	require.NoError(t, p.Enable(t.Context(), id("call")))
	require.True(t, point.On())
	ctx, span := point.Start(t.Context())
	require.True(t, span.Recording())
	otel, ok := span.OTel()
	require.True(t, ok)
	require.Equal(t, otel, trace.SpanFromContext(ctx))
	span.SetAttributes(attribute.Int("n", 1))
	span.AddEvent("event", attribute.Int("n", 1))
	span.RecordError(errors.New("error"))
	span.SetStatus(codes.Error, "")
	require.NoError(t, p.Disable(t.Context(), id("call")))
	span.End() // although the point is off by now
	spans := p.takeSpans()
	require.Len(t, spans, 1)
	require.Equal(t, trace.SpanKindClient, spans[0].kind)
	require.Equal(t, []string{"event", "error"}, spans[0].events)
	require.Equal(t, []attribute.KeyValue{attribute.Int("n", 1)}, spans[0].attrs)
	var none context.Context
	require.NoError(t, p.Enable(t.Context(), id("call")))
	_, span = point.Start(none)
	span.End()
	require.Len(t, p.take(), 1, "a nil context is like an empty one")
}

// TestPointsStayConnected: under any subset of enabled points, a span's parent is the nearest enabled ancestor.
func TestPointsStayConnected(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprint("p", i)
	}
	p := newProcess(t, tracepoint.LeaseConfig{}, named(names...))
	for range 200 {
		require.NoError(t, p.Disable(t.Context(), ids(names)...))
		require.NoError(t, p.Enable(t.Context(), ids(names[:random.IntN(len(names)+1)])...))
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		want := make(map[trace.SpanID]trace.SpanID) // by the span's ID, its parent
		callTree(t, p, random, request(1), trace.SpanContextFromContext(request(1)).SpanID(), names, want)
		spans := p.takeSpans()
		require.Len(t, spans, len(want))
		for _, s := range spans {
			require.Equal(t, want[s.id.SpanID()], s.parent.SpanID())
		}
	}
}

// callTree calls the points, each from a random one of those before.
func callTree(t *testing.T, p *process, r *rand.Rand, ctx context.Context, parent trace.SpanID, names []string, want map[trace.SpanID]trace.SpanID) {
	for len(names) > 0 {
		inner, span := p.points[id(names[0])].Start(ctx)
		nearest := parent
		if otel, on := span.OTel(); on {
			nearest = otel.SpanContext().SpanID()
			want[nearest] = parent
		}
		cut := 1 + r.IntN(len(names))
		callTree(t, p, r, inner, nearest, names[1:cut], want)
		span.End()
		names = names[cut:]
	}
}

func ids(names []string) []pythia.TracePointID {
	var all []pythia.TracePointID
	for _, name := range names {
		all = append(all, id(name))
	}
	return all
}

func TestAttributes(t *testing.T) {
	calls := 0
	type key struct{}
	point := tracepoint.New("p", "",
		tracepoint.Number("load", func(context.Context) float64 { calls++; return 0.5 }),
		tracepoint.Int("length", func(context.Context) int { calls++; return 3 }),
		tracepoint.String("shard", func(ctx context.Context) string { calls++; return ctx.Value(key{}).(string) }),
		tracepoint.Bool("hit", func(context.Context) bool { calls++; return true }),
		tracepoint.Int("bad", func(context.Context) int { panic(strings.Repeat("é", 300)) }))
	p := newProcess(t, tracepoint.LeaseConfig{}, map[string]*tracepoint.Point{"p": point})
	ctx := context.WithValue(t.Context(), key{}, "eu")
	attrs := func() []attribute.KeyValue {
		run(ctx, point)
		return p.takeSpans()[0].attrs
	}

	require.NoError(t, p.EnableAttributes(ctx, id("p"), "length"))
	run(ctx, point)
	require.Zero(t, calls, "the point is off")
	require.NoError(t, p.Enable(ctx, id("p")))
	require.Equal(t, []attribute.KeyValue{attribute.Int("length", 3)}, attrs())
	require.Equal(t, 1, calls, "no other attribute was computed")

	require.NoError(t, p.EnableAttributes(ctx, id("p"), "hit", "shard", "load"))
	require.NoError(t, p.DisableAttributes(ctx, id("p"), "length"))
	require.Equal(t, []attribute.KeyValue{attribute.Float64("load", 0.5), attribute.String("shard", "eu"), attribute.Bool("hit", true)}, attrs())

	calls, p.unsampled = 0, true
	run(ctx, point)
	require.Zero(t, calls, "nobody would see them")
	p.unsampled = false
	p.take()

	require.NoError(t, p.DisableAttributes(ctx, id("p"), "hit", "shard", "load"))
	err := p.EnableAttributes(ctx, id("p"), "x", "bad", "y")
	require.EqualError(t, err, `pythia: trace point "inventory p": the trace point has no such attribute: x, y`)
	require.Equal(t, []attribute.KeyValue{attribute.String("bad.panic", strings.Repeat("é", 100))}, attrs())

	require.NoError(t, p.Disable(ctx, id("p")))
	require.NoError(t, p.Enable(ctx, id("p")))
	require.Empty(t, attrs(), "a point that was switched off starts afresh")
}

func TestStartWhileSwitching(t *testing.T) {
	point := tracepoint.New("p", "", tracepoint.Int("n", func(context.Context) int { return 1 }))
	p := newProcess(t, tracepoint.LeaseConfig{}, map[string]*tracepoint.Point{"p": point})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				run(context.Background(), point)
			}
		})
	}
	for range 200 {
		require.NoError(t, p.Enable(t.Context(), id("p")))
		require.NoError(t, p.EnableAttributes(t.Context(), id("p"), "n"))
		require.NoError(t, p.Disable(t.Context(), id("p")))
	}
	wg.Wait()
}
