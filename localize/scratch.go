package localize

import (
	"github.com/pythia-trace/pythia"
)

// scratch is what observing a workflow needs, kept for the next.
type scratch struct {
	samples   []edgeSample
	sampleOf  positions // of each edge
	called    []int32   // by span: 1 + the number of the callee; 0 if it was not looked up yet
	path      []int32
	collector collector
	buf       []byte
}

// observer is what observing workflows works with, beside the accumulator of the group.
type observer struct {
	*catalogue
	scratch
	trace   *pythia.Trace
	measure pythia.Measure
}

// sumByEdge adds up a workflow's sections by edge.
func (o *observer) sumByEdge(a *accumulator, sections []pythia.Section) []edgeSample {
	o.reset()
	before := &a.first
	for i := range sections {
		s := &sections[i]
		edge := o.edgeOf(a, s, int32(*before))
		*before = uint16(edge)
		before = &a.edges[edge].next
		at := o.sampleOf.of(edge)
		if *at == 0 {
			o.samples = append(o.samples, edgeSample{edge: edge})
			*at = int32(len(o.samples))
		}
		sample := &o.samples[*at-1]
		sample.nanos += s.Nanos()
		sample.count++
	}
	return o.samples
}

// reset forgets the workflow before.
func (o *observer) reset() {
	for _, s := range o.samples {
		o.sampleOf[s.edge] = 0
	}
	o.samples = o.samples[:0]
	if n := len(o.trace.Spans); n > cap(o.called) {
		o.called = make([]int32, n)
	} else {
		o.called = o.called[:n]
		clear(o.called)
	}
}

// edgeOf returns the edge that a section belongs to: the one that is guessed, if it is that.
func (o *observer) edgeOf(a *accumulator, s *pythia.Section, guess int32) int32 {
	key := edgeKey{owner: contextOf(o.trace, s.Owner), from: contextOf(o.trace, s.From.Span), to: contextOf(o.trace, s.To.Span)}
	if s.From.End {
		key.flags |= flagFromEnd
	}
	if s.To.End {
		key.flags |= flagToEnd
	}
	if s.Owner != pythia.NoParent {
		if k := o.trace.Spans[s.Owner].Kind; k == pythia.KindClient || k == pythia.KindProducer {
			key.flags |= flagCall
			key.callee = o.calleeOf(s.Owner)
		}
	}
	if int(guess) < len(a.edges) && a.edges[guess].key == key {
		return guess
	}
	if i := a.find(&key); i >= 0 {
		return i
	}
	return o.addEdge(a, s, key)
}

func (o *observer) addEdge(a *accumulator, s *pythia.Section, key edgeKey) int32 {
	i := a.findOrAdd(key)
	if a.edges[i].key == key {
		for _, span := range [3]int32{s.Owner, s.From.Span, s.To.Span} {
			o.path = o.addContext(o.trace, span, o.path)
		}
	}
	return i
}

func contextOf(t *pythia.Trace, span int32) pythia.ContextID {
	if span == pythia.NoParent {
		return pythia.RootContext
	}
	return t.Context(int(span))
}

// calleeOf returns the number of the service that a span waits for. It is looked up once, for the span may have many sections, and many children to look
// through.
func (o *observer) calleeOf(span int32) int32 {
	if o.called[span] == 0 {
		o.called[span] = 1 + o.callee(calleeOf(o.trace, span))
	}
	return o.called[span] - 1
}

// calleeOf is the service of a waiting span's first child elsewhere, else what its attributes say; empty if unknown.
func calleeOf(t *pythia.Trace, span int32) string {
	s := &t.Spans[span]
	for _, c := range t.Children(int(span)) {
		if other := t.Spans[c].Point.Scope; other != s.Point.Scope {
			return other
		}
	}
	name, best := "", namesNone
	for a := range s.Attrs.All() {
		if i := calleeRank(a.Key); i < best {
			name, best = a.Value.String(), i
		}
	}
	return name
}

const namesNone = 8

// calleeRank returns how good an attribute is at naming the service that a span waits for; the least is the best.
func calleeRank(key string) int {
	switch key {
	case "peer.service":
		return 0
	case "service.peer.name":
		return 1
	case "server.address":
		return 2
	case "net.peer.name":
		return 3
	case "rpc.service":
		return 4
	case "db.system.name":
		return 5
	case "db.system":
		return 6
	case "messaging.system":
		return 7
	}
	return namesNone
}

// exemplar makes one of the workflow, of which samples are the edges. All its texts are one piece of memory, its own.
func (o *observer) exemplar(rank uint64, start, total int64) *exemplar {
	words, c := o.words, &o.collector
	defer c.reset()
	c.collect(words, o.trace)
	words.publish()
	b := append(o.buf[:0], o.trace.ID...)
	path := len(b)
	for _, s := range o.samples {
		b = appendPath(b, s)
	}
	counts := len(b)
	for _, n := range c.counts {
		b = appendCount(b, n)
	}
	vars := len(b)
	for _, v := range c.vars {
		b = appendVariable(b, v)
	}
	o.buf = b
	all := string(b)
	return &exemplar{rank, start, total, words, all[:path], all[path:counts], all[counts:vars], all[vars:]}
}
