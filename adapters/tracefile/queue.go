package tracefile

// queue holds open traces, first in, first out.
type queue struct {
	traces []*openTrace
	head   int
}

func (q *queue) push(o *openTrace) {
	if q.head > len(q.traces)/2 {
		n := copy(q.traces, q.traces[q.head:])
		clear(q.traces[n:])
		q.traces, q.head = q.traces[:n], 0
	}
	q.traces = append(q.traces, o)
}

// pop takes the first trace out; there must be one.
func (q *queue) pop() *openTrace {
	o := q.traces[q.head]
	q.traces[q.head] = nil
	q.head++
	return o
}
