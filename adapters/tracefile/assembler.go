package tracefile

import "sync"

// spanBytes is how many bytes a span may have; a larger one counts for several.
const spanBytes = 1 << 10

// What is kept of closed traces for new ones: so many, each with room for so many pieces.
const (
	maxSpare       = 1 << 8
	maxSparePieces = 1 << 10
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
	memory segments
	closed closedSet
}

func newAssembler(maxSpans int) *assembler {
	return &assembler{max: maxSpans, traces: newTracesByKey()}
}

// add takes over what a batch told, with the bytes that it did so in, and returns the traces that had to be closed to make room. Traces that were closed
// before and are not used any more are taken back.
func (a *assembler) add(b *batch, told *told, full, spent []*openTrace) []*openTrace {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range spent {
		a.recycle(o)
	}
	for i := range told.decoded {
		f := &told.decoded[i]
		o := a.open(keyOf(f.ID))
		o.fragments = append(o.fragments, *f)
		full = a.weigh(o, f.weight, full)
	}
	if len(told.raw) > 0 {
		full = a.addRaw(b, told, full)
	}
	return full
}

func (a *assembler) addRaw(b *batch, told *told, full []*openTrace) []*openTrace {
	number := a.memory.hold(b, told.places, told.weight())
	for i := range told.raw {
		f := &told.raw[i]
		f.segment = number
		o := a.open(traceKey{id: f.id})
		o.pieces = append(o.pieces, f.piece)
		a.memory.take(f.piece)
		full = a.weigh(o, f.weight, full)
	}
	if a.memory.weight > maxHeld*a.max {
		a.compact()
	}
	return full
}

// weigh adds to what a trace weighs, and closes others if that is too much.
func (a *assembler) weigh(o *openTrace, weight int, full []*openTrace) []*openTrace {
	o.weight += weight
	a.came += int64(weight)
	for a.weight += weight; a.weight > a.max; {
		full = append(full, a.closeOldest())
	}
	return full
}

// maxHeld is how many times what open traces may weigh the segments may that hold them: most of that is of traces long closed, read together
// with a few that last.
const maxHeld = 2

// compact copies the pieces of open traces to segments of their own. After that, as much as may be held must come before it is needed again.
func (a *assembler) compact() {
	var c compaction
	for o := range a.traces.all() {
		for i, p := range o.pieces {
			o.pieces[i] = c.copy(&a.memory, p)
			a.memory.take(o.pieces[i])
			a.memory.release(p)
		}
	}
}

// open returns a trace, which may be a new one.
func (a *assembler) open(key traceKey) *openTrace {
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
	for _, p := range o.pieces {
		a.memory.release(p)
	}
	if len(a.spare) < maxSpare && cap(o.pieces)+cap(o.fragments)+cap(o.found) <= maxSparePieces {
		o.reset()
		a.spare = append(a.spare, o)
	}
}

func (a *assembler) blank() *openTrace {
	last := len(a.spare) - 1
	if last < 0 {
		return &openTrace{pieces: make([]piece, 0, fewPieces)}
	}
	o := a.spare[last]
	a.spare = a.spare[:last]
	return o
}

// fewPieces is how many pieces a new trace has room for.
const fewPieces = 8

// queueings is how often a trace is queued while as many spans come as may be held.
const queueings = 64

// closeOldest closes the trace that had no new spans for longest, to within a part of all that may be held.
func (a *assembler) closeOldest() *openTrace {
	o := a.queue.pop()
	a.traces.remove(o)
	a.weight -= o.weight
	a.closed.add(o.key)
	o.find(&a.memory)
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
