package otel

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// handOver gives the Observer what is taken. Having waited for its turn, it returns after all that was taken before was handed over too.
func (p *Processor) handOver(ctx context.Context, take func(*gatherings) []*gathering) error {
	select {
	case p.handing <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("otel: the observer still has earlier workflows, give it more time: %w", ctx.Err())
	}
	defer func() { <-p.handing }()
	p.mu.Lock()
	taken := take(p.gatherings)
	p.schedule()
	p.mu.Unlock()
	for _, g := range taken {
		p.observe(g)
	}
	return nil
}

func (p *Processor) observe(g *gathering) {
	unfinished := 0
	for _, s := range g.open {
		converted := convertSpan(s, p.processes.of(s.Resource()))
		if converted.Unfinished {
			unfinished++
		}
		g.spans = append(g.spans, converted)
	}
	t, err := p.build(g.id.String(), g.spans)
	if err != nil { // no spans
		return
	}
	panicked := p.safely(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Traces++
	p.stats.Spans += len(t.Spans)
	p.stats.Unfinished += unfinished
	if panicked {
		p.stats.Panics++
	}
	p.gatherings.reuse(g, p.config.ReuseTraces)
}

// build is called by one goroutine at a time.
func (p *Processor) build(id string, spans []pythia.Span) (*pythia.Trace, error) {
	if p.config.ReuseTraces {
		return p.builder.Build(id, spans)
	}
	return pythia.NewTrace(id, spans)
}

// safely makes sure that the application outlives its observer.
func (p *Processor) safely(t *pythia.Trace) (panicked bool) {
	defer func() {
		if r := recover(); r != nil {
			panicked = true
			p.config.Logger.Error("otel: the observer panicked, correct it", "panic", r, "trace", t.ID)
		}
	}()
	p.config.Observer.Observe(t)
	return false
}

// schedule sets the one timer, unless it is early enough. The caller holds the lock.
func (p *Processor) schedule() {
	deadline, ok := p.gatherings.deadline()
	if p.stop != nil {
		if ok && !deadline.Before(p.due) {
			return // the timer finds out that it is early, which is cheaper than to set it for each span
		}
		p.stop()
		p.stop = nil
	}
	if ok {
		p.due = deadline
		p.timer++
		timer := p.timer
		p.stop = p.config.Clock.AfterFunc(deadline.Sub(p.config.Clock.Now()), func() { p.expire(timer) })
	}
}

// expire hands over the traces whose time has come.
func (p *Processor) expire(timer int) {
	_ = p.handOver(context.Background(), func(gs *gatherings) []*gathering {
		if timer == p.timer {
			p.stop = nil
		}
		now := p.config.Clock.Now()
		after := func(d time.Duration) func(time.Time) bool {
			return func(touched time.Time) bool { return !touched.Add(d).After(now) }
		}
		return slices.Concat(gs.takeQuiet(after(p.config.Linger)), gs.takeBusy(after(p.config.Timeout)))
	})
}

func anyTime(time.Time) bool { return true }
