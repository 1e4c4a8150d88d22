package pythia

// pointTable numbers trace points and their services, and knows their hashes. Numbers serve as indices where a map would have to be asked for every span.
type pointTable struct {
	numbers  map[TracePointID]int32
	known    []knownPoint
	scopes   map[string]int32
	services []knownService
	recent   [256]int32 // numbers plus one, where slot says; most of a trace's points are found here
	trace    uint32     // counts traces
}

type knownPoint struct {
	id      TracePointID
	hash    ContextID
	service int32
	onStack int32  // the span of the point that is on the stack, or NoParent
	trace   uint32 // the one in which it was seen last
}

type knownService struct {
	hash  uint64
	trace uint32
}

// mostKnownPoints bounds what is remembered beyond a trace.
const mostKnownPoints = 1 << 16

// begin prepares for another trace.
func (p *pointTable) begin() {
	if p.trace++; p.numbers == nil || len(p.known) > mostKnownPoints || p.trace == 0 {
		*p = pointTable{numbers: make(map[TracePointID]int32), scopes: make(map[string]int32), trace: 1}
	}
}

func (p *pointTable) number(id *TracePointID) int32 {
	recent := &p.recent[id.slot()]
	if n := *recent - 1; n >= 0 && p.known[n].id == *id {
		return n
	}
	n := p.find(*id)
	*recent = n + 1
	return n
}

// slot spreads points by what is quick to look at.
func (p *TracePointID) slot() uint8 {
	slot := uint8(len(p.Scope)) + 31*uint8(len(p.Name))
	if n := len(p.Name); n > 0 {
		slot += 7*p.Name[n-1] + 13*p.Name[n/2]
	}
	if n := len(p.Scope); n > 0 {
		slot += 3*p.Scope[0] + 5*p.Scope[n-1]
	}
	return slot
}

func (p *pointTable) find(id TracePointID) int32 {
	n, ok := p.numbers[id]
	if !ok {
		n = int32(len(p.known))
		p.numbers[id] = n
		p.known = append(p.known, knownPoint{id: id, hash: hashPoint(id), service: p.service(id.Scope), onStack: NoParent})
	}
	return n
}

func (p *pointTable) service(scope string) int32 {
	n, ok := p.scopes[scope]
	if !ok {
		n = int32(len(p.services))
		p.scopes[scope] = n
		p.services = append(p.services, knownService{hash: uint64(RootContext.hashString(scope))})
	}
	return n
}

// frame is a span that the walk is inside of.
type frame struct {
	span, point int32
	next        int32 // the next child, as an index into childList
	entered     bool  // the span's point was not on the stack before
}

// enter computes every span's context in one walk. The origin is the span that stands for the context: the span itself or, for recursion, the
// ancestor that it leads back to.
func (b *builder) enter() {
	b.points.begin()
	b.frames = b.frames[:0]
	for _, root := range b.roots {
		b.push(root, RootContext)
		for len(b.frames) > 0 {
			f := &b.frames[len(b.frames)-1]
			if f.next < b.childStart[f.span+1] {
				f.next++
				b.push(b.childList[f.next-1], b.contexts[f.span])
				continue
			}
			if f.entered {
				b.points.known[f.point].onStack = NoParent
			}
			b.frames = b.frames[:len(b.frames)-1]
		}
	}
}

// push enters a span that is called from a context.
func (b *builder) push(i int32, above ContextID) {
	number := b.points.number(&b.Spans[i].Point)
	known := &b.points.known[number]
	if known.trace != b.points.trace {
		b.firstOf(known)
	}
	origin := known.onStack
	entered := origin == NoParent
	if entered {
		origin, known.onStack = i, i
		b.contexts[i] = above.hashUint64(uint64(known.hash))
	} else {
		b.contexts[i] = b.contexts[origin]
	}
	b.origin[i] = origin
	b.frames = append(b.frames, frame{i, number, b.childStart[i], entered})
}

// firstOf adds a point, and its service, to what the trace consists of.
func (b *builder) firstOf(p *knownPoint) {
	p.trace = b.points.trace
	b.Trace.points.add(uint64(p.hash))
	if s := &b.points.services[p.service]; s.trace != b.points.trace {
		s.trace = b.points.trace
		b.Trace.services.add(s.hash)
	}
}
