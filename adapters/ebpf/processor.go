//go:build linux && amd64

package ebpf

import (
	"context"
	"encoding/binary"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

var _ sdktrace.SpanProcessor = (*Kernel)(nil)

// OnStart has the running goroutine serve a span that has started, if the span is sampled and a point is on for its request.
func (k *Kernel) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	w := k.switches.wanted.Load()
	if w == nil && k.goroutines.open.Load() == 0 || !s.SpanContext().IsSampled() || s.InstrumentationScope().Name == instrumentationScope {
		return
	}
	points := uint64(0)
	if w != nil {
		points = w.points(ctx, s)
	}
	if c := contextOf(s.SpanContext(), points); points != 0 || k.goroutines.servesAnother(c) {
		k.goroutines.start(c)
	}
}

// OnEnd has the goroutine that started a span serve what it has served before.
func (k *Kernel) OnEnd(s sdktrace.ReadOnlySpan) {
	id := s.SpanContext().SpanID()
	k.goroutines.end(binary.BigEndian.Uint64(id[:]))
}

// ForceFlush makes spans of all that has happened in the kernel before. It fails only if the context is done before.
func (k *Kernel) ForceFlush(ctx context.Context) error { return k.reader.flush(ctx) }

// Shutdown is ForceFlush, and has no goroutine serve a span that is open, as nobody tells of its end any more. The Kernel may be given to another provider:
// it is for [Kernel.Close] to end it.
func (k *Kernel) Shutdown(ctx context.Context) error {
	k.goroutines.forget(false)
	return k.ForceFlush(ctx)
}

// Go calls f in a goroutine of its own that serves the span of ctx, so that what the kernel does for it belongs to that span: a goroutine that starts no
// span itself would serve none.
func (k *Kernel) Go(ctx context.Context, f func(ctx context.Context)) {
	go func() {
		w, span := k.switches.wanted.Load(), trace.SpanFromContext(ctx)
		if w != nil && span.SpanContext().IsValid() && span.SpanContext().IsSampled() {
			if points := w.points(ctx, span); points != 0 {
				c := contextOf(span.SpanContext(), points)
				defer k.goroutines.stop(k.goroutines.serve(c), c.span)
			}
		}
		f(ctx)
	}()
}
