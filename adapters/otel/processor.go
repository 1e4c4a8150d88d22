package otel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// Observer takes workflows, as [pythia.Engine] does.
type Observer interface{ Observe(t *pythia.Trace) }

// ProcessorConfig says what a [Processor] does. Observer is required.
type ProcessorConfig struct {
	// Observer gets the workflows, one at a time.
	Observer Observer
	// ReuseTraces has each workflow built in the memory of the one before it, which takes less time: what the Observer is given, it and all that its methods
	// return, is good only until Observe returns. The Engine keeps nothing of it; another Observer may.
	ReuseTraces bool
	// Linger is how long a trace waits for further spans after its last one has ended. The default is 1 s; negative is no time.
	Linger time.Duration
	// Timeout is after how long without a span that starts or ends a trace is handed over although spans of it are open, as unfinished. The default
	// is 5 min.
	Timeout time.Duration
	// MaxTraces bounds the traces that are being put together, MaxSpans the spans in all of them, open ones included. Beyond, the oldest trace is dropped
	// and counted. The defaults are 10,000 and 100,000.
	MaxTraces, MaxSpans int
	// Clock is the time by which traces linger. The default is the system's.
	Clock tracepoint.Clock
	// Logger is told of an Observer that panics. Nil discards.
	Logger *slog.Logger
}

func (c ProcessorConfig) withDefaults() (ProcessorConfig, error) {
	if c.Observer == nil {
		return c, errors.New("otel: a processor needs an observer that takes the workflows: set ProcessorConfig.Observer, to an Engine for example")
	}
	if c.Timeout < 0 || c.MaxTraces < 0 || c.MaxSpans < 0 {
		return c, fmt.Errorf("otel: Timeout %v, MaxTraces %d and MaxSpans %d must not be negative: leave them zero for the defaults",
			c.Timeout, c.MaxTraces, c.MaxSpans)
	}
	if c.Linger == 0 {
		c.Linger = time.Second
	}
	c.Linger = max(c.Linger, 0)
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Minute
	}
	if c.MaxTraces == 0 {
		c.MaxTraces = 10_000
	}
	if c.MaxSpans == 0 {
		c.MaxSpans = 100_000
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

// ProcessorStats counts what has become of spans and traces.
type ProcessorStats struct {
	Traces     int // handed over
	Spans      int // in these
	Unfinished int // of these, such as had not ended
	Late       int // spans of traces that were handed over or dropped before; left out
	Dropped    int // traces given up beyond MaxTraces or MaxSpans
	Panics     int // of the Observer
}

// Processor is a span processor of OpenTelemetry's SDK that puts spans together to workflows and hands them to an observer in the same process: for
// services that are a single process, and for tests, where the providers of several services share one Processor. A system of several
// processes exports its spans and reads them with adapters/otlp.
//
// A trace is complete when all spans that were started have ended and none has followed for Linger. Memory is bounded. It is safe for
// concurrent use and has no goroutine of its own; the Observer is called on the clock's, or on that of ForceFlush and Shutdown, which it must not call.
type Processor struct {
	config    ProcessorConfig
	processes processes

	// handing is held while workflows are handed over, and taken before mu; a channel, so that a context can give up on it. It guards builder.
	handing chan struct{}
	builder pythia.TraceBuilder

	mu         sync.Mutex // guards what follows
	gatherings *gatherings
	stats      ProcessorStats
	stop       func() bool // stops the timer; nil if there is none
	due        time.Time   // when the timer ends
	timer      int         // which one it is
}

var _ sdktrace.SpanProcessor = (*Processor)(nil)

// NewProcessor makes a processor. Give it to the SDK by sdktrace.WithSpanProcessor.
func NewProcessor(c ProcessorConfig) (*Processor, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Processor{config: c, handing: make(chan struct{}, 1), gatherings: newGatherings(c)}, nil
}

// OnStart notes an open span of its trace.
func (p *Processor) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gatherings.started(s, p.config.Clock.Now())
	p.bound()
}

// OnEnd adds a span to its trace.
func (p *Processor) OnEnd(s sdktrace.ReadOnlySpan) {
	converted := convertSpan(s, p.processes.of(s.Resource()))
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gatherings.ended(s.SpanContext(), converted, p.config.Clock.Now()) {
		p.stats.Late++
	}
	p.bound()
}

func (p *Processor) bound() {
	p.stats.Dropped += p.gatherings.shrink()
	p.schedule()
}

// ForceFlush hands over, without lingering, all traces that have no open span, and returns when the Observer has them. It fails only if the
// context is done before the Observer has taken earlier ones; the traces then stay.
func (p *Processor) ForceFlush(ctx context.Context) error {
	return p.handOver(ctx, func(gs *gatherings) []*gathering { return gs.takeQuiet(anyTime) })
}

// Shutdown hands over all traces, those with open spans too. The processor remains usable, for the other providers that share it: what they
// start and end later is put together as before.
func (p *Processor) Shutdown(ctx context.Context) error {
	return p.handOver(ctx, func(gs *gatherings) []*gathering {
		return slices.Concat(gs.takeQuiet(anyTime), gs.takeBusy(anyTime))
	})
}

// Stats returns the counts so far.
func (p *Processor) Stats() ProcessorStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}
