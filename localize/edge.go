package localize

import (
	"github.com/pythia-trace/pythia"
)

// edgeKey identifies an edge: the calling context that it lies in and the two events between which it lies. Callee is part of it because one
// client span's trace point may call several services.
type edgeKey struct {
	owner, from, to pythia.ContextID
	fromEnd, toEnd  bool
	call            bool
	callee          string
}

// edgeInfo describes an edge in words; it is a function of the key.
type edgeInfo struct {
	owner    pythia.TracePointID
	caller   pythia.TracePointID // the span around the owner
	call     bool                // the owner waits for another service
	callee   string
	from, to pythia.Event
	stack    []pythia.TracePointID
}

// segmentKey groups the edges of one calling context and callee: the finest thing whose occurrences are expected to take alike.
type segmentKey struct {
	owner  pythia.ContextID
	callee string
}

func (k edgeKey) segment() segmentKey { return segmentKey{k.owner, k.callee} }

// placeKey is what a finding names: the same operation in different contexts is one place, as is the same call.
type placeKey struct {
	point  pythia.TracePointID
	call   bool
	callee string
}

func (e *edgeInfo) place() placeKey { return placeKey{e.owner, e.call, e.callee} }

// edgeSample is what one workflow spent on one edge.
type edgeSample struct {
	edge  int32 // index into the accumulator's edges
	nanos int64
	count int64
}

// keyOf makes the key of the edge that a section of t belongs to.
func keyOf(t *pythia.Trace, s pythia.Section) edgeKey {
	call, callee := calleeOf(t, s.Owner)
	return edgeKey{
		owner: contextOf(t, s.Owner), from: contextOf(t, s.From.Span), to: contextOf(t, s.To.Span),
		fromEnd: s.From.End, toEnd: s.To.End, call: call, callee: callee,
	}
}

func contextOf(t *pythia.Trace, span int32) pythia.ContextID {
	if span == pythia.NoParent {
		return pythia.RootContext
	}
	return t.Context(int(span))
}

// calleeOf reports whether a span waits for another service, and for which: that of its first child elsewhere, else what its
// attributes say.
func calleeOf(t *pythia.Trace, span int32) (call bool, service string) {
	if span == pythia.NoParent {
		return false, ""
	}
	s := &t.Spans[span]
	if s.Kind != pythia.KindClient && s.Kind != pythia.KindProducer {
		return false, ""
	}
	for _, c := range t.Children(int(span)) {
		if other := t.Spans[c].Point.Scope; other != s.Point.Scope {
			return true, other
		}
	}
	for _, key := range []string{"peer.service", "service.peer.name", "server.address", "net.peer.name", "rpc.service", "db.system.name", "db.system", "messaging.system"} {
		if v, ok := s.Attr(key); ok {
			return true, v.String()
		}
	}
	return true, ""
}

// mostStack bounds how much of an edge's calling context is kept for reports.
const mostStack = 32

func describe(t *pythia.Trace, s pythia.Section) edgeInfo {
	info := edgeInfo{from: eventOf(t, s.From), to: eventOf(t, s.To)}
	if s.Owner == pythia.NoParent {
		return info
	}
	info.owner = t.Spans[s.Owner].Point
	info.stack = t.Stack(int(s.Owner), mostStack)
	info.call, info.callee = calleeOf(t, s.Owner)
	if n := len(info.stack); n > 1 {
		info.caller = info.stack[n-2]
	}
	return info
}

func eventOf(t *pythia.Trace, b pythia.Boundary) pythia.Event {
	if b.Span == pythia.NoParent {
		return pythia.Event{End: b.End}
	}
	return pythia.Event{Point: t.Spans[b.Span].Point, End: b.End}
}
