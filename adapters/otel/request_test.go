package otel_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
)

// collector is an observer that keeps what it is given.
type collector struct{ traces []*pythia.Trace }

func (c *collector) Observe(t *pythia.Trace) { c.traces = append(c.traces, t) }

func (c *collector) take() []*pythia.Trace {
	traces := c.traces
	c.traces = nil
	return traces
}

var _ otel.Observer = (*pythia.Engine)(nil)

func newProcessor(t testing.TB, c otel.ProcessorConfig) *otel.Processor {
	t.Helper()
	p, err := otel.NewProcessor(c)
	require.NoError(t, err)
	return p
}

// What points go by when the request comes in is what the Engine says of its trace, whatever the conventions.
func TestRequestTypeAgreesWithTheTraces(t *testing.T) {
	seen := new(collector)
	processor := newProcessor(t, otel.ProcessorConfig{Observer: seen})
	p := newProcess(t, otel.Config{}, processor)
	for want, c := range map[string]struct {
		name       string
		kind       trace.SpanKind
		attributes []attribute.KeyValue
	}{
		"cart GET /items/{id}": {"GET", trace.SpanKindServer, []attribute.KeyValue{
			attribute.String("http.request.method", "POST"), attribute.String("http.route", "/items/{id}"), attribute.String("http.request.method", "GET"),
			attribute.String("url.path", "/items/7"),
		}},
		"cart PUT /old": {"PUT /old", trace.SpanKindServer, []attribute.KeyValue{
			attribute.String("http.method", "PUT"), attribute.String("http.route", "/old"),
		}},
		"cart Cart/Add":      {"Cart/Add", trace.SpanKindServer, []attribute.KeyValue{attribute.String("rpc.method", "Cart/Add")}},
		"cart shop.Cart/Add": {"x", trace.SpanKindServer, []attribute.KeyValue{attribute.String("rpc.service", "shop.Cart"), attribute.String("rpc.method", "Add")}},
		"cart process orders {id}": {"x", trace.SpanKindConsumer, []attribute.KeyValue{
			attribute.String("messaging.operation.type", "process"), attribute.String("messaging.destination.name", "orders 11c0feda-a51f-4dbc-a90f-55fcea67fc08"),
		}},
		"cart GET /v2/{id}": {"GET /v2/123?x=1", trace.SpanKindServer, nil},
		"checkout":          {"GET", trace.SpanKindServer, []attribute.KeyValue{attribute.String("http.route", "/x"), attribute.String("pythia.request_type", "checkout")}},
		"cart nightly job":  {"nightly job", trace.SpanKindInternal, nil},
		"cart GET":          {"GET", trace.SpanKindServer, []attribute.KeyValue{attribute.String("http.request.method", "GET"), attribute.Int("http.route.n", 1)}},
	} {
		for range 2 { // the second time from memory
			ctx, span := p.start(t.Context(), c.name, trace.WithSpanKind(c.kind), trace.WithAttributes(c.attributes...))
			span.End()
			require.Equal(t, want, tracepoint.RequestType(ctx))
			require.NoError(t, processor.ForceFlush(t.Context()))
			require.Equal(t, want, seen.take()[0].RequestType)
		}
	}
}

func FuzzRequestTypeAgrees(f *testing.F) {
	f.Add("GET", "http.route", "/items", "http.request.method", "GET")
	f.Add("x", "messaging.destination", "1-2-3", "messaging.operation", "\xff")
	f.Add("GET", "pythia.request_type", "checkout", "http.route", "/items")
	f.Add(strings.Repeat("long", 1000), "rpc.method", "", "rpc.method", "M")
	seen := new(collector)
	processor := newProcessor(f, otel.ProcessorConfig{Observer: seen})
	p := newProcess(f, otel.Config{}, processor)
	f.Fuzz(func(t *testing.T, name, key1, value1, key2, value2 string) {
		ctx, span := p.start(t.Context(), name, trace.WithAttributes(attribute.String(key1, value1), attribute.String(key2, value2)))
		span.End()
		require.NoError(t, processor.ForceFlush(t.Context()))
		traces := seen.take()
		if len(name) > 4096 || len(value1) > 4096 || len(value2) > 4096 {
			return
		}
		require.Equal(t, traces[0].RequestType, tracepoint.RequestType(ctx))
	})
}

func TestRequestTypeTravels(t *testing.T) {
	front, back := newProcess(t, otel.Config{Scope: "front"}), newProcess(t, otel.Config{Scope: "back", Points: points("query")})
	require.NoError(t, back.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"front GET /cart, ü %"}}, back.id("query")))
	for _, route := range []string{"/cart, ü %", "/other"} {
		ctx, root := front.start(t.Context(), "GET", serves, trace.WithAttributes(
			attribute.String("http.request.method", "GET"), attribute.String("http.route", route)))
		ctx, client := front.start(ctx, "call", calls)
		ctx, server := back.start(call(ctx), "serve", serves)
		require.Equal(t, "front GET "+route, tracepoint.RequestType(ctx))
		_, query := back.start(ctx, "query", calls)
		for _, span := range []trace.Span{query, server, client, root} {
			span.End()
		}
	}
	require.Equal(t, []string{"query", "serve", "serve"}, back.take())
}

func TestRequestTypeOfTheApplication(t *testing.T) {
	seen := new(collector)
	processor := newProcessor(t, otel.ProcessorConfig{Observer: seen})
	front, back := newProcess(t, otel.Config{Scope: "front"}, processor), newProcess(t, otel.Config{Scope: "back"}, processor)
	ctx, root := front.start(tracepoint.WithRequestType(t.Context(), "checkout"), "root")
	backCtx, server := back.start(call(ctx), "serve", serves)
	require.Equal(t, "checkout", tracepoint.RequestType(backCtx))
	server.End()

	own := tracepoint.WithRequestType(ctx, "job")
	ctx2, job := front.start(own, "job", trace.WithNewRoot())
	require.Equal(t, "job", tracepoint.RequestType(ctx2), "the application's own word stays")
	job.End()
	ctx3, other := back.start(backCtx, "other", trace.WithNewRoot())
	require.Equal(t, "back other", tracepoint.RequestType(ctx3), "what came with the request before does not")
	other.End()
	root.End()
	require.NoError(t, processor.ForceFlush(t.Context()))
	var types []string
	for _, trace := range seen.take() {
		types = append(types, trace.RequestType)
	}
	require.ElementsMatch(t, []string{"checkout", "job", "back other"}, types, "traces agree")
}

func TestRequestWithoutTypeGetsOneWhereItComesIn(t *testing.T) {
	p := newProcess(t, otel.Config{AlwaysOn: never, Points: points("query")})
	require.NoError(t, p.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"cart serve"}}, id("query")))
	above := remote(t)
	ctx, hidden := p.start(above, "serve", serves)
	require.False(t, hidden.IsRecording())
	require.Equal(t, "cart serve", tracepoint.RequestType(ctx), "though the span is off")
	_, query := p.start(ctx, "query")
	query.End()
	require.Equal(t, trace.SpanContextFromContext(above).SpanID(), p.exported.Ended()[0].Parent().SpanID())
}

// A header without a trace comes from somebody who has no part in the trace that begins here.
func TestTypeWithoutTraceIsNotBelieved(t *testing.T) {
	p := newProcess(t, otel.Config{})
	ctx := otel.Propagator{}.Extract(t.Context(), propagation.MapCarrier{"pythia-request-type": "front%20GET"})
	require.Equal(t, "front GET", tracepoint.RequestType(ctx))
	ctx, root := p.start(ctx, "root", serves)
	root.End()
	require.Equal(t, "cart root", tracepoint.RequestType(ctx))
}

// While the route is not known, a request may be of the selected type; see tracepoint.Matcher.
func TestSelectionTakesUnroutedRequests(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("query")})
	require.NoError(t, p.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"cart GET /items"}}, id("query")))
	ctx, root := p.start(t.Context(), "GET", serves)
	_, query := p.start(ctx, "query")
	query.End()
	root.End()
	require.Equal(t, []string{"GET", "query"}, p.take())
}

func TestPropagator(t *testing.T) {
	var propagator otel.Propagator
	require.Equal(t, []string{"pythia-request-type"}, propagator.Fields())
	for _, c := range []struct{ requestType, header string }{
		{"cart GET /items/{id}", "cart%20GET%20/items/{id}"}, {"a,b%20 ü", "a%2Cb%2520%20%C3%BC"}, {strings.Repeat("x", 256), strings.Repeat("x", 256)},
	} {
		carrier := propagation.MapCarrier{}
		propagator.Inject(tracepoint.WithRequestType(t.Context(), c.requestType), carrier)
		require.Equal(t, propagation.MapCarrier{"pythia-request-type": c.header}, carrier)
		require.Equal(t, c.requestType, tracepoint.RequestType(propagator.Extract(t.Context(), carrier)))
	}
	for _, unsent := range []string{"", strings.Repeat("x", 257), strings.Repeat("ü", 100)} {
		carrier := propagation.MapCarrier{}
		propagator.Inject(tracepoint.WithRequestType(t.Context(), unsent), carrier)
		require.Empty(t, carrier)
	}
	for _, hostile := range []string{"%", "%zz", "%ff", "a%0d%0aSet-Cookie:x", "%00", strings.Repeat("x", 257), "%E2%80%AE"} {
		ctx := propagator.Extract(t.Context(), propagation.MapCarrier{"pythia-request-type": hostile})
		require.Equal(t, t.Context(), ctx, hostile)
	}
	known := tracepoint.WithRequestType(t.Context(), "known")
	require.Equal(t, known, propagator.Extract(known, propagation.MapCarrier{"pythia-request-type": "other"}))
}

func FuzzPropagator(f *testing.F) {
	f.Add("cart GET /items/{id}")
	f.Add("%F0%9F%98%80\x00")
	f.Fuzz(func(t *testing.T, text string) {
		var propagator otel.Propagator
		extracted := tracepoint.RequestType(propagator.Extract(context.Background(), propagation.MapCarrier{"pythia-request-type": text}))
		require.LessOrEqual(t, len(extracted), 256)
		carrier := propagation.MapCarrier{}
		propagator.Inject(tracepoint.WithRequestType(context.Background(), text), carrier)
		if sent := carrier["pythia-request-type"]; sent != "" {
			require.NotContains(t, sent, " ")
			require.LessOrEqual(t, len(sent), 256)
			received := tracepoint.RequestType(propagator.Extract(context.Background(), carrier))
			require.True(t, received == text || received == "", "%q %q", text, received)
		}
	})
}
