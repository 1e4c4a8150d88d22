package overhead

import (
	"context"
	"errors"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// The names of the variants.
const (
	Bare       = "bare"                              // no tracing code at all
	Again      = "bare, once more"                   // the same: what it differs by is what differences there are without a reason
	Off        = "20 points, off"                    // all instrumentation is tracepoint.Points, which are off
	Unsampled  = "Pythia, sampler off"               // as the following, with the SDK's sampler NeverSample, which leaves nothing to be on
	Skeleton   = "Pythia, skeleton"                  // libraries by the wrapping provider, 15 points; the entry span is on, and an Engine runs
	Ten        = "Pythia, skeleton and 10 points"    // the same with 10 of the points on, for all requests
	All        = "Pythia, all 20 spans"              // the same with all points on
	SDKNothing = "OpenTelemetry's SDK, sampler off"  // NeverSample
	SDK        = "OpenTelemetry's SDK, all 20 spans" // AlwaysSample, in batches to an exporter that encodes and does not send
)

// variant is the service with one way of tracing. Variants share nothing.
type variant struct {
	name    string
	handler func(*shop) http.Handler // idle without a shop
	// settle does at once what would happen by and by to the spans of the last requests.
	settle func(context.Context) error
	// recorded is how many spans have come to their end: the Engine, or the encoder.
	recorded func() int
	close    func() error
}

func newVariants() (all []*variant, err error) {
	makers := []func() (*variant, error){
		func() (*variant, error) { return newBare(Bare) },
		newOff,
		func() (*variant, error) { return newBare(Again) },
		func() (*variant, error) { return newPythia(Unsampled, sdktrace.NeverSample()) },
		func() (*variant, error) { return newPythia(Skeleton, sdktrace.AlwaysSample()) },
		func() (*variant, error) { return newPythia(Ten, sdktrace.AlwaysSample(), ten...) },
		func() (*variant, error) { return newPythia(All, sdktrace.AlwaysSample(), switchable()...) },
		func() (*variant, error) { return newSDK(SDKNothing, sdktrace.NeverSample()) },
		func() (*variant, error) { return newSDK(SDK, sdktrace.AlwaysSample()) },
	}
	for _, maker := range makers {
		v, err := maker()
		if err != nil {
			return nil, errors.Join(err, closeAll(all))
		}
		all = append(all, v)
	}
	return all, nil
}

func closeAll(variants []*variant) error {
	var errs []error
	for _, v := range variants {
		errs = append(errs, v.close())
	}
	return errors.Join(errs...)
}

func newBare(name string) (*variant, error) {
	root := entry()
	return &variant{
		name:     name,
		handler:  func(s *shop) http.Handler { return &bare{s, root} },
		settle:   func(context.Context) error { return nil },
		recorded: func() int { return 0 },
		close:    func() error { return nil },
	}, nil
}

// newSDK makes the service as OpenTelemetry has it by default. Only the queue is longer, so that it holds all spans of a round: what does not fit in is
// dropped, and would cost nothing.
func newSDK(name string, sampler sdktrace.Sampler) (*variant, error) {
	to := new(encoder)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithResource(service()),
		sdktrace.WithBatcher(to, sdktrace.WithMaxQueueSize(2*spansPerRequest*mostAtOnce)))
	root, tracer := entry(), provider.Tracer(serviceName)
	return &variant{
		name: name,
		handler: func(s *shop) http.Handler {
			return &instrumented{shop: s, root: root, tracer: tracer, propagator: propagation.TraceContext{}}
		},
		settle:   provider.ForceFlush,
		recorded: func() int { return int(to.spans.Load()) },
		close:    func() error { return provider.Shutdown(context.Background()) },
	}, nil
}

const serviceName = "shop"

func service() *resource.Resource {
	return resource.NewSchemaless(attribute.String("service.name", serviceName))
}
