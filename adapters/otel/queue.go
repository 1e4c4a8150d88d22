package otel

// queue has the traces that were touched longest ago first. A list of package container would need a new element for each touch.
type queue struct{ ends gathering } // its next is the first one

func newQueue() *queue {
	q := new(queue)
	q.ends.previous, q.ends.next = &q.ends, &q.ends
	return q
}

// first returns nil if there is none.
func (q *queue) first() *gathering {
	if q.ends.next == &q.ends {
		return nil
	}
	return q.ends.next
}

// add makes a trace that is in no queue the last one.
func (q *queue) add(g *gathering) {
	g.previous, g.next = q.ends.previous, &q.ends
	g.previous.next, g.next.previous = g, g
}

// leave takes a trace out of its queue, if it is in one.
func (g *gathering) leave() {
	if g.next != nil {
		g.previous.next, g.next.previous = g.next, g.previous
		g.previous, g.next = nil, nil
	}
}
