package overhead

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia"
	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/tracepoint"
)

// ten are the points that are on besides the skeleton: what a search may have on that has come down to a few places and what they call.
var ten = []string{
	"session.authenticate", "GET session", "catalogue.load", "SELECT products", "price.compute", "price.discount", "stock.reserve", "SELECT stock",
	"page.render", "page.compact",
}

// switchable are the names of all points but the skeleton.
func switchable() (names []string) {
	entry().each(func(s *stage) {
		if s.place > 0 {
			names = append(names, s.name)
		}
	})
	return names
}

// live is a service with Pythia, with what newService and watch of examples/quickstart do.
type live struct {
	sdk       *sdktrace.TracerProvider
	provider  *pythiaotel.Provider
	registry  *tracepoint.Registry
	points    []*tracepoint.Point
	router    *tracepoint.Router
	processor *pythiaotel.Processor
	stop      context.CancelFunc
	running   sync.WaitGroup
	failed    error // of the Engine, once it has stopped
}

// newPythia makes the service with some points on for all requests.
func newPythia(name string, sampler sdktrace.Sampler, on ...string) (*variant, error) {
	root := entry()
	l, err := newLive(root, sampler, func(s *stage) bool { return s.place > 0 && !s.client })
	if err != nil {
		return nil, err
	}
	for _, point := range on {
		if err := l.router.Enable(context.Background(), pythia.TracePointID{Scope: serviceName, Name: point}); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	tracer := l.provider.Tracer(serviceName)
	both := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, pythiaotel.Propagator{})
	return l.variant(name, func(s *shop) http.Handler { return &instrumented{s, root, tracer, both, l.points} }), nil
}

// newOff makes the service with a point for each stage, the first one too.
func newOff() (*variant, error) {
	root := entry()
	l, err := newLive(root, sdktrace.AlwaysSample(), func(*stage) bool { return true })
	if err != nil {
		return nil, err
	}
	return l.variant(Off, func(s *shop) http.Handler { return &pointed{s, root, l.points} }), nil
}

func (l *live) variant(name string, handler func(*shop) http.Handler) *variant {
	return &variant{
		name: name, handler: handler, settle: l.processor.ForceFlush, recorded: func() int { return l.processor.Stats().Spans }, close: l.close,
	}
}

// newLive starts the Engine. own says which stages have a point of the application's.
func newLive(root *stage, sampler sdktrace.Sampler, own func(*stage) bool) (*live, error) {
	l := &live{sdk: sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithResource(service()))}
	if err := l.addPoints(root, own); err != nil {
		return nil, err
	}
	if err := l.addEngine(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *live) addPoints(root *stage, own func(*stage) bool) (err error) {
	var declared []pythia.TracePoint
	var added []*tracepoint.Point
	root.each(func(s *stage) {
		l.points = append(l.points, tracepoint.New(s.name, "a stage of an order"))
		if own(s) {
			added = append(added, l.points[s.place])
		} else if s.client {
			declared = append(declared, pythia.TracePoint{ID: pythia.TracePointID{Name: s.name}})
		}
	})
	if l.provider, err = pythiaotel.New(pythiaotel.Config{Provider: l.sdk, Scope: serviceName, Points: declared}); err != nil {
		return err
	}
	if l.registry, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: serviceName, Provider: l.provider.Unswitched()}); err != nil {
		return err
	}
	return l.registry.Add(added...)
}

func (l *live) addEngine() error {
	spans, err := l.provider.Controller(tracepoint.LeaseConfig{})
	if err != nil {
		return err
	}
	points, err := tracepoint.NewController(l.registry, tracepoint.LeaseConfig{})
	if err != nil {
		return err
	}
	if l.router, err = tracepoint.NewRouter(tracepoint.LeaseConfig{}, spans, points); err != nil {
		return err
	}
	config, err := defaults.Live(stuck{l.router})
	if err != nil {
		return err
	}
	config.Loop.ProfileEvery = -1 // never: a profile would wait for spans of points that stay off
	engine, err := pythia.New(config)
	if err != nil {
		return err
	}
	if l.processor, err = pythiaotel.NewProcessor(pythiaotel.ProcessorConfig{Observer: engine, ReuseTraces: true}); err != nil {
		return err
	}
	l.sdk.RegisterSpanProcessor(l.processor)
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.running.Go(func() { l.failed = engine.Run(ctx) })
	return nil
}

func (l *live) close() error {
	l.stop()
	l.running.Wait()
	err := errors.Join(l.failed, l.sdk.Shutdown(context.Background()), l.router.Close())
	l.registry.Close()
	return err
}

// stuck is a controller whose points stay as they are: the Engine shall not change what is measured.
type stuck struct{ inner pythia.TracePointController }

func (s stuck) Points(ctx context.Context) ([]pythia.TracePoint, error) { return s.inner.Points(ctx) }
func (stuck) Enable(context.Context, ...pythia.TracePointID) error      { return nil }
func (stuck) Disable(context.Context, ...pythia.TracePointID) error     { return nil }
