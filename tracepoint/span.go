package tracepoint

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Span is what [Point.Start] returns. The zero Span is that of a point that is off: it does nothing, and ends nothing.
//
// It is a value and no trace.Span for three reasons. A no-op trace.Span has an invalid span context and a no-op provider: put into a context,
// it would cut the trace in two, and its provider would lose the spans below; a Span cannot be put there. Arguments of an interface's methods
// are allocated before the call, so SetAttributes of a no-op trace.Span allocates; this one does not. And End is inlined to a nil check.
type Span struct{ span trace.Span }

// End ends the span.
func (s Span) End(options ...trace.SpanEndOption) {
	if s.span != nil {
		s.span.End(options...)
	}
}

// Recording reports whether what is set on the span is recorded: the point is on for this request and the span is sampled.
func (s Span) Recording() bool { return s.span != nil && s.span.IsRecording() }

// SetAttributes records attributes that are known anyway. Those that cost something to compute are better declared with the point.
func (s Span) SetAttributes(attributes ...attribute.KeyValue) {
	if s.span != nil {
		s.span.SetAttributes(slices.Clone(attributes)...) // the copy leaves the caller's on its stack, so that off allocates nothing
	}
}

// AddEvent records that something happened, now.
func (s Span) AddEvent(name string, attributes ...attribute.KeyValue) {
	if s.span != nil {
		s.span.AddEvent(name, trace.WithAttributes(slices.Clone(attributes)...))
	}
}

// RecordError records an error as an event. It leaves the status as it is.
func (s Span) RecordError(err error) {
	if s.span != nil {
		s.span.RecordError(err)
	}
}

// SetStatus sets the status of the span.
func (s Span) SetStatus(code codes.Code, description string) {
	if s.span != nil {
		s.span.SetStatus(code, description)
	}
}

// OTel returns OpenTelemetry's span, for what Span does not offer, and false if the point is off for this request.
func (s Span) OTel() (trace.Span, bool) {
	if t, ok := s.span.(*timedSpan); ok {
		return t.Span, true
	}
	return s.span, s.span != nil
}
