package otel_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// describer keeps nothing of a workflow but text.
type describer struct{ seen []string }

func (d *describer) Observe(t *pythia.Trace) {
	text := fmt.Sprint(t.ID, t.RequestType, t.Repairs, t.CriticalPath(pythia.UntilWorkDone))
	for i, s := range t.Spans {
		text += fmt.Sprint("\n", t.Parent(i), t.Children(i), t.WorkEnd(i), s.ID, s.Point, s.StartNanos, s.EndNanos, s.Unfinished, s.Attrs, s.Events)
	}
	d.seen = append(d.seen, text)
}

// TestReusedMemoryHoldsTheSame gives spans of random traces to two processors, one of which reuses its memory: traces small and large, that end, that stay
// open and that come late.
func TestReusedMemoryHoldsTheSame(t *testing.T) {
	clock := new(tracepointtest.Clock)
	var fresh, reused describer
	options := make([]sdktrace.TracerProviderOption, 0, 2)
	for _, c := range []otel.ProcessorConfig{{Observer: &fresh}, {Observer: &reused, ReuseTraces: true}} {
		c.Clock, c.MaxTraces, c.Timeout = clock, 50, 10*time.Second
		options = append(options, sdktrace.WithSpanProcessor(newProcessor(t, c)))
	}
	provider := sdktrace.NewTracerProvider(options...)
	tracer, r := provider.Tracer("library"), rand.New(rand.NewPCG(1, 2))
	var open []trace.Span
	for range 3000 {
		ctx, parent := context.Background(), trace.Span(nil)
		if len(open) > 0 && r.IntN(8) > 0 {
			parent = open[r.IntN(len(open))]
			ctx = trace.ContextWithSpan(ctx, parent)
		}
		_, s := tracer.Start(ctx, fmt.Sprint("operation ", r.IntN(20)))
		s.SetAttributes(attribute.Int("n", r.IntN(100)))
		open = append(open, s)
		for len(open) > 0 && r.IntN(2) == 0 {
			at := r.IntN(len(open))
			open[at].End()
			open = slices.Delete(open, at, at+1)
		}
		clock.Advance(time.Duration(r.IntN(500)) * time.Millisecond)
	}
	require.NoError(t, provider.Shutdown(t.Context()))
	require.Greater(t, len(fresh.seen), 100)
	require.Equal(t, fresh.seen, reused.seen)
}
