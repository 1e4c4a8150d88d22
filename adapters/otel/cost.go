package otel

import (
	"context"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// timedSpan is an sdkSpan whose end is measured.
type timedSpan struct {
	sdkSpan
	start time.Duration // that Start took
}

// measure is record with a stopwatch.
func (t *tracer) measure(
	ctx context.Context, at *point, name string, options []trace.SpanStartOption,
) (context.Context, trace.Span) {
	began := time.Now()
	ctx, inner := t.inner.Start(within(ctx), name, options...)
	sdk, ok := inner.(sdktrace.ReadWriteSpan)
	if !ok {
		s := &otherSpan{inner, at}
		return trace.ContextWithSpan(ctx, s), s
	}
	s := &timedSpan{sdkSpan: sdkSpan{sdk, at}}
	ctx = trace.ContextWithSpan(ctx, s)
	s.start = time.Since(began)
	return ctx, s
}

// End ends the span. The SDK records a panic only if its End is what the panic calls, so a panic is passed on to it.
func (s *timedSpan) End(options ...trace.SpanEndOption) {
	if r := recover(); r != nil {
		defer panic(r)
		func() {
			defer func() { _ = recover() }()
			defer s.ReadWriteSpan.End(options...)
			panic(r)
		}()
		return
	}
	recording := s.IsRecording() // a second End costs nothing and counts for nothing
	began := time.Now()
	s.ReadWriteSpan.End(options...)
	if recording {
		took := s.start + time.Since(began)
		s.point.cost.Add(took)
		s.point.provider.cost.Add(took)
	}
}
