package tracefile

// queue holds open traces in the order in which spans came for them last. Moving a trace within a list whenever spans come would touch memory that is in
// no cache; instead it is queued once more, and its earlier places are stale. It is queued again only if a while has passed, so that there are few of them.
type queue struct {
	places []queued
	head   int
}

// queued is a trace's place in the queue; stale if the trace was queued again at a later time, or closed.
type queued struct {
	trace *openTrace
	at    int64
}

// push queues a trace at a time, which no other place of it has.
func (q *queue) push(o *openTrace, at int64) {
	if q.head > len(q.places)/2 {
		n := copy(q.places, q.places[q.head:])
		clear(q.places[n:])
		q.places, q.head = q.places[:n], 0
	}
	o.queued = at
	q.places = append(q.places, queued{o, at})
}

// pop takes the trace out that has waited for longest; there must be one.
func (q *queue) pop() *openTrace {
	for {
		p := q.places[q.head]
		q.places[q.head] = queued{}
		q.head++
		if p.trace.queued == p.at {
			p.trace.queued = 0
			return p.trace
		}
	}
}
