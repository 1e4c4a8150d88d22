package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia/internal/spancost"
)

// Point is a trace point in the application's code. Declare it with [New] in a package variable; do not copy it.
//
// The zero Point is off for ever, and one that is in no [Registry] is off.
type Point struct {
	state atomic.Pointer[on] // nil: off

	name, description, source string
	kind                      trace.SpanKind
	alwaysOn                  bool
	attributes                []Attribute
	mistakes                  error // of the declaration, reported by Registry.Add: a package variable cannot
	registered                atomic.Bool
	cost                      spancost.Meter
}

// on is what Start needs when a point is on. It never changes; switching replaces it.
type on struct {
	tracer     trace.Tracer
	name       string
	options    []trace.SpanStartOption
	matcher    Matcher
	attributes []Attribute
	cost       *spancost.Meter // of all points of the registry
}

// New declares a point. The name is the operation as the program calls it, unique within the registry: "inventory.Reserve". The place of the call
// becomes the point's source location.
//
// A mistake, such as an attribute without a function, is reported when the point is added to a [Registry], so that no program fails to start.
func New(name, description string, options ...Option) *Point {
	p := &Point{name: name, description: description, source: caller(), kind: trace.SpanKindInternal}
	if name == "" {
		p.mistakes = errors.New("it has no name")
	}
	for _, o := range options {
		if o != nil {
			o.apply(p)
		}
	}
	return p
}

// caller is the place that New is called from, as "folder/file.go:12": the whole path would differ from one build machine to the next.
func caller() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s/%s:%d", path.Base(path.Dir(file)), path.Base(file), line)
}

// Start starts a span if the point is on for the request of ctx. If not, it returns ctx itself and a Span that does nothing.
//
// It is written to be inlined, with nothing to spare: off costs the caller an atomic load and a branch.
func (p *Point) Start(ctx context.Context) (inner context.Context, span Span) {
	inner = ctx
	if p.state.Load() != nil {
		inner, span = p.start(ctx)
	}
	return
}

// On reports whether the point is on, for at least some requests.
func (p *Point) On() bool { return p.state.Load() != nil }

func (p *Point) start(ctx context.Context) (context.Context, Span) {
	s := p.state.Load()
	if s == nil { // it went off just now
		return ctx, Span{}
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if !s.matcher.Match(ctx) {
		return ctx, Span{}
	}
	if p.cost.Due() || s.cost.Due() {
		return s.measure(ctx, p)
	}
	inner, span := s.begin(ctx)
	return inner, Span{span}
}

func (s *on) begin(ctx context.Context) (context.Context, trace.Span) {
	inner, span := s.tracer.Start(ctx, s.name, s.options...)
	if len(s.attributes) > 0 && span.IsRecording() {
		span.SetAttributes(evaluate(ctx, s.attributes)...)
	}
	return inner, span
}
