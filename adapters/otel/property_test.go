package otel_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia/adapters/otel"
)

// simulation runs random requests through processes whose points are switched at random, also meanwhile, and keeps account of what must come of it.
type simulation struct {
	*rand.Rand
	t         *testing.T
	processes []*process
	on        []map[string]bool // by process
	byDefault bool              // entry points are on
	spans     int
	parents   map[int]int // of the spans that must be exported, by number; the parent of a root is -1
}

var names = []string{"a", "b", "c", "d", "e"}

func newSimulation(t *testing.T, seed uint64) *simulation {
	s := &simulation{Rand: rand.New(rand.NewPCG(seed, 0)), t: t, parents: make(map[int]int), byDefault: seed%2 == 0}
	for i := range 3 {
		c := otel.Config{Scope: fmt.Sprint("service ", i), Points: points(names...)}
		if !s.byDefault {
			c.AlwaysOn = never
		}
		s.processes = append(s.processes, newProcess(t, c))
		s.on = append(s.on, make(map[string]bool))
	}
	for range 10 {
		s.toggle()
	}
	return s
}

func (s *simulation) toggle() {
	i, name := s.IntN(len(s.processes)), names[s.IntN(len(names))]
	p := s.processes[i]
	if s.on[i][name] = s.IntN(2) == 0; s.on[i][name] {
		require.NoError(s.t, p.Enable(s.t.Context(), p.id(name)))
	} else {
		require.NoError(s.t, p.Disable(s.t.Context(), p.id(name)))
	}
}

// run starts a span and what it causes. above is the nearest ancestor that is on, -1 if there is none.
func (s *simulation) run(ctx context.Context, process, above, depth int, comesIn bool) {
	number, name := s.spans, names[s.IntN(len(names))]
	s.spans++
	tracer := s.processes[process].Tracer("test")
	if parent := trace.SpanFromContext(ctx); parent.SpanContext().IsValid() && !comesIn && s.IntN(2) == 0 {
		tracer = parent.TracerProvider().Tracer("test")
	}
	ctx, span := tracer.Start(ctx, name, trace.WithAttributes(attribute.Int("number", number)))
	defer span.End()
	if s.on[process][name] || above == -1 || comesIn && s.byDefault {
		s.parents[number] = above
		above = number
	} else {
		span.SetAttributes(attribute.Int("number", -1))
		trace.SpanFromContext(ctx).End()
	}
	for range s.IntN(4) {
		if depth == 0 {
			return
		}
		if s.IntN(4) == 0 {
			s.toggle()
		}
		if s.IntN(3) == 0 {
			s.run(call(ctx), s.IntN(len(s.processes)), above, depth-1, true)
		} else {
			s.run(ctx, process, above, depth-1, false)
		}
	}
}

// check requires that exactly the right spans were exported, each below its nearest ancestor that is on, and all of one trace.
func (s *simulation) check() {
	numbers := make(map[trace.SpanID]int)
	above := make(map[int]trace.SpanContext)
	traces := make(map[trace.TraceID]bool)
	for _, p := range s.processes {
		for _, e := range p.exported.Ended() {
			require.Len(s.t, e.Attributes(), 1)
			number := int(e.Attributes()[0].Value.AsInt64())
			numbers[e.SpanContext().SpanID()], above[number] = number, e.Parent()
			traces[e.SpanContext().TraceID()] = true
		}
		p.exported.Reset()
	}
	got := make(map[int]int)
	for number, parent := range above {
		got[number] = -1
		if parent.IsValid() {
			ancestor, exported := numbers[parent.SpanID()]
			require.True(s.t, exported, "the parent of %d is missing", number)
			got[number] = ancestor
		}
	}
	require.Equal(s.t, s.parents, got)
	require.Len(s.t, traces, 1)
}

func TestEveryTraceIsConnected(t *testing.T) {
	for seed := range uint64(40) {
		s := newSimulation(t, seed)
		for range 10 {
			s.spans = 0
			clear(s.parents)
			s.run(context.Background(), s.IntN(3), -1, 6, false)
			s.check()
		}
	}
}

func TestTogglingWhileRequestsRun(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points(names...)})
	done := make(chan struct{})
	var requests, switching sync.WaitGroup
	switching.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				_ = p.Enable(context.Background(), p.id(names[i%len(names)]))
				_ = p.EnableOnly(context.Background(), oneIn(2), p.id(names[(i+1)%len(names)]))
				_ = p.Disable(context.Background(), p.id(names[(i+2)%len(names)]))
			}
		}
	})
	for range 4 {
		requests.Go(func() {
			for range 100 {
				ctx, root := p.start(context.Background(), "root")
				var open []trace.Span
				for i := range 20 {
					var span trace.Span
					ctx, span = p.start(ctx, names[i%len(names)])
					open = append(open, span)
				}
				for _, span := range open {
					span.SetName("renamed")
					span.End()
				}
				root.End()
			}
		})
	}
	requests.Wait()
	close(done)
	switching.Wait()
	known := make(map[trace.SpanID]bool)
	for _, s := range p.exported.Ended() {
		require.False(t, known[s.SpanContext().SpanID()], "ended once")
		known[s.SpanContext().SpanID()] = true
	}
	for _, s := range p.exported.Ended() {
		require.Equal(t, s.Name() != "root", s.Parent().IsValid())
		require.True(t, !s.Parent().IsValid() || known[s.Parent().SpanID()])
	}
}
