package otel

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/spancost"
	"github.com/pythia-trace/pythia/tracepoint"
)

// Provider is a tracer provider that makes a trace point of each span name, and starts the spans of points that are on with the provider that it
// wraps. It is safe for concurrent use.
type Provider struct {
	embedded.TracerProvider

	inner     trace.TracerProvider
	scope     string
	skeleton  func(name string, kind trace.SpanKind) bool
	entriesOn bool // spans with a parent in another process are recorded, whatever their point
	log       *slog.Logger
	spanKey   any // see findSpanKey

	points   points
	nameless point // of spans that belong to no point; off, unless they are the skeleton
	types    requestTypes
	cost     spancost.Meter
	overflow atomic.Int64
}

// New wraps a tracer provider.
func New(c Config) (*Provider, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Provider{inner: c.Provider, scope: c.Scope, skeleton: c.AlwaysOn, log: c.Logger, spanKey: findSpanKey()}
	p.nameless.provider = p
	if p.skeleton == nil {
		p.skeleton, p.entriesOn = takesRequestsIn, true
	}
	p.points.byName.max = c.MaxPoints
	p.types.byKey.max = maxRequestTypes
	for _, declared := range c.Points {
		declared, err := c.declared(declared)
		if err != nil {
			return nil, err
		}
		if !p.declare(declared) {
			return nil, fmt.Errorf("otel: the point %q is declared twice, or beyond MaxPoints %d: correct that", declared.ID, c.MaxPoints)
		}
	}
	return p, nil
}

func takesRequestsIn(_ string, kind trace.SpanKind) bool {
	return kind == trace.SpanKindServer || kind == trace.SpanKindConsumer
}

// Tracer returns a tracer whose spans are trace points.
func (p *Provider) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return &tracer{provider: p, inner: p.inner.Tracer(name, options...)}
}

// Controller makes the controller of the points. It implements [pythia.LeasedSelector] and [pythia.Coster]; the application decides on
// attributes, so that switching them is not supported. Each call of Enable, EnableFor, EnableOnly or EnableOnlyFor states completely what the points shall be.
//
// A selection by request type also takes the requests whose route was not known yet when they came in, as [WithRoute] explains. Several
// controllers may share a provider; the last call decides.
func (p *Provider) Controller(c tracepoint.LeaseConfig) (*tracepoint.Leases, error) {
	return tracepoint.NewLeases(switchboard{p}, c)
}

// Unswitched returns a provider whose spans are always on, whatever their names, and no points. Give it to tracepoint.NewRegistry, whose points
// have switches of their own: spans started from theirs come back to the Provider, as those of the wrapped provider would not.
func (p *Provider) Unswitched() trace.TracerProvider { return unswitched{Provider: p} }

type unswitched struct{ *Provider }

func (u unswitched) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return &tracer{provider: u.Provider, inner: u.inner.Tracer(name, options...), unswitched: true}
}

// SpanCost is how long the application waits for one enabled span: Start and End together, with what span processors do meanwhile, as a moving
// average over some of the spans after each call. So ask now and then; zero means that none was measured yet. What is set on the span is not included, nor what exporters do later.
func (p *Provider) SpanCost() time.Duration { return p.cost.Average() }

// Overflow is how many spans had a name beyond Config.MaxPoints, an empty one, or one longer than 1 KiB. Where it is not 0, names hold what belongs into
// attributes: identifiers, queries.
func (p *Provider) Overflow() int64 { return p.overflow.Load() }

// ForceFlush flushes the wrapped provider, if it can.
func (p *Provider) ForceFlush(ctx context.Context) error {
	if f, ok := p.inner.(interface{ ForceFlush(context.Context) error }); ok {
		return f.ForceFlush(ctx)
	}
	return nil
}

// Shutdown shuts the wrapped provider down, if it can.
func (p *Provider) Shutdown(ctx context.Context) error {
	if s, ok := p.inner.(interface{ Shutdown(context.Context) error }); ok {
		return s.Shutdown(ctx)
	}
	return nil
}

func (p *Provider) id(name string) pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.LayerApp, Scope: p.scope, Name: name}
}
