package otel

import (
	"container/list"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
)

// gathering is a trace that is being put together.
type gathering struct {
	id      trace.TraceID
	spans   []pythia.Span
	open    map[trace.SpanID]sdktrace.ReadOnlySpan
	touched time.Time // when a span of it started or ended last
	place   *list.Element
}

// gatherings are all of them, bounded. It serves one goroutine at a time.
type gatherings struct {
	config ProcessorConfig
	traces map[trace.TraceID]*gathering
	held   int // spans in them, ended and open
	// Each trace is in one of two lists, according to whether it has open spans, the one that was touched longest ago first.
	busy, quiet *list.List
	// gone remembers traces that were taken or dropped, as many as MaxTraces, in a ring.
	gone map[trace.TraceID]bool
	ring []trace.TraceID
	next int
}

func newGatherings(c ProcessorConfig) *gatherings {
	return &gatherings{
		config: c, traces: make(map[trace.TraceID]*gathering), gone: make(map[trace.TraceID]bool), busy: list.New(), quiet: list.New(),
	}
}

// started notes an open span, unless it is too late for its trace.
func (gs *gatherings) started(s sdktrace.ReadOnlySpan, now time.Time) {
	c := s.SpanContext()
	if gs.gone[c.TraceID()] {
		return
	}
	g := gs.of(c.TraceID())
	g.open[c.SpanID()] = s
	gs.held++
	gs.touch(g, now)
}

// ended adds a span; false if it is too late. A span that started before there was a processor is as good as others.
func (gs *gatherings) ended(id trace.SpanContext, s pythia.Span, now time.Time) bool {
	if gs.gone[id.TraceID()] {
		return false
	}
	g := gs.of(id.TraceID())
	if _, known := g.open[id.SpanID()]; known {
		delete(g.open, id.SpanID())
		gs.held--
	}
	g.spans = append(g.spans, s)
	gs.held++
	gs.touch(g, now)
	return true
}

func (gs *gatherings) of(id trace.TraceID) *gathering {
	g, ok := gs.traces[id]
	if !ok {
		g = &gathering{id: id, open: make(map[trace.SpanID]sdktrace.ReadOnlySpan)}
		gs.traces[id] = g
	}
	return g
}

func (gs *gatherings) touch(g *gathering, now time.Time) {
	gs.leaveList(g)
	g.touched = now
	if len(g.open) > 0 {
		g.place = gs.busy.PushBack(g)
	} else {
		g.place = gs.quiet.PushBack(g)
	}
}

func (gs *gatherings) leaveList(g *gathering) {
	if g.place != nil { // the list that it is not in leaves it alone
		gs.busy.Remove(g.place)
		gs.quiet.Remove(g.place)
	}
}

// shrink drops the traces that were touched longest ago until the bounds are kept, and returns how many.
func (gs *gatherings) shrink() (dropped int) {
	for len(gs.traces) > gs.config.MaxTraces || gs.held > gs.config.MaxSpans {
		oldest := front(gs.quiet)
		if b := front(gs.busy); oldest == nil || b != nil && b.touched.Before(oldest.touched) {
			oldest = b
		}
		gs.remove(oldest)
		dropped++
	}
	return dropped
}

func front(l *list.List) *gathering {
	if e := l.Front(); e != nil {
		return e.Value.(*gathering)
	}
	return nil
}

// takeQuiet removes and returns the traces without open spans that were touched at a time that is wanted, in the order of time.
func (gs *gatherings) takeQuiet(wanted func(touched time.Time) bool) []*gathering {
	return gs.take(gs.quiet, wanted)
}

// takeBusy is takeQuiet for traces with open spans.
func (gs *gatherings) takeBusy(wanted func(touched time.Time) bool) []*gathering {
	return gs.take(gs.busy, wanted)
}

func (gs *gatherings) take(from *list.List, wanted func(time.Time) bool) (taken []*gathering) {
	for g := front(from); g != nil && wanted(g.touched); g = front(from) {
		gs.remove(g)
		taken = append(taken, g)
	}
	return taken
}

func (gs *gatherings) remove(g *gathering) {
	gs.leaveList(g)
	delete(gs.traces, g.id)
	gs.held -= len(g.spans) + len(g.open)
	if len(gs.ring) < gs.config.MaxTraces {
		gs.ring = append(gs.ring, g.id)
	} else {
		delete(gs.gone, gs.ring[gs.next])
		gs.ring[gs.next] = g.id
		gs.next = (gs.next + 1) % len(gs.ring)
	}
	gs.gone[g.id] = true
}

// deadline is when the first trace is to be taken; false if there is none.
func (gs *gatherings) deadline() (first time.Time, ok bool) {
	if g := front(gs.quiet); g != nil {
		first, ok = g.touched.Add(gs.config.Linger), true
	}
	if g := front(gs.busy); g != nil {
		if at := g.touched.Add(gs.config.Timeout); !ok || at.Before(first) {
			first, ok = at, true
		}
	}
	return first, ok
}
