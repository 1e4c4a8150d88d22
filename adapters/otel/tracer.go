package otel

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"github.com/pythia-trace/pythia"
)

type tracer struct {
	embedded.Tracer
	provider   *Provider
	inner      trace.Tracer
	unswitched bool // all spans are on, and no points
	// first are the points that were looked up first, each in its place, as a tracer has few span names and these are found here in half the time.
	first [16]atomic.Pointer[point]
}

// Start starts a span if its point is on for the request. If not, the span that it returns does nothing, and what is below attaches to what is
// above. The fast cases are those below another span of the Provider.
func (t *tracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if ctx == nil {
		ctx = context.Background()
	}
	parent, at := t.provider.spanFromContext(ctx), t.point(name)
	inside := t.provider.made(parent)
	if inside && (t.unswitched || at.onForAll()) {
		ctx, span := t.record(ctx, at, name, options)
		if len(options) == 0 {
			return ctx, span
		}
		return t.below(ctx, parent, span, name, options)
	}
	if !inside {
		return t.enter(ctx, parent, at, name, options)
	}
	is := traitsOf(options)
	if is.newRoot {
		return t.enter(ctx, parent, at, name, options)
	}
	if t.provider.on(ctx, parent, at, name, is.kind) {
		return t.record(ctx, at, name, options)
	}
	if h, ok := parent.(*hidden); ok {
		return ctx, h
	}
	return t.provider.hide(ctx, parent)
}

// point returns the point of a span.
func (t *tracer) point(name string) *point {
	if t.unswitched {
		return &t.provider.nameless
	}
	if name == "" {
		return t.provider.point(name)
	}
	place := &t.first[(len(name)+int(name[len(name)-1]))%len(t.first)]
	if found := place.Load(); found != nil {
		if found.name == name {
			return found
		}
		return t.provider.point(name)
	}
	found := t.provider.point(name)
	if found != &t.provider.nameless {
		place.Store(found)
	}
	return found
}

// made reports whether a span, on or off, is the provider's.
func (p *Provider) made(span trace.Span) bool {
	switch s := span.(type) {
	case *hidden:
		return s.provider == p
	case *sdkSpan:
		return s.point.provider == p
	case wrapper:
		return s.startedAt().provider == p
	}
	return false
}

// below completes a span that is on for certain. Its options were not looked through, which costs more than to see afterwards whether the span has
// begun a trace of its own.
func (t *tracer) below(
	ctx context.Context, parent, span trace.Span, name string, options []trace.SpanStartOption,
) (context.Context, trace.Span) {
	if span.SpanContext().TraceID() == parent.SpanContext().TraceID() {
		return ctx, span
	}
	c := trace.NewSpanStartConfig(options...)
	ctx, stated := t.provider.classify(ctx, true, name, c.Attributes())
	state(span, stated)
	return ctx, span
}

// enter starts a span with which a request comes in: it has no parent, or none of the provider.
func (t *tracer) enter(
	ctx context.Context, parent trace.Span, at *point, name string, options []trace.SpanStartOption,
) (context.Context, trace.Span) {
	c := trace.NewSpanStartConfig(options...)
	above := parent.SpanContext()
	root := c.NewRoot() || !above.IsValid()
	ctx, stated := t.provider.classify(ctx, root, name, c.Attributes())
	on := !t.unswitched && t.provider.on(ctx, parent, at, name, trace.ValidateSpanKind(c.SpanKind())) // asked in any case, so that it is known what is always on
	if !on && !t.unswitched && !root && !(above.IsRemote() && t.provider.entriesOn) {
		return t.provider.hide(ctx, parent)
	}
	ctx, span := t.record(ctx, at, name, options)
	state(span, stated)
	return ctx, span
}

// state has a trace's root tell the type that the application has given the request.
func state(root trace.Span, requestType string) {
	if requestType != "" {
		root.SetAttributes(attribute.String(pythia.RequestTypeKey, requestType))
	}
}

// record starts a span with the wrapped provider, and measures what that costs if somebody has asked.
func (t *tracer) record(
	ctx context.Context, at *point, name string, options []trace.SpanStartOption,
) (context.Context, trace.Span) {
	if at.cost.Due() || t.provider.cost.Due() {
		return t.measure(ctx, at, name, options)
	}
	ctx, inner := t.inner.Start(within(ctx), name, options...)
	sdk, ok := inner.(sdktrace.ReadWriteSpan)
	switch {
	case ok && t.provider.spanKey != nil:
		with := &withSpan{Context: ctx, span: sdkSpan{sdk, at}}
		return with, &with.span
	case ok:
		s := &sdkSpan{sdk, at}
		return trace.ContextWithSpan(ctx, s), s
	}
	s := &otherSpan{inner, at}
	return trace.ContextWithSpan(ctx, s), s
}
