package otel

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// hidden stands for all spans that are off below one that is on. It has that span's context, so that what is below attaches there and logs
// correlate; but it is not that span: whoever ends it, or the span it finds in the context, ends nothing. It has no state.
type hidden struct {
	*noop.Span // does all that is not below, by doing nothing; a pointer, as a noop.Span is large
	provider   *Provider
	anchor     trace.Span // what is above: on, foreign, or in another process
}

var nothing = new(noop.Span)

// hide returns a context with a span that is off.
func (p *Provider) hide(ctx context.Context, parent trace.Span) (context.Context, trace.Span) {
	if c, ok := ctx.(*withSpan); ok && c.span.point.provider == p {
		h := c.hidden()
		return h, &h.span
	}
	if h, ok := parent.(*hidden); ok { // of another provider: none stand above one another
		parent = h.anchor
	}
	if p.spanKey == nil {
		h := &hidden{nothing, p, parent}
		return trace.ContextWithSpan(ctx, h), h
	}
	with := &withHidden{ctx, hidden{nothing, p, parent}}
	return with, &with.span
}

// SpanContext returns that of what is above.
func (h *hidden) SpanContext() trace.SpanContext { return h.anchor.SpanContext() }

// TracerProvider returns the Provider, so that what starts spans by it is not lost.
func (h *hidden) TracerProvider() trace.TracerProvider { return h.provider }
