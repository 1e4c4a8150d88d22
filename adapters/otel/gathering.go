package otel

import (
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
	most    int       // spans that it has held at a time

	previous, next *gathering // in its queue
}

// gatherings are all of them, bounded. It serves one goroutine at a time.
type gatherings struct {
	config ProcessorConfig
	// traces has nil for those that were taken or dropped, of which it remembers as many as MaxTraces, in a ring.
	traces map[trace.TraceID]*gathering
	gone   []trace.TraceID
	oldest int // of them
	kept   int // traces that are not gone
	held   int // spans in them, ended and open
	// Each trace is in one of two queues, according to whether it has open spans.
	busy, quiet *queue
	spare       []*gathering // done with, to be used again
}

const (
	maxSpare      = 1024
	maxSpareSpans = 16 // of one: a map stays as large as it was
)

func newGatherings(c ProcessorConfig) *gatherings {
	return &gatherings{config: c, traces: make(map[trace.TraceID]*gathering), busy: newQueue(), quiet: newQueue()}
}

// started notes an open span, unless it is too late for its trace.
func (gs *gatherings) started(s sdktrace.ReadOnlySpan, now time.Time) {
	c := s.SpanContext()
	g := gs.of(c.TraceID())
	if g == nil {
		return
	}
	g.open[c.SpanID()] = s
	gs.held++
	gs.touch(g, now)
}

// ended adds a span; false if it is too late. A span that started before there was a processor is as good as others.
func (gs *gatherings) ended(id trace.SpanContext, s pythia.Span, now time.Time) bool {
	g := gs.of(id.TraceID())
	if g == nil {
		return false
	}
	if _, known := g.open[id.SpanID()]; known {
		delete(g.open, id.SpanID())
		gs.held--
	}
	g.spans = append(g.spans, s)
	gs.held++
	gs.touch(g, now)
	return true
}

// of returns a trace, a new one if it is not known; nil if it is gone.
func (gs *gatherings) of(id trace.TraceID) *gathering {
	g, known := gs.traces[id]
	if known {
		return g
	}
	if last := len(gs.spare) - 1; last >= 0 {
		g, gs.spare = gs.spare[last], gs.spare[:last]
	} else {
		g = &gathering{open: make(map[trace.SpanID]sdktrace.ReadOnlySpan)}
	}
	g.id = id
	gs.traces[id] = g
	gs.kept++
	return g
}

func (gs *gatherings) touch(g *gathering, now time.Time) {
	g.leave()
	g.touched, g.most = now, max(g.most, len(g.spans)+len(g.open))
	if len(g.open) > 0 {
		gs.busy.add(g)
	} else {
		gs.quiet.add(g)
	}
}

// shrink drops the traces that were touched longest ago until the bounds are kept, and returns how many.
func (gs *gatherings) shrink() (dropped int) {
	for gs.kept > gs.config.MaxTraces || gs.held > gs.config.MaxSpans {
		oldest := gs.quiet.first()
		if b := gs.busy.first(); oldest == nil || b != nil && b.touched.Before(oldest.touched) {
			oldest = b
		}
		gs.remove(oldest)
		dropped++
	}
	return dropped
}

// takeQuiet removes and returns the traces without open spans that were touched at a time that is wanted, in the order of time.
func (gs *gatherings) takeQuiet(wanted func(touched time.Time) bool) []*gathering {
	return gs.take(gs.quiet, wanted)
}

// takeBusy is takeQuiet for traces with open spans.
func (gs *gatherings) takeBusy(wanted func(touched time.Time) bool) []*gathering {
	return gs.take(gs.busy, wanted)
}

func (gs *gatherings) take(from *queue, wanted func(time.Time) bool) (taken []*gathering) {
	for g := from.first(); g != nil && wanted(g.touched); g = from.first() {
		gs.remove(g)
		taken = append(taken, g)
	}
	return taken
}

func (gs *gatherings) remove(g *gathering) {
	g.leave()
	gs.kept--
	gs.held -= len(g.spans) + len(g.open)
	gs.traces[g.id] = nil
	if len(gs.gone) < gs.config.MaxTraces {
		gs.gone = append(gs.gone, g.id)
		return
	}
	delete(gs.traces, gs.gone[gs.oldest])
	gs.gone[gs.oldest] = g.id
	gs.oldest = (gs.oldest + 1) % len(gs.gone)
}

// reuse takes back a trace that was taken. Its spans are left to whoever has them now, unless they are done with too.
func (gs *gatherings) reuse(g *gathering, spans bool) {
	if len(gs.spare) == maxSpare || g.most > maxSpareSpans {
		return
	}
	if spans {
		clear(g.spans)
		g.spans = g.spans[:0]
	} else {
		g.spans = nil
	}
	clear(g.open)
	g.most = 0
	gs.spare = append(gs.spare, g)
}

// deadline is when the first trace is to be taken; false if there is none.
func (gs *gatherings) deadline() (first time.Time, ok bool) {
	if g := gs.quiet.first(); g != nil {
		first, ok = g.touched.Add(gs.config.Linger), true
	}
	if g := gs.busy.first(); g != nil {
		if at := g.touched.Add(gs.config.Timeout); !ok || at.Before(first) {
			first, ok = at, true
		}
	}
	return first, ok
}
