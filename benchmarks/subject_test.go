package benchmarks

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/pythia-trace/pythia"
	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// subject is something that is measured: run starts and ends n spans. All that is compared has the same batch.
type subject struct {
	name  string
	batch int
	run   func(n int)
}

const (
	batchOfNothing = 8192 // spans, of less than 3 ns
	batchOff       = 256
	batchOn        = 32
)

// The names of the subjects that bars speak of. Those of spans come with the name of their options.
const (
	pointVariable = "Point, off, in a package variable"
	pointCaptured = "Point, off, by a pointer"
	pointOneIn    = "Point, on for one request in N, not this one"
	pointOther    = "Point, on for another request type"
	pointOn       = "Point, on"

	noParent    = "OpenTelemetry's no-op provider, no span above"
	noOp        = "OpenTelemetry's no-op provider"
	noOpDerived = "OpenTelemetry's no-op provider, in a derived context"
	never       = "OpenTelemetry's SDK, NeverSample"
	off         = "wrapping provider, off"
	offDerived  = "wrapping provider, off, in a derived context"
	offBelow    = "wrapping provider, off, below a span that is off"
	oneIn       = "wrapping provider, on for one request in N, not this one"
	other       = "wrapping provider, on for another request type"
	sdk         = "OpenTelemetry's SDK"
	on          = "wrapping provider, on"

	sdkRequest = "OpenTelemetry's SDK, first span of a request"
	onRequest  = "wrapping provider, first span of a request"
)

const scope = "cart"

// inVariable is declared as applications do. It is in no registry.
var inVariable = tracepoint.New("off", "")

// options are those that spans are started with: none, or what the instrumentation of a client gives.
var options = []struct {
	name string
	with func() []trace.SpanStartOption
}{
	{"", func() []trace.SpanStartOption { return nil }},
	{", with kind and attributes", func() []trace.SpanStartOption {
		return []trace.SpanStartOption{
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("db.system.name", "sqlite"), attribute.String("db.operation.name", "SELECT")),
		}
	}},
}

// newSubjects makes all that is compared.
func newSubjects(t testing.TB) []subject {
	sdkProvider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(idle{}))
	wrapped := wrap(t, sdkProvider)
	return slices.Concat(pointSubjects(t, sdkProvider), spanSubjects(sdkProvider, wrapped), []subject{
		{sdkRequest, batchOn, requests(sdkProvider)}, {onRequest, batchOn, requests(wrapped)},
	})
}

func pointSubjects(t testing.TB, provider trace.TracerProvider) []subject {
	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope, Provider: provider})
	require.NoError(t, err)
	controller, err := tracepoint.NewController(registry, tracepoint.LeaseConfig{})
	require.NoError(t, err)
	add := func(name string) *tracepoint.Point {
		p := tracepoint.New(name, "")
		require.NoError(t, registry.Add(p))
		return p
	}
	ctx, _ := provider.Tracer("t").Start(tracepoint.WithRequestType(context.Background(), "cart GET /items"), "root")
	start := func(p *tracepoint.Point) func(int) {
		return func(n int) {
			for range n {
				_, s := p.Start(ctx)
				s.End()
			}
		}
	}
	switchable, some, others, all := add("off"), add("one in N"), add("other type"), add("on")
	switchOn(t, controller)
	return []subject{
		{pointVariable, batchOfNothing, func(n int) {
			for range n {
				_, s := inVariable.Start(ctx)
				s.End()
			}
		}},
		{pointCaptured, batchOfNothing, start(switchable)},
		{pointOneIn, batchOff, start(some)}, {pointOther, batchOff, start(others)},
		{pointOn, batchOn, start(all)},
	}
}

func spanSubjects(sdkProvider, wrapped trace.TracerProvider) []subject {
	none, unsampled := noop.NewTracerProvider(), sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	root := func(p trace.TracerProvider) context.Context {
		ctx, _ := p.Tracer("t").Start(context.Background(), "root")
		return ctx
	}
	derived := func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, "of the application") }
	below := func(ctx context.Context) context.Context {
		ctx, _ = wrapped.Tracer("t").Start(ctx, "off")
		return ctx
	}
	var subjects []subject
	for _, o := range options {
		add := func(name string, batch int, ctx context.Context, p trace.TracerProvider, span string) {
			tracer := p.Tracer("t")
			subjects = append(subjects, subject{name + o.name, batch, func(n int) {
				for range n {
					_, s := tracer.Start(ctx, span, o.with()...)
					s.End()
				}
			}})
		}
		add(noParent, batchOff, context.Background(), none, "off")
		add(noOp, batchOff, root(sdkProvider), none, "off")
		add(noOpDerived, batchOff, derived(root(sdkProvider)), none, "off")
		add(never, batchOff, root(unsampled), unsampled, "off")
		add(off, batchOff, root(wrapped), wrapped, "off")
		add(offDerived, batchOff, derived(root(wrapped)), wrapped, "off")
		add(offBelow, batchOff, below(root(wrapped)), wrapped, "off")
		add(oneIn, batchOff, root(wrapped), wrapped, "one in N")
		add(other, batchOff, root(wrapped), wrapped, "other type")
		add(sdk, batchOn, root(sdkProvider), sdkProvider, "on")
		add(on, batchOn, root(wrapped), wrapped, "on")
	}
	return subjects
}

type key struct{}

// requests is the span with which a request comes in. It is always on, and the type of the request is to be determined.
func requests(p trace.TracerProvider) func(int) {
	tracer := p.Tracer("t")
	return func(n int) {
		for range n {
			_, s := tracer.Start(context.Background(), "GET /items", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
				attribute.String("http.request.method", "GET"), attribute.String("url.path", "/items"), attribute.String("http.route", "/items")))
			s.End()
		}
	}
}

// wrap makes a provider with as many points as a service may have.
func wrap(t testing.TB, inner trace.TracerProvider) *pythiaotel.Provider {
	var points []pythia.TracePoint
	for i := range 100 {
		points = append(points, pythia.TracePoint{ID: id(fmt.Sprint("operation ", i))})
	}
	for _, name := range []string{"off", "one in N", "other type", "on"} {
		points = append(points, pythia.TracePoint{ID: id(name)})
	}
	p, err := pythiaotel.New(pythiaotel.Config{Provider: inner, Scope: scope, Points: points})
	require.NoError(t, err)
	c, err := p.Controller(tracepoint.LeaseConfig{})
	require.NoError(t, err)
	switchOn(t, c)
	return p
}

// switchOn enables the points but that which is off.
func switchOn(t testing.TB, c *tracepoint.Leases) {
	ctx := context.Background()
	require.NoError(t, c.Enable(ctx, id("on")))
	require.NoError(t, c.EnableOnly(ctx, pythia.Selection{OneIn: 1 << 62}, id("one in N")))
	require.NoError(t, c.EnableOnly(ctx, pythia.Selection{RequestTypes: []string{"cart GET /other"}}, id("other type")))
}

func id(name string) pythia.TracePointID { return pythia.TracePointID{Scope: scope, Name: name} }

// idle is a span processor, so that the SDK makes the snapshot of a span that ends, as it does in earnest.
type idle struct{}

func (idle) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (idle) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (idle) Shutdown(context.Context) error                  { return nil }
func (idle) ForceFlush(context.Context) error                { return nil }
