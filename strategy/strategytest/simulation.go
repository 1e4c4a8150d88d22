package strategytest

import (
	"math"
	"math/rand/v2"
)

// simulation runs requests through an application, event by event, in the order of time: a request arrives, it gets to a queue, it is done. Between
// events everything is known beforehand, so only queues cost events.
type simulation struct {
	app      *application
	seed     uint64
	gapNanos float64 // between requests of one type, on average
	now      int64   // Unix time in nanoseconds
	events   []event // a heap
	sequence uint64
	arrivals []stream  // by request type
	counts   []uint64  // of arrivals, by request type
	faults   []*effect // by operation; nil where nothing is wrong
	inFlight []*request
	idle     []*request // to be used again
	source   stream     // what random draws from
	random   *rand.Rand
}

type eventKind uint8

const (
	arrives eventKind = iota
	reaches           // a queue
	ends
)

type event struct {
	at       int64
	sequence uint64
	kind     eventKind
	index    int32 // the request type that arrives, or the visit that reaches a queue
	request  *request
}

func (e event) before(o event) bool {
	return e.at < o.at || e.at == o.at && e.sequence < o.sequence
}

// newSimulation starts with no request to come: arriveNext lets those of a type come.
func newSimulation(app *application, seed uint64, perSecond float64, start int64) *simulation {
	s := &simulation{app: app, seed: seed, gapNanos: 1e9 / perSecond, now: start, faults: make([]*effect, len(app.operations))}
	s.random = rand.New(&s.source)
	s.counts = make([]uint64, len(app.roots))
	for i := range app.roots {
		s.arrivals = append(s.arrivals, stream{combine(seed, uint64(i))})
	}
	return s
}

// arriveAll lets requests of all types come.
func (s *simulation) arriveAll() *simulation {
	for i := range s.arrivals {
		s.arriveNext(i)
	}
	return s
}

// arriveNext schedules the next request of a type. Arrivals are Poisson.
func (s *simulation) arriveNext(requestType int) {
	gap := math.Ceil(s.arrivals[requestType].exponential() * s.gapNanos)
	s.push(event{at: s.now + int64(min(gap, 1e18)), kind: arrives, index: int32(requestType)})
}

// next runs until a request is done and returns it, for the caller to give back by recycle; nil when nothing more is done up to the end.
func (s *simulation) next(end int64) *request {
	for len(s.events) > 0 && s.events[0].at <= end {
		e := s.pop()
		s.now = e.at
		switch e.kind {
		case arrives:
			s.arriveNext(int(e.index))
			s.proceed(s.begin(int(e.index)))
		case reaches:
			v := &e.request.visits[e.index]
			v.turn, v.waiting = v.effect.queue.join(e.at)
			v.queued = served
			s.proceed(e.request)
		case ends:
			s.leave(e.request)
			return e.request
		}
	}
	s.now = max(s.now, end)
	return nil
}

// proceed works out what a request does next: it gets to queues, or it ends.
func (s *simulation) proceed(r *request) {
	end, known := r.schedule(0, r.visits[0].start, func(visit int32, at int64) {
		s.push(event{at: at, kind: reaches, index: visit, request: r})
	})
	if known {
		s.push(event{at: end, kind: ends, request: r})
	}
}

// oldest is when the first of the requests in flight arrived.
func (s *simulation) oldest() int64 {
	first := s.now
	for _, r := range s.inFlight {
		first = min(first, r.visits[0].start)
	}
	return first
}

// leave takes a request off those in flight; their order does not matter.
func (s *simulation) leave(r *request) {
	last := s.inFlight[len(s.inFlight)-1]
	s.inFlight[r.place], last.place = last, r.place
	s.inFlight = s.inFlight[:len(s.inFlight)-1]
}

func (s *simulation) recycle(r *request) { s.idle = append(s.idle, r) }

func (s *simulation) push(e event) {
	s.sequence++
	e.sequence = s.sequence
	s.events = append(s.events, e)
	for i := len(s.events) - 1; i > 0; {
		up := (i - 1) / 2
		if !s.events[i].before(s.events[up]) {
			return
		}
		s.events[i], s.events[up] = s.events[up], s.events[i]
		i = up
	}
}

func (s *simulation) pop() event {
	first, last := s.events[0], len(s.events)-1
	s.events[0] = s.events[last]
	s.events[last] = event{}
	s.events = s.events[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if s.events[child].before(s.events[least]) {
				least = child
			}
		}
		if least == i {
			return first
		}
		s.events[i], s.events[least] = s.events[least], s.events[i]
		i = least
	}
}
