package tracepoint_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestMain(m *testing.M) {
	renewUntilKilled()
	goleak.VerifyTestMain(m)
}

// exporter is a tracer provider that keeps the spans that ended.
type exporter struct {
	embedded.TracerProvider
	unsampled, discard bool

	mu      sync.Mutex
	started uint64
	spans   []*fakeSpan
}

type fakeTracer struct {
	embedded.Tracer
	exporter *exporter
}

type fakeSpan struct {
	noop.Span
	exporter *exporter
	name     string
	kind     trace.SpanKind
	id       trace.SpanContext
	parent   trace.SpanContext
	attrs    []attribute.KeyValue
	events   []string
	ended    int
}

func (e *exporter) Tracer(string, ...trace.TracerOption) trace.Tracer {
	return &fakeTracer{exporter: e}
}

func (t *fakeTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	e := t.exporter
	e.mu.Lock()
	e.started++
	number := e.started
	e.mu.Unlock()
	parent := trace.SpanContextFromContext(ctx)
	c := trace.SpanContextConfig{TraceID: parent.TraceID()}
	binary.BigEndian.PutUint64(c.SpanID[:], number)
	if !parent.IsValid() {
		binary.BigEndian.PutUint64(c.TraceID[8:], number)
	}
	config := trace.NewSpanStartConfig(options...)
	s := &fakeSpan{exporter: e, name: name, kind: config.SpanKind(), parent: parent, id: trace.NewSpanContext(c)}
	return trace.ContextWithSpan(ctx, s), s
}

func (s *fakeSpan) SpanContext() trace.SpanContext { return s.id }
func (s *fakeSpan) IsRecording() bool              { return !s.exporter.unsampled }
func (s *fakeSpan) AddEvent(name string, _ ...trace.EventOption) {
	s.events = append(s.events, name)
}
func (s *fakeSpan) RecordError(err error, _ ...trace.EventOption) {
	s.events = append(s.events, err.Error())
}

func (s *fakeSpan) SetAttributes(attrs ...attribute.KeyValue) {
	if !s.exporter.discard {
		s.attrs = append(s.attrs, attrs...)
	}
}

func (s *fakeSpan) End(...trace.SpanEndOption) {
	s.exporter.mu.Lock()
	defer s.exporter.mu.Unlock()
	if s.ended++; s.ended == 1 && !s.exporter.discard {
		s.exporter.spans = append(s.exporter.spans, s)
	}
}

// take returns the names of the spans that ended since.
func (e *exporter) take() []string {
	names := []string{}
	for _, s := range e.takeSpans() {
		names = append(names, s.name)
	}
	return names
}

func (e *exporter) takeSpans() []*fakeSpan {
	e.mu.Lock()
	defer e.mu.Unlock()
	spans := e.spans
	e.spans = nil
	return spans
}

// process is a process with points, as an application makes one.
type process struct {
	*exporter
	*tracepoint.Leases
	registry *tracepoint.Registry
	points   map[pythia.TracePointID]*tracepoint.Point
}

const scope = "inventory"

func newProcess(t testing.TB, config tracepoint.LeaseConfig, points map[string]*tracepoint.Point) *process {
	p := &process{exporter: new(exporter), points: make(map[pythia.TracePointID]*tracepoint.Point)}
	var err error
	p.registry, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope, Provider: p.exporter})
	require.NoError(t, err)
	for name, point := range points {
		require.NoError(t, p.registry.Add(point))
		p.points[id(name)] = point
	}
	p.Leases, err = tracepoint.NewController(p.registry, config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func id(name string) pythia.TracePointID { return pythia.TracePointID{Scope: scope, Name: name} }

// On makes a process observable to the conformance kit.
func (p *process) On(id pythia.TracePointID) bool { return p.points[id] != nil && p.points[id].On() }

// named declares points by name only.
func named(names ...string) map[string]*tracepoint.Point {
	points := make(map[string]*tracepoint.Point)
	for _, name := range names {
		points[name] = tracepoint.New(name, "does "+name)
	}
	return points
}

// run starts and ends the point.
func run(ctx context.Context, p *tracepoint.Point) {
	_, span := p.Start(ctx)
	span.End()
}

// request is a context with a trace whose ID ends in n.
func request(n uint64) context.Context {
	c := trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, Remote: true}
	binary.BigEndian.PutUint64(c.TraceID[8:], n)
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(c))
}
