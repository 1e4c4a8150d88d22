package localize

import (
	"github.com/pythia-trace/pythia"
)

// edgeKey identifies an edge: the calling context that it lies in and the two events between which it lies. Callee is part of it because one
// client span's trace point may call several services.
type edgeKey struct {
	owner, from, to pythia.ContextID
	fromEnd, toEnd  bool
	called
}

// called says whether the owner waits for another service, and for which; empty if unknown.
type called struct {
	call   bool
	callee string
}

// edgeInfo describes an edge in words; it is a function of the key.
type edgeInfo struct {
	owner    pythia.TracePointID
	caller   pythia.TracePointID // the span around the owner
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

func (e *edgeStats) place() placeKey { return placeKey{e.owner, e.key.call, e.key.callee} }

// edgeSample is what one workflow spent on one edge.
type edgeSample struct {
	edge  int32 // index into the accumulator's edges
	nanos int64
	count int64
}

// keyOf makes the key of the edge that a section of t belongs to.
func (c *scratch) keyOf(t *pythia.Trace, s pythia.Section) edgeKey {
	return edgeKey{
		owner: contextOf(t, s.Owner), from: contextOf(t, s.From.Span), to: contextOf(t, s.To.Span),
		fromEnd: s.From.End, toEnd: s.To.End, called: c.calledBy(t, s.Owner),
	}
}

func contextOf(t *pythia.Trace, span int32) pythia.ContextID {
	if span == pythia.NoParent {
		return pythia.RootContext
	}
	return t.Context(int(span))
}

// scratch is what observing a workflow needs, kept for the next.
type scratch struct {
	samples []edgeSample
	called  map[int32]called // of the workflow's spans that wait: they may have many sections, and many children to look through
}

func newScratch() scratch { return scratch{called: make(map[int32]called)} }

// calledBy says what a span waits for.
func (c *scratch) calledBy(t *pythia.Trace, span int32) called {
	if span == pythia.NoParent {
		return called{}
	}
	if k := t.Spans[span].Kind; k != pythia.KindClient && k != pythia.KindProducer {
		return called{}
	}
	found, known := c.called[span]
	if !known {
		found = called{true, calleeOf(t, span)}
		c.called[span] = found
	}
	return found
}

// calleeOf is the service of a waiting span's first child elsewhere, else what its attributes say.
func calleeOf(t *pythia.Trace, span int32) string {
	s := &t.Spans[span]
	for _, c := range t.Children(int(span)) {
		if other := t.Spans[c].Point.Scope; other != s.Point.Scope {
			return other
		}
	}
	for _, key := range []string{"peer.service", "service.peer.name", "server.address", "net.peer.name", "rpc.service", "db.system.name", "db.system", "messaging.system"} {
		if v, ok := s.Attr(key); ok {
			return v.String()
		}
	}
	return ""
}

// mostStack bounds how much of an edge's calling context is kept for reports.
const mostStack = 32

func describe(t *pythia.Trace, s pythia.Section) edgeInfo {
	info := edgeInfo{from: eventOf(t, s.From), to: eventOf(t, s.To)}
	if s.Owner == pythia.NoParent {
		return info
	}
	info.stack = t.Stack(int(s.Owner), mostStack)
	info.nameOwner()
	return info
}

// nameOwner takes the owner and its caller from the stack.
func (i *edgeInfo) nameOwner() {
	n := len(i.stack)
	if n > 0 {
		i.owner = i.stack[n-1]
	}
	if n > 1 {
		i.caller = i.stack[n-2]
	}
}

func eventOf(t *pythia.Trace, b pythia.Boundary) pythia.Event {
	if b.Span == pythia.NoParent {
		return pythia.Event{End: b.End}
	}
	return pythia.Event{Point: t.Spans[b.Span].Point, End: b.End}
}
