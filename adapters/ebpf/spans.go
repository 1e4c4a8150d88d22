//go:build linux && amd64

package ebpf

import (
	"context"
	"encoding/binary"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
)

// instrumentationScope is under which the spans are reported; it tells their layer and scope.
var instrumentationScope = pythia.InstrumentationScope(pythia.LayerKernel, Scope)

// spanMaker makes spans of events. It serves one goroutine.
type spanMaker struct {
	tracer trace.Tracer
	points map[uint32]*point // by place
	offset time.Duration     // from the monotonic clock to Unix time

	// waiting are requests to disks that were made in a system call that has yet to be reported: it is reported when it ends.
	waiting map[syscallID][]*event
	held    int
	// last are the latest system calls of threads, by thread: what began in one may end after it.
	last map[uint32]ended
}

// syscallID is a system call: a thread is in one at a time.
type syscallID struct {
	thread uint32
	start  uint64
}

type ended struct {
	start uint64
	span  trace.SpanContext
}

const (
	maxHeld    = 10_000
	maxThreads = 10_000
	// longestHeld is for how long, by the clock of events, what happened in a system call is held back: the event that reports it may have been dropped.
	longestHeld = uint64(time.Second)
)

func newSpanMaker(p trace.TracerProvider, points []point) *spanMaker {
	m := &spanMaker{
		tracer: p.Tracer(instrumentationScope), points: make(map[uint32]*point),
		waiting: make(map[syscallID][]*event), last: make(map[uint32]ended),
	}
	for i := range points {
		m.points[uint32(points[i].place)] = &points[i]
	}
	return m
}

// add makes a span of an event, unless it happened in a system call that has yet to be reported.
func (m *spanMaker) add(e *event) {
	p := m.points[e.Point]
	if p == nil {
		return
	}
	if p.syscall >= 0 {
		m.addSyscall(p, e)
		return
	}
	within := syscallID{e.Thread, e.Inside}
	switch last := m.last[e.Thread]; {
	case e.Inside == 0, m.held >= maxHeld:
		m.make(p, e, applicationSpan(e))
	case last.start == e.Inside:
		m.make(p, e, last.span)
	default:
		held := *e
		m.waiting[within] = append(m.waiting[within], &held)
		m.held++
	}
}

// addSyscall makes a span of a system call, and of what happened in it.
func (m *spanMaker) addSyscall(p *point, e *event) {
	span := m.start(p, e, applicationSpan(e))
	if len(m.last) >= maxThreads {
		clear(m.last)
	}
	m.last[e.Thread] = ended{e.Start, span.SpanContext()}
	id := syscallID{e.Thread, e.Start}
	inside := m.waiting[id]
	delete(m.waiting, id)
	m.held -= len(inside)
	for _, in := range inside {
		m.make(m.points[in.Point], in, span.SpanContext())
	}
	m.end(span, e)
}

// release makes spans of what was held back for too long.
func (m *spanMaker) release(now uint64) {
	for id, events := range m.waiting {
		if events[0].End+longestHeld > now {
			continue
		}
		for _, e := range events {
			m.make(m.points[e.Point], e, applicationSpan(e))
			m.held--
		}
		delete(m.waiting, id)
	}
}

func (m *spanMaker) make(p *point, e *event, parent trace.SpanContext) {
	m.end(m.start(p, e, parent), e)
}

func (m *spanMaker) start(p *point, e *event, parent trace.SpanContext) trace.Span {
	var attributes []attribute.KeyValue
	if p.attributes != nil {
		attributes = p.attributes(e)
	}
	attributes = append(attributes, waits(e)...)
	ctx := trace.ContextWithRemoteSpanContext(context.Background(), parent)
	_, span := m.tracer.Start(ctx, p.name, trace.WithTimestamp(m.time(e.Start)), trace.WithAttributes(attributes...))
	return span
}

func (m *spanMaker) end(span trace.Span, e *event) { span.End(trace.WithTimestamp(m.time(e.End))) }

func (m *spanMaker) time(monotonic uint64) time.Time {
	return time.Unix(0, int64(monotonic)).Add(m.offset)
}

// applicationSpan is the span that the goroutine served.
func applicationSpan(e *event) trace.SpanContext {
	var c trace.SpanContextConfig
	binary.BigEndian.PutUint64(c.TraceID[:8], e.TraceHigh)
	binary.BigEndian.PutUint64(c.TraceID[8:], e.TraceLow)
	binary.BigEndian.PutUint64(c.SpanID[:], e.Span)
	c.TraceFlags = trace.FlagsSampled // it was recorded, or it would not have been told to the kernel
	return trace.NewSpanContext(c)
}
