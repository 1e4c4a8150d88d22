package otel

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/spancost"
	"github.com/pythia-trace/pythia/tracepoint"
)

// point is a span name that can be switched.
type point struct {
	provider *Provider
	name     string
	state    atomic.Pointer[on] // nil: off, unless it is always on
	// kinds has a bit for each span kind of which it is known whether it is always on, and alwaysOn, for spans of any kind, if one is.
	kinds atomic.Uint32
	later sync.Map // name to *point: what spans of this name were renamed to
	cost  spancost.Meter

	// What follows is guarded by points.mu.
	described pythia.TracePoint
	wanted    *want // nil: off
	// A name given after the start can be switched only through the names that spans start with; see rename.go.
	startedAs, becomes []*point
}

const alwaysOn = 1 << 8

// on is what a span's start needs of a point that is on. It never changes; switching replaces it.
type on struct {
	all      bool // requests
	matchers []tracepoint.Matcher
}

func (o *on) match(ctx context.Context, parent trace.Span) bool {
	if o.all {
		return true
	}
	for _, m := range o.matchers {
		if m.MatchBelow(ctx, parent) {
			return true
		}
	}
	return false
}

// want is what a controller wants of a point.
type want struct {
	selected pythia.Selection
	matcher  tracepoint.Matcher
}

func newWant(s pythia.Selection) *want { return &want{s, tracepoint.NewMatcher(s)} }

func (w *want) all() bool { return len(w.selected.RequestTypes) == 0 && w.selected.OneIn <= 1 }

// points are those of a provider.
type points struct {
	byName byName[*point]
	mu     sync.Mutex // guards what points want; taken after byName's
}

// declare adds a point; false if there is one already, or no room.
func (p *Provider) declare(t pythia.TracePoint) bool {
	added := false
	_, _ = p.points.byName.get(t.ID.Name, func() *point {
		added = true
		declared := &point{provider: p, name: t.ID.Name, described: t}
		if t.AlwaysOn {
			declared.kinds.Store(alwaysOn)
		}
		return declared
	})
	return added
}

// point returns the point of a name; the nameless one if there are too many, or the name is none that a point can have.
func (p *Provider) point(name string) *point {
	if m := p.points.byName.read.Load(); m != nil {
		if found, ok := (*m)[name]; ok {
			return found
		}
	}
	return p.unread(name)
}

// unread is point for a name that is new, or was recently.
func (p *Provider) unread(name string) *point {
	if name != "" && len(name) <= maxName {
		if found, ok := p.points.byName.get(name, func() *point { return p.newPoint(name) }); ok {
			return found
		}
	}
	if p.overflow.Add(1) == 1 {
		p.log.Warn("otel: too many span names, those beyond are no trace points: move what varies into attributes, or raise MaxPoints",
			"max", p.points.byName.max, "name", name[:min(len(name), 100)])
	}
	return &p.nameless
}

// newPoint copies the name, which may be part of something large.
func (p *Provider) newPoint(name string) *point {
	id := p.id(strings.Clone(name))
	return &point{provider: p, name: id.Name, described: pythia.TracePoint{ID: id}}
}

// on reports whether a span is to be started. The parent is that of ctx.
func (p *Provider) on(ctx context.Context, parent trace.Span, at *point, name string, kind trace.SpanKind) bool {
	if at == &p.nameless {
		return p.skeleton(name, kind)
	}
	kinds := at.kinds.Load()
	if kinds&(alwaysOn|1<<kind) == 0 {
		kinds = p.decide(at, kind)
	}
	if kinds&alwaysOn != 0 {
		return true
	}
	state := at.state.Load()
	return state != nil && state.match(ctx, parent)
}

// onForAll reports whether the spans of a point are on whatever their options, the request and what is above.
func (p *point) onForAll() bool {
	state := p.state.Load()
	return state != nil && state.all || p.kinds.Load()&alwaysOn != 0
}

// decide asks once whether a kind of spans is always on.
func (p *Provider) decide(at *point, kind trace.SpanKind) uint32 {
	always := p.skeleton(at.name, kind)
	p.points.mu.Lock()
	defer p.points.mu.Unlock()
	at.kinds.Or(1 << kind)
	if always {
		at.setAlwaysOn()
	}
	return at.kinds.Load()
}

// setAlwaysOn makes a point part of the skeleton. The caller holds the lock.
func (p *point) setAlwaysOn() {
	p.described.AlwaysOn = true
	p.kinds.Or(alwaysOn)
}

// list describes all points, ordered by ID.
func (ps *points) list() []pythia.TracePoint {
	var described []pythia.TracePoint
	ps.each(func(p *point) { described = append(described, p.described) })
	slices.SortFunc(described, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return described
}

func (ps *points) each(visit func(*point)) {
	ps.byName.mu.Lock()
	defer ps.byName.mu.Unlock()
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, p := range ps.byName.all {
		visit(p)
	}
}

// lookup returns a known point, nil if it is unknown.
func (ps *points) lookup(name string) *point {
	ps.byName.mu.Lock()
	defer ps.byName.mu.Unlock()
	return ps.byName.all[name]
}

// publish makes what is wanted of a point, and of the names that its spans are given later, so. The caller holds the lock.
func (p *point) publish() {
	var o on
	for _, wanting := range slices.Concat([]*point{p}, p.becomes) {
		if wanting.wanted != nil {
			o.matchers = append(o.matchers, wanting.wanted.matcher)
			o.all = o.all || wanting.wanted.all()
		}
	}
	if o.matchers == nil {
		p.state.Store(nil)
		return
	}
	p.state.Store(&o)
}
