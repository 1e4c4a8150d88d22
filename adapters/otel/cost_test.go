package otel_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
)

func TestSpanCost(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("a", "b")})
	end := func(name string) {
		_, span := p.start(t.Context(), name)
		span.End()
		span.End()
	}
	end("a")
	require.Zero(t, p.SpanCost(), "nobody had asked")
	end("a")
	require.Positive(t, p.SpanCost())
	a, ok := p.HitCost(id("a"))
	require.True(t, ok)
	require.Positive(t, a.CPU)
	require.Zero(t, a.Bytes, "not measured")
	b, ok := p.HitCost(id("b"))
	require.True(t, ok)
	require.Equal(t, p.SpanCost(), b.CPU, "as the others, until it was measured")
	_, ok = p.HitCost(pythia.TracePointID{Scope: "other", Name: "a"})
	require.False(t, ok)
}

// A span that is not sampled costs next to nothing, which says nothing of those that are.
func TestCostOfUnsampledSpans(t *testing.T) {
	p := newWrapped(t, sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())))
	for range 2 {
		require.Zero(t, p.SpanCost())
		_, span := p.Tracer("").Start(t.Context(), "a")
		require.Equal(t, p, span.TracerProvider())
		require.NotEqual(t, p, otel.Unwrap(span).TracerProvider())
		span.End()
	}
}
