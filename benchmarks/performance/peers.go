package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

// releasing is how long the release of all traces may take, once it has begun.
const releasing = 20 * time.Second

// decodePdata has the collector's own data model decode messages.
func decodePdata(messages [][]byte) error {
	var decoder ptrace.ProtoUnmarshaler
	for _, m := range messages {
		if _, err := decoder.UnmarshalTraces(m); err != nil {
			return err
		}
	}
	return nil
}

// spanMetrics has the collector's spanmetrics connector, with its default settings, decode messages and count their spans.
func spanMetrics(ctx context.Context, messages [][]byte) error {
	f := spanmetricsconnector.NewFactory()
	settings := connector.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	c, err := f.CreateTracesToMetrics(ctx, settings, f.CreateDefaultConfig(), consumertest.NewNop())
	if err != nil {
		return err
	}
	return during(ctx, c, func() error { return consume(ctx, c, messages) })
}

// groupByTrace has the collector's groupbytrace processor decode messages and put traces together, and returns when it has released all spans. It takes
// a trace for complete some time after its first span, during which it does nothing; that time must be longer than the messages take to come in.
func groupByTrace(ctx context.Context, messages [][]byte, spans, traces int, wait time.Duration) error {
	f := groupbytraceprocessor.NewFactory()
	config := f.CreateDefaultConfig().(*groupbytraceprocessor.Config)
	config.WaitDuration = wait
	settings := processor.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	r := &releases{spans: int64(spans), done: make(chan struct{})}
	next, err := consumer.NewTraces(r.take)
	if err != nil {
		return err
	}
	p, err := f.CreateTraces(ctx, settings, config, next)
	if err != nil {
		return err
	}
	return during(ctx, p, func() error {
		if err := consume(ctx, p, messages); err != nil {
			return err
		}
		return r.await(wait+releasing, traces)
	})
}

// releases counts what a processor hands on.
type releases struct {
	spans  int64 // to be released
	seen   atomic.Int64
	traces atomic.Int64
	done   chan struct{} // closed when all are
}

func (r *releases) take(_ context.Context, t ptrace.Traces) error {
	r.traces.Add(1)
	if r.seen.Add(int64(t.SpanCount())) == r.spans {
		close(r.done)
	}
	return nil
}

// errTooSoon says that the processor has not waited for long enough: it loses spans that come while it releases their trace, and makes traces of their own
// of those that come later.
var errTooSoon = errors.New("traces were released before all was in")

// await waits until all spans are released, and says whether their traces were whole.
func (r *releases) await(atMost time.Duration, traces int) error {
	select {
	case <-r.done:
	case <-time.After(atMost):
	}
	if spans, parts := r.seen.Load(), r.traces.Load(); spans != r.spans || parts != int64(traces) {
		return fmt.Errorf("%w: %d of %d spans were, in %d parts of %d traces", errTooSoon, spans, r.spans, parts, traces)
	}
	return nil
}

// during does something while a component runs.
func during(ctx context.Context, c component.Component, do func() error) error {
	if err := c.Start(ctx, componenttest.NewNopHost()); err != nil {
		return err
	}
	return errors.Join(do(), c.Shutdown(ctx))
}

func consume(ctx context.Context, c consumer.Traces, messages [][]byte) error {
	var decoder ptrace.ProtoUnmarshaler
	for _, m := range messages {
		traces, err := decoder.UnmarshalTraces(m)
		if err != nil {
			return err
		}
		if err := c.ConsumeTraces(ctx, traces); err != nil {
			return err
		}
	}
	return nil
}
