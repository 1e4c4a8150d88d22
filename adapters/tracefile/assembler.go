package tracefile

import "sync"

// spanBytes is how many bytes a span may have; a larger one counts for several.
const spanBytes = 1 << 10

// What is kept of closed traces for new ones: so many, each with room for so many parts and blocks.
const (
	maxSpare      = 1 << 8
	maxSpareParts = 1 << 10
)

// assembler collects the spans of traces from all over the files. One lock serves all workers: they take it once a batch, to move bytes and slices; what
// costs time, decoding and building, is done without it.
type assembler struct {
	mu     sync.Mutex
	max    int // weight held
	weight int
	came   int64 // weight that ever came, which serves as the time
	traces tracesByKey
	queue  queue
	spare  []*openTrace
	memory blocks
	closed closedSet
}

func newAssembler(maxSpans int) *assembler {
	return &assembler{max: maxSpans, traces: newTracesByKey()}
}

// add takes fragments over and returns the traces that had to be closed to make room. Bytes are copied, so that a trace that lasts does not keep all that
// was read with it. Traces that were closed before and are not used any more are taken back.
func (a *assembler) add(fragments []fragment, full, spent []*openTrace) []*openTrace {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range spent {
		a.recycle(o)
	}
	for i := range fragments {
		f := &fragments[i]
		a.open(f).add(f, &a.memory)
		a.came += int64(f.weight)
		for a.weight += f.weight; a.weight > a.max; {
			full = append(full, a.closeOldest())
		}
	}
	return full
}

// open returns the trace that a fragment is of.
func (a *assembler) open(f *fragment) *openTrace {
	key := traceKey{id: f.raw.TraceID}
	if f.from == nil {
		key = keyOf(f.ID)
	}
	o := a.traces.find(key)
	if o == nil {
		o = a.blank()
		o.key, o.split = key, a.closed.has(key)
		a.traces.put(o)
		a.queue.push(o, a.came+1)
		return o
	}
	if a.came-o.queued > int64(a.max/queueings) {
		a.queue.push(o, a.came+1)
	}
	return o
}

// recycle takes back a closed trace that is not used any more.
func (a *assembler) recycle(o *openTrace) {
	o.raw.release(&a.memory)
	if len(a.spare) < maxSpare && cap(o.parts)+cap(o.fragments)+cap(o.raw.numbers) <= maxSpareParts {
		o.reset()
		a.spare = append(a.spare, o)
	}
}

func (a *assembler) blank() *openTrace {
	last := len(a.spare) - 1
	if last < 0 {
		return new(openTrace)
	}
	o := a.spare[last]
	a.spare = a.spare[:last]
	return o
}

// queueings is how often a trace is queued while as many spans come as may be held.
const queueings = 64

// closeOldest closes the trace that had no new spans for longest, to within a part of all that may be held.
func (a *assembler) closeOldest() *openTrace {
	o := a.queue.pop()
	a.traces.remove(o)
	a.weight -= o.weight
	a.closed.add(o.key)
	o.raw.find(&a.memory)
	return o
}

// next closes a trace after all has been read; nil when none is left.
func (a *assembler) next() *openTrace {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.traces.len() == 0 {
		return nil
	}
	return a.closeOldest()
}
