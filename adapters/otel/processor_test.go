package otel_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// bench is a processor under test with an SDK.
type bench struct {
	*otel.Processor
	*tracepointtest.Clock
	collector
	trace.Tracer
}

func newBench(t *testing.T, c otel.ProcessorConfig) *bench {
	b := &bench{Clock: new(tracepointtest.Clock)}
	c.Clock = b.Clock
	if c.Observer == nil {
		c.Observer = &b.collector
	}
	b.Processor = newProcessor(t, c)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(b.Processor), sdktrace.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "cart"), attribute.String("service.instance.id", "cart-1"), attribute.String("host.name", "node"),
		attribute.Int("process.pid", 7))))
	b.Tracer = provider.Tracer("library")
	t.Cleanup(func() {
		require.NoError(t, provider.Shutdown(context.Background()))
		require.Zero(t, b.Timers())
	})
	return b
}

func (b *bench) root() (context.Context, trace.Span) {
	return b.Tracer.Start(context.Background(), "root")
}

func TestProcessorConverts(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{})
	other, linked := b.root()
	linked.End()
	began := time.Unix(1_700_000_000, 1)
	ctx, root := b.Tracer.Start(t.Context(), "GET /cart", serves, trace.WithTimestamp(began), trace.WithAttributes(
		attribute.String("s", "text"), attribute.Int("i", 3), attribute.Float64("f", 0.5), attribute.Bool("b", true), attribute.Float64("inf", math.Inf(1)),
		attribute.StringSlice("l", []string{"a", `"`}), attribute.String("long", strings.Repeat("é", 10_000))))
	_, child := b.Tracer.Start(ctx, "query", calls, trace.WithTimestamp(began.Add(1)), trace.WithLinks(trace.LinkFromContext(other)))
	child.AddEvent("event", trace.WithTimestamp(began.Add(2)), trace.WithAttributes(attribute.Int("n", 1)))
	child.SetStatus(codes.Error, "broken")
	child.End(trace.WithTimestamp(began.Add(3)))
	root.End(trace.WithTimestamp(began.Add(4)))
	b.Advance(time.Second)

	traces := b.take()
	require.Len(t, traces, 2)
	process := &pythia.Process{Service: "cart", Instance: "cart-1", Host: "node", Attrs: []pythia.Attr{pythia.Number("process.pid", 7)}}
	library, start := pythia.String("otel.scope.name", "library"), began.UnixNano()
	got := traces[1]
	require.Equal(t, root.SpanContext().TraceID().String(), got.ID)
	require.Equal(t, "cart GET /cart", got.RequestType)
	for i := range got.Spans {
		got.Spans[i].Attrs = pythia.AttrsOf(slices.Collect(got.Spans[i].Attrs.All())...) // they may be in the SDK's form
	}
	require.Equal(t, []pythia.Span{
		{
			ID: root.SpanContext().SpanID().String(), Point: id("GET /cart"), Kind: pythia.KindServer, StartNanos: start, EndNanos: start + 4, Process: process,
			Attrs: pythia.AttrsOf(
				pythia.String("s", "text"), pythia.Number("i", 3), pythia.Number("f", 0.5), pythia.Bool("b", true), pythia.String("inf", "+Inf"),
				pythia.String("l", `["a","\""]`), pythia.String("long", strings.Repeat("é", 2048)), library,
			),
		},
		{
			ID: child.SpanContext().SpanID().String(), ParentID: root.SpanContext().SpanID().String(), Point: id("query"), Kind: pythia.KindClient,
			StartNanos: start + 1, EndNanos: start + 3, Process: process, Attrs: pythia.AttrsOf(library), Failed: true,
			Events: []pythia.SpanEvent{{Name: "event", TimeNanos: start + 2, Attrs: []pythia.Attr{pythia.Number("n", 1)}}},
			Links:  []pythia.Link{{TraceID: linked.SpanContext().TraceID().String(), SpanID: linked.SpanContext().SpanID().String()}},
		},
	}, got.Spans)
	require.Same(t, got.Spans[0].Process, traces[0].Spans[0].Process)
	require.Equal(t, otel.ProcessorStats{Traces: 2, Spans: 3}, b.Stats())
}

// TestProcessorKnowsLayers by the scope under which others report what is below the application.
func TestProcessorKnowsLayers(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{})
	ctx, root := b.root()
	for _, scope := range []string{pythia.InstrumentationScope(pythia.LayerKernel, "linux"), "pythia/kernel/"} {
		_, below := root.TracerProvider().Tracer(scope).Start(ctx, "fsync")
		below.End()
	}
	root.End()
	b.Advance(time.Second)
	var points []pythia.TracePointID
	for _, s := range b.take()[0].Spans {
		points = append(points, s.Point)
		require.Equal(t, "cart", s.Process.Service)
	}
	require.ElementsMatch(t, []pythia.TracePointID{id("root"), {Layer: pythia.LayerKernel, Scope: "linux", Name: "fsync"}, id("fsync")}, points)
}

func TestTracesLinger(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{Linger: time.Second})
	ctx, root := b.root()
	b.Advance(time.Minute)
	root.End()
	b.Advance(time.Second - 1)
	_, late := b.Tracer.Start(ctx, "asynchronous")
	b.Advance(time.Minute)
	require.Empty(t, b.take(), "a span is open")
	late.End()
	b.Advance(time.Second - 1)
	require.Empty(t, b.take())
	b.Advance(1)
	require.Len(t, b.take()[0].Spans, 2)

	_, tooLate := b.Tracer.Start(ctx, "too late")
	tooLate.End()
	b.Advance(time.Hour)
	require.Empty(t, b.take())
	require.Equal(t, 1, b.Stats().Late)
}

func TestNoLinger(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{Linger: -1})
	_, root := b.root()
	root.End()
	b.Advance(0)
	require.Len(t, b.take(), 1)
}

func TestForgottenSpansAreUnfinished(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{Timeout: time.Minute})
	ctx, root := b.root()
	_, forgotten := b.Tracer.Start(ctx, "forgotten")
	root.End()
	require.NoError(t, b.ForceFlush(t.Context()))
	b.Advance(time.Minute - 1)
	require.Empty(t, b.take())
	b.Advance(1)
	spans := b.take()[0].Spans
	require.Len(t, spans, 2)
	require.Equal(t, id("forgotten"), spans[1].Point)
	require.True(t, spans[1].Unfinished)
	forgotten.End()
	require.Equal(t, otel.ProcessorStats{Traces: 1, Spans: 2, Unfinished: 1, Late: 1}, b.Stats())
}

func TestFlushAndShutdown(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{})
	_, open := b.root()
	_, ended := b.root()
	ended.End()
	require.NoError(t, b.ForceFlush(t.Context()))
	require.Equal(t, ended.SpanContext().TraceID().String(), b.take()[0].ID)
	require.Equal(t, 1, b.Timers(), "for the open one")
	require.NoError(t, b.Shutdown(t.Context()))
	require.Equal(t, open.SpanContext().TraceID().String(), b.take()[0].ID)
	_, after := b.root()
	after.End()
	require.NoError(t, b.Shutdown(t.Context()))
	require.Len(t, b.take(), 1, "for the others that share it")
}

func TestFlushGivesUpWithItsContext(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	b := newBench(t, otel.ProcessorConfig{Observer: observe(func(*pythia.Trace) {
		close(entered)
		<-leave
	})})
	_, root := b.root()
	root.End()
	flushed := make(chan error)
	go func() { flushed <- b.ForceFlush(context.Background()) }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, b.ForceFlush(ctx), context.Canceled)
	close(leave)
	require.NoError(t, <-flushed)
}

type observe func(*pythia.Trace)

func (o observe) Observe(t *pythia.Trace) { o(t) }

func TestMemoryIsBounded(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{MaxTraces: 3, MaxSpans: 5})
	var open []trace.Span
	for range 5 {
		_, root := b.root()
		open = append(open, root)
		b.Advance(1)
	}
	require.Equal(t, 2, b.Stats().Dropped)
	for _, root := range open {
		root.End()
	}
	require.Equal(t, 2, b.Stats().Late)
	ctx, big := b.root() // the fourth of three
	for range 10 {
		_, child := b.Tracer.Start(ctx, "child")
		child.End()
	}
	big.End()
	require.Equal(t, 2+3+1, b.Stats().Dropped, "the big one at last")
	require.NoError(t, b.ForceFlush(t.Context()))
	require.Empty(t, b.take())

	for range 100 { // what is remembered of the past is bounded too
		_, root := b.root()
		root.End()
		b.Advance(time.Second)
	}
	require.Len(t, b.take(), 100)
}

func TestObserverThatPanics(t *testing.T) {
	var log strings.Builder
	b := newBench(t, otel.ProcessorConfig{Observer: observe(func(*pythia.Trace) { panic("boom") }), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	_, root := b.root()
	root.End()
	b.Advance(time.Second)
	require.Equal(t, 1, b.Stats().Panics)
	require.Contains(t, log.String(), "boom")
}

func TestHostileTimes(t *testing.T) {
	b := newBench(t, otel.ProcessorConfig{})
	for _, at := range []time.Time{time.Unix(-1, 0), time.Unix(1<<60, 0), time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)} {
		_, root := b.Tracer.Start(t.Context(), "root", trace.WithTimestamp(at))
		root.End(trace.WithTimestamp(at))
	}
	require.NoError(t, b.ForceFlush(t.Context()))
	require.Len(t, b.take(), 3)
}

func TestProcessorMistakesAreErrors(t *testing.T) {
	seen := new(collector)
	for _, c := range []otel.ProcessorConfig{
		{}, {Observer: seen, Timeout: -1}, {Observer: seen, MaxTraces: -1}, {Observer: seen, MaxSpans: -1},
	} {
		_, err := otel.NewProcessor(c)
		require.ErrorContains(t, err, "otel: ")
	}
}

func TestProcessorConcurrently(t *testing.T) {
	seen := new(collector)
	processor := newProcessor(t, otel.ProcessorConfig{Observer: seen, Linger: -1})
	front, back := newProcess(t, otel.Config{Scope: "front"}, processor), newProcess(t, otel.Config{Scope: "back"}, processor)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				ctx, root := front.start(context.Background(), "root")
				_, span := back.start(call(ctx), "serve")
				span.End()
				root.End()
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(processor.ForceFlush(t.Context())))
	require.Len(t, seen.traces, 200)
	for _, workflow := range seen.traces {
		require.Len(t, workflow.Spans, 2)
		require.Len(t, workflow.Roots(), 1)
		require.Equal(t, "front root", workflow.RequestType)
	}
}
