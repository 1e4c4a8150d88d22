package tracepoint_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

var (
	unregistered = tracepoint.New("unregistered", "is off for ever", tracepoint.Int("n", func(context.Context) int { return 1 }))
	kept         context.Context
)

func TestOffAllocatesNothing(t *testing.T) {
	ctx, text := request(1), "v"
	use := func(point *tracepoint.Point) func() {
		return func() {
			inner, span := point.Start(ctx)
			defer span.End()
			span.SetAttributes(attribute.Int("n", len(text)), attribute.String("k", text))
			span.AddEvent("event", attribute.Int("n", len(text)))
			span.RecordError(nil)
			kept = inner
		}
	}
	var zero tracepoint.Point
	p := newProcess(t, tracepoint.LeaseConfig{}, named("p"))
	off := p.points[id("p")]
	for name, point := range map[string]*tracepoint.Point{"zero": &zero, "unregistered": unregistered, "off": off} {
		require.Zero(t, testing.AllocsPerRun(1000, use(point)), name)
	}
	for _, s := range []pythia.Selection{{RequestTypes: []string{"other"}}, {OneIn: 1 << 62}} {
		require.NoError(t, p.EnableOnly(ctx, s, id("p")))
		require.Zero(t, testing.AllocsPerRun(1000, use(off)), "not for this request")
	}
}

func BenchmarkPoint(b *testing.B) {
	withAttributes := tracepoint.New("attributes", "", tracepoint.Int("a", func(context.Context) int { return 1 }),
		tracepoint.String("b", func(context.Context) string { return "b" }))
	points := named("off", "on", "one in N", "other type")
	points["attributes"] = withAttributes
	p := newProcess(b, tracepoint.LeaseConfig{}, points)
	p.discard = true
	ctx := tracepoint.WithRequestType(request(1), "GET /cart")
	require.NoError(b, p.Enable(ctx, id("on"), id("attributes")))
	require.NoError(b, p.EnableAttributes(ctx, id("attributes"), "a", "b"))
	require.NoError(b, p.EnableOnly(ctx, pythia.Selection{OneIn: 1 << 62}, id("one in N")))
	require.NoError(b, p.EnableOnly(ctx, pythia.Selection{RequestTypes: []string{"other"}}, id("other type")))

	start := func(point *tracepoint.Point) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, span := point.Start(ctx)
				span.End()
			}
		}
	}
	b.Run("off", start(points["off"]))
	b.Run("off, package variable", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, span := unregistered.Start(ctx)
			span.End()
		}
	})
	b.Run("off, deferred, attributes set", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			func() {
				_, span := unregistered.Start(ctx)
				defer span.End()
				span.SetAttributes(attribute.Int("n", 1), attribute.String("k", "v"))
			}()
		}
	})
	b.Run("off, parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, span := unregistered.Start(ctx)
				span.End()
			}
		})
	})
	b.Run("on, not for one in N", start(points["one in N"]))
	b.Run("on, not for the type", start(points["other type"]))
	b.Run("on", start(points["on"]))
	b.Run("on, two attributes", start(withAttributes))
	b.Run("bare tracer, for comparison with on", func(b *testing.B) {
		tracer := p.Tracer("")
		b.ReportAllocs()
		for b.Loop() {
			_, span := tracer.Start(ctx, "on")
			span.End()
		}
	})
}
