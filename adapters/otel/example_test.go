package otel_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// printer is an observer, as pythia.Engine is one.
type printer struct{}

func (printer) Observe(t *pythia.Trace) {
	fmt.Printf("%s:", t.RequestType)
	for _, s := range t.Spans {
		fmt.Printf(" (%s)", s.Point.Name)
	}
	fmt.Println()
}

// serve is the application: instrumented, and ignorant of Pythia.
func serve(provider trace.TracerProvider) {
	tracer := provider.Tracer("app")
	ctx, request := tracer.Start(context.Background(), "GET /cart", trace.WithSpanKind(trace.SpanKindServer))
	defer request.End()
	ctx, load := tracer.Start(ctx, "load")
	defer load.End()
	_, query := tracer.Start(ctx, "query")
	defer query.End()
}

func Example() {
	processor, err := otel.NewProcessor(otel.ProcessorConfig{Observer: printer{}})
	if err != nil {
		fmt.Println(err)
	}
	sdk := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(processor),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "cart"))))
	provider, err := otel.New(otel.Config{Provider: sdk, Scope: "cart"}) // to be given to otel.SetTracerProvider
	if err != nil {
		fmt.Println(err)
	}
	defer provider.Shutdown(context.Background())
	controller, err := provider.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		fmt.Println(err)
	}
	defer controller.Close()

	ctx := context.Background()
	serve(provider)
	_ = processor.ForceFlush(ctx)

	points, _ := controller.Points(ctx)
	for _, p := range points {
		fmt.Println("-", p.ID, p.AlwaysOn)
	}
	err = controller.EnableFor(ctx, time.Minute, pythia.TracePointID{Scope: "cart", Name: "query"})
	serve(provider)
	_ = processor.ForceFlush(ctx)
	fmt.Println(err)
	// Output:
	// cart GET /cart: (GET /cart)
	// - cart GET /cart true
	// - cart load false
	// - cart query false
	// cart GET /cart: (GET /cart) (query)
	// <nil>
}

func ExampleUnwrap() {
	sdk := sdktrace.NewTracerProvider()
	provider, _ := otel.New(otel.Config{Provider: sdk, Scope: "cart"})
	ctx, on := provider.Tracer("app").Start(context.Background(), "root")
	_, off := provider.Tracer("app").Start(ctx, "off")
	fmt.Println(on.(sdktrace.ReadOnlySpan).Name(), on.TracerProvider() == provider, otel.Unwrap(on).TracerProvider() == sdk)
	fmt.Println(off.IsRecording(), off.SpanContext().Equal(on.SpanContext()), off == on, otel.Unwrap(off))
	// Output:
	// root true true
	// false true false <nil>
}

func ExampleWithRoute() {
	provider, _ := otel.New(otel.Config{Provider: sdktrace.NewTracerProvider(), Scope: "cart"})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{id}", func(_ http.ResponseWriter, r *http.Request) { fmt.Println(tracepoint.RequestType(r.Context())) })

	instrumented := otelhttp.NewHandler(mux, "", otelhttp.WithTracerProvider(provider))
	for _, handler := range []http.Handler{instrumented, otel.WithRoute(mux, instrumented)} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/items/7", strings.NewReader("")))
	}
	// Output:
	// cart GET
	// cart GET /items/{id}
}

func ExampleProvider_Unswitched() {
	provider, _ := otel.New(otel.Config{Provider: sdktrace.NewTracerProvider(), Scope: "cart"})
	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: "cart", Provider: provider.Unswitched()})
	fmt.Println(registry != nil, err)
	// Output: true <nil>
}
