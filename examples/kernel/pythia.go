package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/ebpf"
	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/localize"
	"github.com/pythia-trace/pythia/tracepoint"
)

const serviceName = "shop"

// watched is what the service has of OpenTelemetry, and Pythia with the kernel beside it.
type watched struct {
	sdk      *sdktrace.TracerProvider
	provider *pythiaotel.Provider
	registry *tracepoint.Registry
	kernel   *ebpf.Kernel
	router   *tracepoint.Router
}

// newWatched makes the trace points of the application and of the kernel ones of a single router. The kernel takes two lines: New, and
// RegisterSpanProcessor.
func newWatched(points ...*tracepoint.Point) (*watched, error) {
	w := &watched{sdk: sdktrace.NewTracerProvider(sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", serviceName))))}
	return w, w.start(points)
}

func (w *watched) start(points []*tracepoint.Point) (err error) {
	if w.provider, err = pythiaotel.New(pythiaotel.Config{Provider: w.sdk, Scope: serviceName}); err != nil {
		return err
	}
	if w.registry, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: serviceName, Provider: w.provider.Unswitched()}); err != nil {
		return err
	}
	if err = w.registry.Add(points...); err != nil {
		return err
	}
	if w.kernel, err = ebpf.New(ebpf.Config{Provider: w.sdk}); err != nil {
		return err
	}
	w.sdk.RegisterSpanProcessor(w.kernel)
	return w.route()
}

// route puts the controllers of all layers together.
func (w *watched) route() error {
	spans, err := w.provider.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		return err
	}
	points, err := tracepoint.NewController(w.registry, tracepoint.LeaseConfig{})
	if err != nil {
		return err
	}
	kernel, err := w.kernel.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		return err
	}
	w.router, err = tracepoint.NewRouter(tracepoint.LeaseConfig{}, spans, points, kernel)
	return err
}

// run runs the Engine until ctx is done. onCycle is told what each step did, and may ask the Engine for its report.
func (w *watched) run(ctx context.Context, o options, onCycle func(*pythia.Engine, *pythia.Cycle)) error {
	config, err := defaults.Live(w.router)
	if err != nil {
		return err
	}
	config.Localizer, err = localize.New(localize.Config{Measure: pythia.UntilAnswered, NegligibleStdDev: 100 * time.Microsecond}) // disks can be fast
	if err != nil {
		return err
	}
	var engine *pythia.Engine
	config.Loop.Interval, config.Loop.MinRequests = o.interval, o.minRequests // far less than the defaults: nobody wants to wait here
	config.Loop.Budget = pythia.Cost{CPU: 0.1}
	config.Loop.OnCycle = func(c *pythia.Cycle) { onCycle(engine, c) }
	if engine, err = pythia.New(config); err != nil {
		return err
	}
	processor, err := pythiaotel.NewProcessor(pythiaotel.ProcessorConfig{Observer: engine, ReuseTraces: true, Linger: o.interval / 5})
	if err != nil {
		return err
	}
	w.sdk.RegisterSpanProcessor(processor)
	return engine.Run(ctx)
}

// stop leaves nothing behind.
func (w *watched) stop() error {
	var errs []error
	if w.router != nil {
		errs = append(errs, w.router.Close())
	}
	if w.kernel != nil {
		errs = append(errs, w.kernel.Close())
	}
	if w.registry != nil {
		w.registry.Close()
	}
	return errors.Join(append(errs, w.sdk.Shutdown(context.Background()))...)
}
