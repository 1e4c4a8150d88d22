package overhead

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia/tracepoint"
)

// instrumented is the service with a span around each stage: by OpenTelemetry's API where instrumentation of libraries does it, of the HTTP server and
// of clients, and by the application's own trace points.
type instrumented struct {
	shop       *shop // nil: idle
	root       *stage
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	points     []*tracepoint.Point // by the stage's place; nil: OpenTelemetry's API everywhere
}

func (i *instrumented) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := i.propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := i.tracer.Start(ctx, i.root.name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("http.route", "/orders"), attribute.String("url.path", r.URL.Path)))
	defer span.End()
	i.serve(ctx, w, r)
	if span.IsRecording() {
		span.SetAttributes(attribute.Int("http.response.status_code", http.StatusOK))
	}
}

func (i *instrumented) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	o := &order{shop: i.shop, body: r.Body}
	for _, in := range i.root.inside {
		i.visit(ctx, in, o)
	}
	o.answer(w)
}

func (i *instrumented) visit(ctx context.Context, s *stage, o *order) {
	switch {
	case s.client:
		i.visitClient(ctx, s, o)
	case i.points == nil:
		i.visitByAPI(ctx, s, o)
	default:
		i.visitPoint(ctx, s, o)
	}
}

// visitClient gives attributes at the start, on or off, as the instrumentation of clients does: samplers go by them.
func (i *instrumented) visitClient(ctx context.Context, s *stage, o *order) {
	ctx, span := i.tracer.Start(ctx, s.name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(s.attributes(o)...))
	defer span.End()
	i.inside(ctx, s, o)
}

func (i *instrumented) visitByAPI(ctx context.Context, s *stage, o *order) {
	ctx, span := i.tracer.Start(ctx, s.name)
	defer span.End()
	if span.IsRecording() {
		span.SetAttributes(s.attributes(o)...)
	}
	i.inside(ctx, s, o)
}

func (i *instrumented) visitPoint(ctx context.Context, s *stage, o *order) {
	ctx, span := i.points[s.place].Start(ctx)
	defer span.End()
	if span.Recording() {
		span.SetAttributes(s.attributes(o)...)
	}
	i.inside(ctx, s, o)
}

func (i *instrumented) inside(ctx context.Context, s *stage, o *order) {
	o.do(s)
	for _, in := range s.inside {
		i.visit(ctx, in, o)
	}
}
