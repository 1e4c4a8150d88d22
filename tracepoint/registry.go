package tracepoint

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/spancost"
)

const tracerName = "github.com/pythia-trace/pythia/tracepoint"

// ErrDuplicate is the reason why [Registry.Add] refuses a point that is in a registry already, or whose name is taken.
var ErrDuplicate = errors.New("declared or added twice")

var errRegistryClosed = errors.New("tracepoint: the registry is closed, add the points to another")

// RegistryConfig is what a registry needs. Both fields are required.
type RegistryConfig struct {
	// Scope is the name of the service, as its spans state it in service.name.
	Scope string
	// Provider starts the spans of points that are on. If the process also has the Provider of adapters/otel, give its Unswitched(): with the Provider
	// itself a point would have two switches, and below the spans of the one that it wraps the application's spans would be lost to the Provider.
	Provider trace.TracerProvider
}

// Registry holds the points of a process. [NewController] switches them. It lasts as long as the process, or until it is closed.
type Registry struct {
	scope  string
	tracer trace.Tracer
	cost   spancost.Meter

	mu      sync.Mutex
	entries map[pythia.TracePointID]*entry
	closed  bool
}

// entry is a point with what is wanted of it.
type entry struct {
	point      *Point
	on         bool
	matcher    Matcher
	attributes map[string]bool // those that are on
}

// NewRegistry makes a registry with no points.
func NewRegistry(c RegistryConfig) (*Registry, error) {
	if c.Scope == "" {
		return nil, errors.New("tracepoint: a registry needs a scope: set it to the name of the service")
	}
	if c.Provider == nil {
		return nil, errors.New("tracepoint: a registry needs a tracer provider: set it to the application's")
	}
	return &Registry{scope: c.Scope, tracer: c.Provider.Tracer(tracerName), entries: make(map[pythia.TracePointID]*entry)}, nil
}

// Add puts points into the registry: off, or on if they are always on. A point can be in one registry at a time, once.
//
// A point that is declared wrongly, or whose name is taken ([ErrDuplicate]), is not added and stays off for ever; the others are added. The error
// names each such point and where it is declared: log it, or fail a test; the program works without them.
func (r *Registry) Add(points ...*Point) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errRegistryClosed
	}
	var errs []error
	for _, p := range points {
		if err := r.add(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (r *Registry) add(p *Point) error {
	if p == nil || p.source == "" && p.name == "" {
		return errors.New("tracepoint: a nil or zero Point is off for ever: declare it with New")
	}
	if p.mistakes != nil {
		return fmt.Errorf("tracepoint: correct the point %q at %s: %w", p.name, p.source, p.mistakes)
	}
	id := pythia.TracePointID{Layer: pythia.LayerApp, Scope: r.scope, Name: p.name}
	if other, ok := r.entries[id]; ok {
		return fmt.Errorf("tracepoint: %q at %s has the name of the one at %s, name it otherwise: %w", p.name, p.source, other.point.source, ErrDuplicate)
	}
	if !p.registered.CompareAndSwap(false, true) {
		return fmt.Errorf("tracepoint: %q at %s is in another registry, which is to be closed first: %w", p.name, p.source, ErrDuplicate)
	}
	e := &entry{point: p, on: p.alwaysOn, attributes: make(map[string]bool)}
	r.entries[id] = e
	r.publish(e)
	return nil
}

// Close switches all points off, the skeleton included, and lets go of them, so that another registry can take them: when an application in the process
// has ended and another begins, as in tests of points in package variables. To the controllers of the registry, the points are unknown from
// then on. Nothing can be added any more.
//
// Requests may be under way: a Start sees the point as it was before or after, and a span that was started is ended and exported as usual.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, e := range r.entries {
		e.point.state.Store(nil)
		e.point.registered.Store(false) // last: from here on the point is another registry's
	}
	clear(r.entries)
}

// Points describes all points, ordered by ID. Sources are given as "folder/file.go:12".
func (r *Registry) Points() []pythia.TracePoint {
	r.mu.Lock()
	defer r.mu.Unlock()
	points := make([]pythia.TracePoint, 0, len(r.entries))
	for id, e := range r.entries {
		points = append(points, describe(id, e.point))
	}
	slices.SortFunc(points, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return points
}

func describe(id pythia.TracePointID, p *Point) pythia.TracePoint {
	keys := make([]string, len(p.attributes))
	for i, a := range p.attributes {
		keys[i] = a.key
	}
	return pythia.TracePoint{ID: id, Description: p.description, Source: p.source, AlwaysOn: p.alwaysOn, Attributes: keys}
}

// publish makes what is wanted of a point so.
func (r *Registry) publish(e *entry) {
	if !e.on {
		e.point.state.Store(nil)
		return
	}
	s := &on{tracer: r.tracer, name: e.point.name, matcher: e.matcher, cost: &r.cost}
	if e.point.kind != trace.SpanKindInternal {
		s.options = []trace.SpanStartOption{trace.WithSpanKind(e.point.kind)}
	}
	for _, a := range e.point.attributes {
		if e.attributes[a.key] {
			s.attributes = append(s.attributes, a)
		}
	}
	e.point.state.Store(s)
}
