package otel

import (
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// wrapper is what this package puts around a span that is on, so that the provider that applications get from the span is the Provider.
//
// The methods of the span within are promoted, not written out: the SDK's End recovers a panic to record it, which works only where nothing of
// ours lies between.
type wrapper interface {
	trace.Span
	startedAt() *point
	unwrap() trace.Span
}

// sdkSpan wraps a recording span of the SDK. It can be read like that, as a [sdktrace.ReadOnlySpan].
type sdkSpan struct {
	sdktrace.ReadWriteSpan
	point *point
}

var _ sdktrace.ReadOnlySpan = (*sdkSpan)(nil)

func (s *sdkSpan) startedAt() *point                    { return s.point }
func (s *sdkSpan) unwrap() trace.Span                   { return s.ReadWriteSpan }
func (s *sdkSpan) TracerProvider() trace.TracerProvider { return s.point.provider }

// SetName also makes the new name a point.
func (s *sdkSpan) SetName(name string) {
	s.ReadWriteSpan.SetName(name)
	s.point.renamed(name)
}

// otherSpan wraps any other span: one that is not sampled, or one of another implementation.
type otherSpan struct {
	trace.Span
	point *point
}

func (s *otherSpan) startedAt() *point                    { return s.point }
func (s *otherSpan) unwrap() trace.Span                   { return s.Span }
func (s *otherSpan) TracerProvider() trace.TracerProvider { return s.point.provider }

// SetName makes the new name a point, if it will be seen.
func (s *otherSpan) SetName(name string) {
	s.Span.SetName(name)
	if s.IsRecording() {
		s.point.renamed(name)
	}
}

// Unwrap returns the span as the wrapped provider started it; for a span that is off, nil, and any other as it is. The SDK's recording spans need not
// be unwrapped to be read: the wrapper is a [sdktrace.ReadOnlySpan] too.
func Unwrap(span trace.Span) trace.Span {
	switch s := span.(type) {
	case *hidden:
		return nil
	case wrapper:
		return s.unwrap()
	}
	return span
}
