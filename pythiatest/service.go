package pythiatest

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// service is what a service of the application under test is given.
type service struct {
	sdk      *sdktrace.TracerProvider
	provider *pythiaotel.Provider
	registry *tracepoint.Registry
	leases   []*tracepoint.Leases // of the spans' points and of the registry's
}

// Provider returns the tracer provider of a service: the same one whenever it is asked for. Its spans are trace points, and come to the Engine.
func (t *Trial) Provider(service string) *pythiaotel.Provider {
	t.tb.Helper()
	return t.service(service).provider
}

// Registry returns the registry of a service's declared trace points, for the application to add them. It is closed when the test ends. As a point is in
// one registry at a time, tests whose applications share points in package variables must not run in parallel.
func (t *Trial) Registry(service string) *tracepoint.Registry {
	t.tb.Helper()
	return t.service(service).registry
}

// Propagator returns what carries a trace, and the type of its request, from service to service.
func (t *Trial) Propagator() propagation.TextMapPropagator {
	return propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, pythiaotel.Propagator{})
}

func (t *Trial) service(name string) *service {
	t.tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := t.services[name]; ok {
		return s
	}
	s, err := t.newService(name)
	t.must(err)
	t.services[name] = s
	return s
}

func (t *Trial) newService(name string) (s *service, err error) {
	s = &service{sdk: sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // whatever the environment says
		sdktrace.WithSpanProcessor(t.processor),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", name))),
	)}
	if s.provider, err = pythiaotel.New(pythiaotel.Config{Provider: s.sdk, Scope: name}); err != nil {
		return nil, err
	}
	if s.registry, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: name, Provider: s.provider.Unswitched()}); err != nil {
		return nil, err
	}
	spans, err := s.provider.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		return nil, err
	}
	points, err := tracepoint.NewController(s.registry, tracepoint.LeaseConfig{})
	if err != nil {
		return nil, err
	}
	s.leases = []*tracepoint.Leases{spans, points}
	return s, errors.Join(t.controller.Add(spans), t.controller.Add(points))
}

// stop switches the points off, and lets go of them. The test's context is done by then.
func (s *service) stop() error {
	var errs []error
	for _, l := range s.leases {
		errs = append(errs, l.Close())
	}
	s.registry.Close()
	return errors.Join(append(errs, s.sdk.Shutdown(context.Background()))...)
}
