package otel_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const scope = "cart"

func id(name string) pythia.TracePointID { return pythia.TracePointID{Scope: scope, Name: name} }

func points(names ...string) []pythia.TracePoint {
	var points []pythia.TracePoint
	for _, name := range names {
		points = append(points, pythia.TracePoint{ID: pythia.TracePointID{Name: name}})
	}
	return points
}

func oneIn(n int) pythia.Selection { return pythia.Selection{OneIn: n} }

func never(string, trace.SpanKind) bool { return false }

// propagators are those of all simulated processes.
var propagators = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, otel.Propagator{})

// process is a process of a system under test: a provider around the SDK's, and its controller.
type process struct {
	*otel.Provider
	*tracepoint.Leases
	sdk      *sdktrace.TracerProvider
	exported *tracetest.SpanRecorder
	service  string
}

// newProcess makes a process. The configuration needs no provider.
func newProcess(t testing.TB, c otel.Config, processors ...sdktrace.SpanProcessor) *process {
	t.Helper()
	if c.Scope == "" {
		c.Scope = scope
	}
	p := &process{exported: tracetest.NewSpanRecorder(), service: c.Scope}
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithSpanProcessor(p.exported),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", c.Scope))),
	}
	for _, sp := range processors {
		options = append(options, sdktrace.WithSpanProcessor(sp))
	}
	p.sdk = sdktrace.NewTracerProvider(options...)
	c.Provider = p.sdk
	var err error
	p.Provider, err = otel.New(c)
	require.NoError(t, err)
	p.Leases, err = p.Controller(tracepoint.LeaseConfig{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, p.Close())
		require.NoError(t, p.Shutdown(context.Background()))
	})
	return p
}

func (p *process) id(name string) pythia.TracePointID {
	return pythia.TracePointID{Scope: p.service, Name: name}
}

// start starts a span.
func (p *process) start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	return p.Tracer("test").Start(ctx, name, options...)
}

// take returns the names of the spans that ended since, ordered.
func (p *process) take() []string {
	names := []string{}
	for _, s := range p.exported.Ended() {
		names = append(names, s.Name())
	}
	p.exported.Reset()
	slices.Sort(names)
	return names
}

// call passes a request on to another process.
func call(ctx context.Context) context.Context {
	carrier := propagation.MapCarrier{}
	propagators.Inject(ctx, carrier)
	return propagators.Extract(context.Background(), carrier)
}

var (
	serves = trace.WithSpanKind(trace.SpanKindServer)
	calls  = trace.WithSpanKind(trace.SpanKindClient)
)
