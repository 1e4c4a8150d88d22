//go:build linux && amd64

package ebpf

import (
	"encoding/binary"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
)

// The table that the kernel shares, as bpf/points.bpf.c has it.
const (
	numberOfBuckets = 4096
	ways            = 4
)

// requestContext is what a goroutine serves.
type requestContext struct{ traceHigh, traceLow, span, points uint64 }

func contextOf(s trace.SpanContext, points uint64) requestContext {
	id, span := s.TraceID(), s.SpanID()
	return requestContext{binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]), binary.BigEndian.Uint64(span[:]), points}
}

// bucket has the goroutines of one hash.
type bucket struct {
	g       [ways]uint64 // 0: a free way
	version [ways]uint32 // another one each time that something is written
	context [ways]requestContext
}

func bucketOf(g uintptr) uint64 { return (uint64(g)>>6 ^ uint64(g)>>18) % numberOfBuckets }

// goroutines says which goroutines serve which requests, here and in memory that is shared with the kernel. A goroutine serves the span that it has
// started last and that has not ended. It is safe for concurrent use.
type goroutines struct {
	layout
	shared   []bucket
	guards   [64]guard
	spans    [64]startedBy
	open     atomic.Int64 // spans
	missed   atomic.Int64 // spans of goroutines for which there was no way
	doubtful doubts
}

// guard has the goroutines of some buckets.
type guard struct {
	mu      sync.Mutex
	serving map[uintptr]*serving
	spare   []*serving
	closed  bool // nothing is shared with the kernel any more
}

// serving is a goroutine with the spans that it has started, the last one at the end.
type serving struct {
	goid   uint64
	way    int // none: there was no room
	frames []requestContext
}

const none = -1

// maxFrames is how many spans of a goroutine are known, the latest ones: some may never end.
const maxFrames = 64

// startedBy says by which goroutine, in terms of its g, open spans were started.
type startedBy struct {
	mu sync.Mutex
	g  map[uint64]uintptr
}

func newGoroutines(l layout, shared []bucket) *goroutines {
	gs := &goroutines{layout: l, shared: shared}
	for i := range gs.guards {
		gs.guards[i].serving = make(map[uintptr]*serving)
	}
	for i := range gs.spans {
		gs.spans[i].g = make(map[uint64]uintptr)
	}
	return gs
}

// forget has no goroutine serve anything any more. For ever, the shared memory is not touched from then on.
func (gs *goroutines) forget(forever bool) {
	for i := range gs.guards {
		at := &gs.guards[i]
		at.mu.Lock()
		for g, s := range at.serving {
			gs.withdraw(g, s)
			gs.forgetSpans(s.frames)
		}
		clear(at.serving)
		at.closed = at.closed || forever
		at.mu.Unlock()
	}
}

// forgetSpans has the ends of spans do nothing.
func (gs *goroutines) forgetSpans(frames []requestContext) {
	for _, c := range frames {
		by := gs.startedBy(c.span)
		by.mu.Lock()
		if _, known := by.g[c.span]; known {
			delete(by.g, c.span)
			gs.open.Add(-1)
		}
		by.mu.Unlock()
	}
}

func (gs *goroutines) guard(g uintptr) *guard { return &gs.guards[bucketOf(g)%uint64(len(gs.guards))] }

func (gs *goroutines) startedBy(span uint64) *startedBy { return &gs.spans[span%uint64(len(gs.spans))] }

// start has the running goroutine serve a span that it has started.
func (gs *goroutines) start(c requestContext) {
	gs.open.Add(1)
	by := gs.startedBy(c.span)
	by.mu.Lock()
	by.g[c.span] = currentG()
	by.mu.Unlock()
	_ = gs.serve(c)
}

// servesAnother reports whether the running goroutine serves another request than that of a span: what it does for that one does not belong to it.
func (gs *goroutines) servesAnother(c requestContext) bool {
	if gs.open.Load() == 0 {
		return false
	}
	g := currentG()
	at := gs.guard(g)
	at.mu.Lock()
	defer at.mu.Unlock()
	s := at.serving[g]
	if s == nil || s.goid != gs.goroutineID(g) || len(s.frames) == 0 {
		return false
	}
	last := s.frames[len(s.frames)-1]
	return last.traceHigh != c.traceHigh || last.traceLow != c.traceLow
}

// serve has the running goroutine serve a span. It returns what to stop it by.
func (gs *goroutines) serve(c requestContext) (g uintptr) {
	g = currentG()
	goid := gs.goroutineID(g)
	at := gs.guard(g)
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.closed {
		return g
	}
	s := at.serving[g]
	if s == nil {
		if last := len(at.spare) - 1; last >= 0 {
			s, at.spare = at.spare[last], at.spare[:last]
		} else {
			s = new(serving)
		}
		s.goid, s.way = goid, none
		at.serving[g] = s
	} else if s.goid != goid { // an earlier goroutine has ended without ending its spans
		gs.withdraw(g, s)
		gs.forgetSpans(s.frames)
		s.goid, s.frames = goid, s.frames[:0]
	}
	if len(s.frames) == maxFrames {
		gs.forgetSpans(s.frames[:1])
		s.frames = append(s.frames[:0], s.frames[1:]...)
	}
	s.frames = append(s.frames, c)
	gs.publish(g, s)
	return g
}

// end has the goroutine that started a span, whichever ends it, serve what it has served before. It does nothing for a span that is not known.
func (gs *goroutines) end(span uint64) {
	if gs.open.Load() == 0 {
		return
	}
	by := gs.startedBy(span)
	by.mu.Lock()
	g, known := by.g[span]
	delete(by.g, span)
	by.mu.Unlock()
	if !known {
		return
	}
	gs.open.Add(-1)
	gs.stop(g, span)
}

// stop has a goroutine serve a span no more.
func (gs *goroutines) stop(g uintptr, span uint64) {
	at := gs.guard(g)
	at.mu.Lock()
	defer at.mu.Unlock()
	if s := at.serving[g]; s != nil && s.remove(span) {
		if len(s.frames) > 0 {
			gs.publish(g, s)
			return
		}
		gs.withdraw(g, s)
		delete(at.serving, g)
		at.spare = append(at.spare, s)
	}
}

// remove takes out a span, and reports whether it was there.
func (s *serving) remove(span uint64) bool {
	for i := len(s.frames) - 1; i >= 0; i-- {
		if s.frames[i].span == span {
			s.frames = append(s.frames[:i], s.frames[i+1:]...)
			return true
		}
	}
	return false
}

// publish tells the kernel what a goroutine serves. The caller holds the guard.
func (gs *goroutines) publish(g uintptr, s *serving) {
	way := s.way
	gs.withdraw(g, s)
	if s.way = way; way == none {
		s.way = gs.freeWay(g)
	}
	if s.way == none {
		gs.missed.Add(1)
		return
	}
	b := &gs.shared[bucketOf(g)]
	b.context[s.way] = s.frames[len(s.frames)-1]
	atomic.AddUint32(&b.version[s.way], 1)
	atomic.StoreUint64(&b.g[s.way], uint64(g))
}

// withdraw tells the kernel that a goroutine serves nothing. If it has ended before, and its g is that of another one, there may be events of that one under
// its name. The caller holds the guard.
func (gs *goroutines) withdraw(g uintptr, s *serving) {
	if s.way == none {
		return
	}
	at := bucketOf(g)
	b := &gs.shared[at]
	if b.g[s.way] == 0 {
		return
	}
	atomic.StoreUint64(&b.g[s.way], 0)
	if gs.goroutineID(g) != s.goid {
		gs.doubtful.add(place{uint32(at)*ways + uint32(s.way), b.version[s.way]})
	}
	s.way = none
}

// freeWay returns a way of the bucket of a g that nobody has, or else one whose goroutine has ended without ending its spans.
func (gs *goroutines) freeWay(g uintptr) int {
	b, at := &gs.shared[bucketOf(g)], gs.guard(g) // which is that of all of the bucket
	for way := range ways {
		if b.g[way] == 0 {
			return way
		}
	}
	for way := range ways {
		other := uintptr(b.g[way])
		if s := at.serving[other]; gs.goroutineID(other) != s.goid {
			gs.withdraw(other, s)
			gs.forgetSpans(s.frames)
			delete(at.serving, other)
			return way
		}
	}
	return none
}

// certain reports whether an event is of the goroutine that it was found to be of, and not of one that has got its g since: then the ID is another.
func (gs *goroutines) certain(p place) bool {
	b, way := &gs.shared[p.at/ways], p.at%ways
	at := &gs.guards[p.at/ways%uint32(len(gs.guards))]
	at.mu.Lock()
	defer at.mu.Unlock()
	g := uintptr(b.g[way])
	s := at.serving[g]
	if g == 0 || b.version[way] != p.version || s == nil {
		return !gs.doubtful.has(p) // it serves something else now; whether it was sure until then was seen when it ceased to
	}
	return gs.goroutineID(g) == s.goid
}
