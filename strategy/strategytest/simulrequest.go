package strategytest

import "math"

// request is what one request does. What it does is drawn when it arrives, from keys of its own, and depends neither on other requests, but for
// queues, nor on what is traced.
type request struct {
	requestType int
	number      uint64 // of its type
	key         uint64
	place       int // among those in flight
	visits      []visit
}

// visit is one run of an operation. Visits are in order of calls, those below one follow it.
type visit struct {
	op     *operation
	effect *effect // what is wrong with it; nil if nothing
	key    uint64
	parent int32
	next   int32 // the first visit that is not below
	step   int16 // of the parent
	link   int16 // of the step
	// replica is the process of the operation's service that runs it.
	replica    int16
	failed     bool
	queued     queuing
	selfNanos  float64
	extraNanos float64 // what a fault adds
	turn       int64   // when it begins to be served in a queue
	waiting    int     // in the queue before it
	start, end int64
}

// queuing is where a visit is on its way through a queue.
type queuing uint8

const (
	noQueue queuing = iota
	before
	within
	served
)

// Self times are lognormal, and now and then something holds them up that has nothing to do with the request.
const (
	hiccupProbability = 0.005
	hiccupFactor      = 5
)

// begin makes a request that arrives now.
func (s *simulation) begin(requestType int) *request {
	r := new(request)
	if last := len(s.idle) - 1; last >= 0 {
		r, s.idle = s.idle[last], s.idle[:last]
	}
	*r = request{requestType: requestType, number: s.counts[requestType], place: len(s.inFlight), visits: r.visits[:0]}
	s.counts[requestType]++
	r.key = combine(combine(s.seed, uint64(requestType)), r.number)
	s.inFlight = append(s.inFlight, r)
	s.draw(r, s.app.roots[requestType], visit{parent: -1, key: r.key})
	r.visits[0].start = s.now
	return r
}

// draw appends a visit and all below it.
func (s *simulation) draw(r *request, o *operation, v visit) {
	s.source.state = v.key
	v.op = o
	v.selfNanos = o.medianNanos * math.Exp(o.sigma*s.random.NormFloat64())
	if unit(s.source.Uint64()) < hiccupProbability {
		v.selfNanos *= hiccupFactor
	}
	if o.entry {
		v.replica = int16(pick(s.source.Uint64(), len(o.replicas)))
	}
	at := int32(len(r.visits))
	r.visits = append(r.visits, v)
	if e := s.faults[o.index]; e != nil {
		e.apply(r, at)
	}
	for i := range o.steps {
		for k := range o.steps[i] {
			s.follow(r, &o.steps[i][k], visit{parent: at, step: int16(i), link: int16(k), replica: v.replica, key: v.key})
		}
	}
	r.visits[at].next = int32(len(r.visits))
}

// follow makes the visits of a link: none, one, or several if it is a loop or a fault has it tried again.
func (s *simulation) follow(r *request, l *link, v visit) {
	key := combine(v.key, l.salt)
	if l.probability < 1 && unit(key) >= l.probability {
		return
	}
	e := s.faults[l.callee.index]
	for i := range l.count {
		v.key = combine(key, uint64(i))
		for left := e.attempts(v.key) - 1; left >= 0; left-- {
			v.failed = left > 0
			s.draw(r, l.callee, v)
			v.key = combine(v.key, uint64(left))
		}
	}
}

// schedule works out when a visit and all below it start and end. Where that depends on a queue to which it has not got yet, or where its turn
// is unknown, known is false; reach is told when it gets there.
func (r *request) schedule(i int32, start int64, reach func(visit int32, at int64)) (end int64, known bool) {
	v := &r.visits[i]
	v.start = start
	at, child := start, i+1
	for g, gap := range v.op.gaps {
		at += int64(v.selfNanos * gap)
		if v.effect != nil && v.effect.gap == g {
			if at, known = r.suffer(i, at, reach); !known {
				return at, false
			}
		}
		if g < len(v.op.steps) {
			if at, child, known = r.scheduleStep(i, int16(g), child, at, reach); !known {
				return at, false
			}
		}
	}
	v.end = at
	return at, true
}

// suffer adds what a fault costs a visit.
func (r *request) suffer(i int32, at int64, reach func(visit int32, at int64)) (end int64, known bool) {
	v := &r.visits[i]
	switch v.queued {
	case noQueue:
		return at + int64(v.extraNanos), true
	case before:
		v.queued = within
		reach(i, at)
		return at, false
	case within:
		return at, false
	}
	return v.turn + int64(v.effect.queue.holdNanos), true
}

// scheduleStep schedules what a visit does in parallel, from a child on, and returns the child after that.
func (r *request) scheduleStep(i int32, step int16, child int32, start int64, reach func(visit int32, at int64)) (end int64, next int32, known bool) {
	end, known = start, true
	for below := r.visits[i].next; child < below && r.visits[child].step == step; {
		link, at, goes := r.visits[child].link, start, true
		for ; child < below && r.visits[child].step == step && r.visits[child].link == link; child = r.visits[child].next {
			if goes {
				at, goes = r.schedule(child, at, reach)
			}
		}
		end, known = max(end, at), known && goes
	}
	return end, child, known
}
