package otel_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestDisabledSpanHidesAndBreaksNothing(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("on")})
	require.NoError(t, p.Enable(t.Context(), id("on")))
	ctx, root := p.start(t.Context(), "root")
	offCtx, off := p.start(ctx, "off", trace.WithLinks(trace.Link{SpanContext: root.SpanContext()}))

	require.False(t, off.IsRecording())
	require.NotEqual(t, root, off)
	require.Equal(t, root.SpanContext(), off.SpanContext(), "logs and propagators go by what is above")
	require.Equal(t, off, trace.SpanFromContext(offCtx))
	off.SetAttributes(attribute.Bool("lost", true))
	off.AddEvent("lost")
	off.AddLink(trace.Link{SpanContext: root.SpanContext()})
	off.RecordError(errors.New("lost"))
	off.SetStatus(codes.Error, "lost")
	off.SetName("lost")
	off.End()
	off.End()
	trace.SpanFromContext(offCtx).End() // as otelgrpc does
	require.True(t, root.IsRecording(), "its end ends nothing else")

	againCtx, again := p.start(offCtx, "off too")
	require.Equal(t, offCtx, againCtx)
	again.End()
	_, on := p.start(againCtx, "on")
	on.End()
	root.End()

	ended := p.exported.Ended()
	require.Len(t, ended, 2)
	require.Equal(t, root.SpanContext().SpanID(), ended[0].Parent().SpanID(), "attaches to the nearest ancestor that is on")
	require.Empty(t, ended[1].Attributes())
	require.Empty(t, ended[1].Events())
	require.Empty(t, ended[1].Links())
	require.Equal(t, sdktrace.Status{}, ended[1].Status())
	require.Equal(t, "root", ended[1].Name())
}

func TestProvidersDoNotEscape(t *testing.T) {
	p := newProcess(t, otel.Config{AlwaysOn: never})
	unsampled := newWrapped(t, sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())))
	for name, ctx := range map[string]context.Context{"no parent": t.Context(), "remote parent": remote(t)} {
		for _, provider := range []trace.TracerProvider{p.Provider, p.Unswitched(), unsampled} {
			ctx, span := provider.Tracer("").Start(ctx, "root or off")
			ctx, off := span.TracerProvider().Tracer("").Start(ctx, "off")
			for _, s := range []trace.Span{span, off, trace.SpanFromContext(ctx)} {
				require.IsType(t, p.Provider, s.TracerProvider(), name)
			}
			off.End()
			span.End()
		}
	}
}

func newWrapped(t *testing.T, inner trace.TracerProvider) *otel.Provider {
	p, err := otel.New(otel.Config{Provider: inner, Scope: scope})
	require.NoError(t, err)
	return p
}

// remote is the context of a request from another process.
func remote(t *testing.T) context.Context {
	_, span := sdktrace.NewTracerProvider().Tracer("").Start(t.Context(), "elsewhere")
	defer span.End()
	return trace.ContextWithRemoteSpanContext(t.Context(), span.SpanContext())
}

func TestSkeleton(t *testing.T) {
	byDefault, chosen := newProcess(t, otel.Config{}), newProcess(t, otel.Config{AlwaysOn: func(name string, kind trace.SpanKind) bool {
		return name == "skeleton" && kind == trace.SpanKindInternal
	}})
	for _, c := range []struct {
		name             string
		above            func(*process) context.Context
		options          []trace.SpanStartOption
		onByDefault, onn bool
	}{
		{"root", nil, nil, true, true},
		{"below", inside, nil, false, false},
		{"new root", inside, []trace.SpanStartOption{trace.WithNewRoot()}, true, true},
		{"server", inside, []trace.SpanStartOption{serves}, true, false},
		{"consumer", inside, []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindConsumer)}, true, false},
		{"client", inside, []trace.SpanStartOption{calls}, false, false},
		{"late", inside, []trace.SpanStartOption{trace.WithTimestamp(time.Now()), serves}, true, false},
		{"entry", func(*process) context.Context { return remote(t) }, nil, true, false},
		{"skeleton", inside, []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindUnspecified)}, false, true},
		{"skeleton", inside, []trace.SpanStartOption{trace.WithAttributes(attribute.Int("n", 1)), calls}, false, true},
	} {
		for _, p := range []*process{byDefault, chosen} {
			ctx := t.Context()
			if c.above != nil {
				ctx = c.above(p)
			}
			_, span := p.start(ctx, c.name, c.options...)
			span.End()
			require.Equal(t, map[*process]bool{byDefault: c.onByDefault, chosen: c.onn}[p], span.SpanContext().SpanID() !=
				trace.SpanContextFromContext(ctx).SpanID(), "%s %v", c.name, p == byDefault)
		}
	}
}

func inside(p *process) context.Context {
	ctx, span := p.start(context.Background(), "root")
	defer span.End()
	return ctx
}

func TestNewRootAndLinksAreHonoured(t *testing.T) {
	p := newProcess(t, otel.Config{})
	ctx, root := p.start(t.Context(), "root")
	ctx, _ = p.start(ctx, "off")
	_, job := p.start(ctx, "job", trace.WithNewRoot(), trace.WithLinks(trace.LinkFromContext(ctx)))
	job.End()
	root.End()
	ended := p.exported.Ended()
	require.Equal(t, "job", ended[0].Name())
	require.False(t, ended[0].Parent().IsValid())
	require.NotEqual(t, root.SpanContext().TraceID(), ended[0].SpanContext().TraceID())
	require.Equal(t, root.SpanContext(), ended[0].Links()[0].SpanContext)
}

func TestNewRootOfAPointThatIsOn(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("job")})
	require.NoError(t, p.Enable(t.Context(), id("job")))
	for _, start := range []trace.Tracer{p.Tracer(""), p.Unswitched().Tracer("")} {
		ctx, root := p.start(t.Context(), "root")
		inside, below := start.Start(ctx, "job", calls)
		require.Equal(t, "cart root", tracepoint.RequestType(inside))
		require.Equal(t, root.SpanContext().TraceID(), below.SpanContext().TraceID())
		below.End()
		inside, job := start.Start(ctx, "job", calls, trace.WithNewRoot())
		require.Equal(t, "cart job", tracepoint.RequestType(inside), "a request of its own")
		require.NotEqual(t, root.SpanContext().TraceID(), job.SpanContext().TraceID())
		require.Equal(t, job, trace.SpanFromContext(inside))
		job.End()
		root.End()
	}
}

func TestContextsAreAsUsual(t *testing.T) {
	p := newProcess(t, otel.Config{})
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	ctx, root := p.start(ctx, "root")
	for i := range 100 {
		if i == 50 {
			p.SpanCost() // has some measured
		}
		var span trace.Span
		ctx, span = p.start(ctx, "below", serves)
		require.Equal(t, span, trace.SpanFromContext(ctx))
		span.End()
	}
	derived, done := context.WithTimeout(ctx, time.Hour)
	defer done()
	require.Equal(t, "value", derived.Value(key{}))
	require.Nil(t, derived.Value("other"))
	require.Equal(t, trace.SpanFromContext(ctx), trace.SpanFromContext(derived))
	cancel()
	<-derived.Done()
	require.ErrorIs(t, derived.Err(), context.Canceled)
	root.End()
}

func TestEnabledSpanIsTheSDKs(t *testing.T) {
	p := newProcess(t, otel.Config{})
	ctx, root := p.start(t.Context(), "root", trace.WithAttributes(attribute.Int("a", 1)))
	read, ok := trace.SpanFromContext(ctx).(sdktrace.ReadOnlySpan)
	require.True(t, ok)
	require.Equal(t, "root", read.Name())
	_, off := p.start(ctx, "off")
	require.Nil(t, otel.Unwrap(off))
	require.NotEqual(t, root, otel.Unwrap(root))
	require.Equal(t, p.sdk, otel.Unwrap(root).TracerProvider())
	require.Equal(t, otel.Unwrap(root), otel.Unwrap(otel.Unwrap(root)))
	root.SetAttributes(attribute.Int("b", 2))
	root.AddEvent("event")
	root.RecordError(errors.New("broken"))
	root.SetStatus(codes.Error, "broken")
	root.End()
	ended := p.exported.Ended()[0]
	require.Equal(t, []attribute.KeyValue{attribute.Int("a", 1), attribute.Int("b", 2)}, ended.Attributes())
	require.Len(t, ended.Events(), 2)
	require.Equal(t, codes.Error, ended.Status().Code)
}

// The SDK's End records a panic only if it is called by it directly. The End of spans that are measured is not the SDK's.
func TestPanicsAreRecorded(t *testing.T) {
	p := newProcess(t, otel.Config{})
	const n = 30
	for i := range n {
		if i == n/2 {
			p.SpanCost()
		}
		require.PanicsWithValue(t, "boom", func() {
			_, span := p.start(t.Context(), "root")
			defer span.End()
			panic("boom")
		})
	}
	ended := p.exported.Ended()
	require.Len(t, ended, n)
	for _, s := range ended {
		require.Len(t, s.Events(), 1)
		require.Equal(t, "exception", s.Events()[0].Name)
	}
}

func TestSiblingsThatAreOff(t *testing.T) {
	p := newProcess(t, otel.Config{})
	ctx, root := p.start(t.Context(), "root")
	defer root.End()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				inner, off := p.start(ctx, "off")
				assert.Equal(t, root.SpanContext(), off.SpanContext())
				assert.Equal(t, off, trace.SpanFromContext(inner))
				off.End()
			}
		})
	}
	wg.Wait()
	require.True(t, root.IsRecording())
}

func TestMistakesAreErrors(t *testing.T) {
	sdk := sdktrace.NewTracerProvider()
	wrapped := newWrapped(t, sdk)
	for _, c := range []otel.Config{
		{}, {Provider: sdk}, {Scope: scope}, {Provider: wrapped, Scope: scope}, {Provider: wrapped.Unswitched(), Scope: scope},
		{Provider: sdk, Scope: scope, MaxPoints: -1}, {Provider: sdk, Scope: scope, Points: points("a", "a")},
		{Provider: sdk, Scope: scope, Points: points("a", "b"), MaxPoints: 1}, {Provider: sdk, Scope: scope, Points: points("")},
		{Provider: sdk, Scope: "other", Points: []pythia.TracePoint{{ID: id("a")}}},
		{Provider: sdk, Scope: scope, Points: []pythia.TracePoint{{ID: pythia.TracePointID{Layer: pythia.LayerKernel, Name: "a"}}}},
	} {
		_, err := otel.New(c)
		require.ErrorContains(t, err, "otel: ")
	}
}

func TestOtherProviders(t *testing.T) {
	p := newWrapped(t, noop.NewTracerProvider()) // no ForceFlush, no Shutdown, no recording spans
	require.NoError(t, errors.Join(p.ForceFlush(t.Context()), p.Shutdown(t.Context())))
	_, span := p.Tracer("").Start(remote(t), "a")
	span.SetName("b")
	span.End()
	require.True(t, span.SpanContext().IsValid())
	var none context.Context
	_, span = p.Tracer("").Start(none, "a")
	span.End()
}

// A process may hold several services. What is off in one attaches to what is on in the other.
func TestSeveralProvidersInOneProcess(t *testing.T) {
	front, back := newProcess(t, otel.Config{Scope: "front", AlwaysOn: never}), newProcess(t, otel.Config{Scope: "back", AlwaysOn: never, Points: points("on")})
	require.NoError(t, back.Enable(t.Context(), back.id("on")))
	ctx, root := front.start(t.Context(), "root")
	for range 3 {
		ctx, _ = back.start(ctx, "off")
		require.Equal(t, back.Provider, trace.SpanFromContext(ctx).TracerProvider())
		ctx, _ = front.start(ctx, "off")
		require.Equal(t, front.Provider, trace.SpanFromContext(ctx).TracerProvider())
	}
	_, on := back.start(ctx, "on")
	on.End()
	root.End()
	require.Equal(t, root.SpanContext().SpanID(), back.exported.Ended()[0].Parent().SpanID())
	require.Len(t, front.exported.Ended(), 1)
}

func TestRegistryBesides(t *testing.T) {
	p := newProcess(t, otel.Config{})
	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope, Provider: p.Unswitched()})
	require.NoError(t, err)
	reserve := tracepoint.New("reserve", "", tracepoint.AlwaysOn())
	require.NoError(t, registry.Add(reserve))
	ctx, root := p.start(t.Context(), "root")
	ctx, span := reserve.Start(ctx)
	ctx, off := p.start(ctx, "off")
	require.Equal(t, p.Provider, trace.SpanFromContext(ctx).TracerProvider())
	off.End()
	span.End()
	root.End()
	require.Equal(t, []string{"reserve", "root"}, p.take())
	listed, err := p.Points(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 2, "the registry's point is its own")
}

func TestOffAllocates(t *testing.T) {
	p := newProcess(t, otel.Config{})
	tracer := p.Tracer("test")
	ctx, root := p.start(t.Context(), "root")
	defer root.End()
	derived := context.WithValue(ctx, new(int), 1)
	below, _ := tracer.Start(derived, "off")
	for _, c := range []struct {
		ctx         context.Context
		allocations float64
	}{{ctx, 0}, {derived, 1}, {below, 0}} { // the context, unless what hides is there already
		require.Equal(t, c.allocations, testing.AllocsPerRun(1000, func() {
			_, span := tracer.Start(c.ctx, "off")
			span.End()
		}))
	}
}
