package tracepoint

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/spancost"
)

// HitCost implements [pythia.Coster]: how long the application waits for a point that is on, to start its span, compute the attributes that are on
// and end it, with what span processors do meanwhile. It is a moving average over some of the spans after each call of HitCost; for a point
// that was not measured yet, over all points of the registry. The size of spans is not measured.
func (s switchboard) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	s.registry.mu.Lock()
	e, ok := s.registry.entries[id]
	s.registry.mu.Unlock()
	if !ok {
		return pythia.HitCost{}, false
	}
	all := s.registry.cost.Average()
	own := e.point.cost.Average()
	if own == 0 {
		own = all
	}
	return pythia.HitCost{CPU: own}, own > 0
}

// timedSpan is a span whose end is measured.
type timedSpan struct {
	trace.Span
	start time.Duration // that Start took
	point *Point
	all   *spancost.Meter
}

// measure is begin with a stopwatch.
func (s *on) measure(ctx context.Context, p *Point) (context.Context, Span) {
	began := time.Now()
	inner, span := s.begin(ctx)
	return inner, Span{&timedSpan{span, time.Since(began), p, s.cost}}
}

// End ends the span.
func (t *timedSpan) End(options ...trace.SpanEndOption) {
	recording := t.IsRecording() // a second End costs nothing and counts for nothing
	began := time.Now()
	t.Span.End(options...)
	if recording {
		took := t.start + time.Since(began)
		t.point.cost.Add(took)
		t.all.Add(took)
	}
}

// HitCost passes the question on. It returns false if the controller below measures no costs.
func (l *Leases) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) { return hitCost(l.inner, id) }

// HitCost passes the question on to all controllers: of a point in several, the dearest counts. It returns false if none has measured it.
func (r *Router) HitCost(id pythia.TracePointID) (dearest pythia.HitCost, known bool) {
	for _, to := range r.all() {
		if cost, ok := hitCost(to.controller, id); ok {
			dearest.CPU, dearest.Bytes = max(dearest.CPU, cost.CPU), max(dearest.Bytes, cost.Bytes)
			known = true
		}
	}
	return dearest, known
}

func hitCost(c pythia.TracePointController, id pythia.TracePointID) (cost pythia.HitCost, ok bool) {
	if coster, is := c.(pythia.Coster); is {
		if err := safely(func() error { cost, ok = coster.HitCost(id); return nil }); err != nil {
			return pythia.HitCost{}, false
		}
	}
	return cost, ok
}
