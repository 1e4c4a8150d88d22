package otel

import (
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// An API that does not ask contexts for spans as today's does gets them put there in its own way.
func TestWithoutTheSpanKey(t *testing.T) {
	p, err := New(Config{Provider: sdktrace.NewTracerProvider(), Scope: "cart"})
	require.NoError(t, err)
	require.NotNil(t, p.spanKey)
	p.spanKey = nil
	ctx, root := p.Tracer("").Start(t.Context(), "root")
	defer root.End()
	require.Equal(t, root, trace.SpanFromContext(ctx))
	require.Implements(t, (*sdktrace.ReadOnlySpan)(nil), root)
	ctx, off := p.Tracer("").Start(ctx, "off")
	require.Equal(t, off, trace.SpanFromContext(ctx))
	require.Equal(t, root.SpanContext(), off.SpanContext())
}
