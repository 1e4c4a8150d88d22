package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// propagators carry a trace, and the type of its request, from service to service.
var propagators = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, pythiaotel.Propagator{})

// service is an HTTP service with the instrumentation that everybody has: OpenTelemetry's SDK, otelhttp around handlers and clients.
type service struct {
	sdk       *sdktrace.TracerProvider
	provider  *pythiaotel.Provider
	registry  *tracepoint.Registry
	mux       *http.ServeMux
	transport *http.Transport
	client    *http.Client
}

// newService makes a service with trace points of its own. In a program of yours that has OpenTelemetry, New, NewRegistry and Add are what is
// to be added.
func newService(name string, points ...*tracepoint.Point) (*service, error) {
	sdk := sdktrace.NewTracerProvider(sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", name))))
	provider, err := pythiaotel.New(pythiaotel.Config{Provider: sdk, Scope: name})
	if err != nil {
		return nil, err
	}
	registry, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: name, Provider: provider.Unswitched()})
	if err != nil {
		return nil, err
	}
	if err := registry.Add(points...); err != nil {
		return nil, err
	}
	s := &service{sdk: sdk, provider: provider, registry: registry, mux: http.NewServeMux()}
	s.transport = &http.Transport{MaxIdleConnsPerHost: 100}
	s.client = &http.Client{Transport: otelhttp.NewTransport(s.transport, s.instrumentation()...)}
	return s, nil
}

func (s *service) instrumentation() []otelhttp.Option {
	return []otelhttp.Option{otelhttp.WithTracerProvider(s.provider), otelhttp.WithPropagators(propagators)}
}

// handle serves a route.
func (s *service) handle(route string, serve func(*http.Request) error) {
	s.mux.Handle(route, otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	}), "", s.instrumentation()...))
}

// call asks another service.
func (s *service) call(ctx context.Context, method, url string) error {
	return ask(ctx, s.client, method, url)
}

func ask(ctx context.Context, client *http.Client, method, url string) error {
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, url, response.Status, answer)
	}
	return err
}

// work takes about a time, and is a trace point.
func work(ctx context.Context, at *tracepoint.Point, about time.Duration) {
	_, span := at.Start(ctx)
	defer span.End()
	time.Sleep(time.Duration(float64(about) * (0.9 + 0.2*rand.Float64())))
}

// listen serves on a free port of this machine until stop is called.
func listen(h http.Handler) (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("no port for a service: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // if it fails, so do the requests, and say so
	return "http://" + listener.Addr().String(), func() {
		_ = server.Close()
		serving.Wait()
	}, nil
}

// close lets go of the connections to other services, and of the trace points.
func (s *service) close() {
	s.transport.CloseIdleConnections()
	s.registry.Close()
	_ = s.sdk.Shutdown(context.Background()) // the processor hands over what it has
}
