package otel

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
)

// withSpan is a context with a span that is on, in one allocation: [trace.ContextWithSpan] would need another, a twentieth of what the SDK's span
// costs.
type withSpan struct {
	context.Context
	span  sdkSpan
	below atomic.Pointer[withHidden] // what all spans that are off directly below share, as they have no state; nil if there was none yet
}

// Value returns the span for the key by which OpenTelemetry asks for it.
func (c *withSpan) Value(key any) any {
	if key == c.span.point.provider.spanKey {
		return &c.span
	}
	return c.Context.Value(key)
}

// hidden returns the context of a span that is off. The first ones may each make one, which does no harm.
func (c *withSpan) hidden() *withHidden {
	if h := c.below.Load(); h != nil {
		return h
	}
	h := &withHidden{c, hidden{nothing, c.span.point.provider, &c.span}}
	c.below.Store(h)
	return h
}

// withHidden is the same with a span that is off.
type withHidden struct {
	context.Context
	span hidden
}

// Value returns the span for the key by which OpenTelemetry asks for it.
func (c *withHidden) Value(key any) any {
	if key == c.span.provider.spanKey {
		return &c.span
	}
	return c.Context.Value(key)
}

// spanFromContext is [trace.SpanFromContext], faster where the span is one of ours, most of all the one that was started last.
func (p *Provider) spanFromContext(ctx context.Context) trace.Span {
	switch c := ctx.(type) {
	case *withSpan:
		return &c.span
	case *withHidden:
		return &c.span
	}
	if p.spanKey != nil {
		switch s := ctx.Value(p.spanKey).(type) {
		case *sdkSpan:
			return s
		case *hidden:
			return s
		}
	}
	return trace.SpanFromContext(ctx)
}

// within returns the context that the wrapped provider has made, if that is just below: it holds the same, with the provider's own span.
func within(ctx context.Context) context.Context {
	if c, ok := ctx.(*withSpan); ok {
		return c.Context
	}
	return ctx
}

// findSpanKey returns the key by which [trace.SpanFromContext] asks a context, which is not exported; nil if it asks for none, and then the API puts
// spans into contexts.
func findSpanKey() any {
	asked := &keyFinder{Context: context.Background()}
	_ = trace.SpanFromContext(asked)
	return asked.key
}

type keyFinder struct {
	context.Context
	key any
}

func (f *keyFinder) Value(key any) any {
	f.key = key
	return nil
}
