package tracefile

import (
	"cmp"
	"container/list"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// fragment is what one record told of a trace.
type fragment struct {
	seq int
	at  origin
	partial.Trace
}

// origin is where a record begins.
type origin struct {
	file int
	name string
	line int
}

// openTrace is a trace of which more spans may come.
type openTrace struct {
	fragments []fragment
	spans     int
	split     bool // spans of it have been handed over before
}

// trace puts the fragments together in the order in which they were read, and says where the first began.
func (o *openTrace) trace() (partial.Trace, origin) {
	slices.SortStableFunc(o.fragments, func(a, b fragment) int { return cmp.Compare(a.seq, b.seq) })
	t, at := o.fragments[0].Trace, o.fragments[0].at
	if len(o.fragments) == 1 {
		return t, at
	}
	spans := make([]pythia.Span, 0, o.spans)
	for _, f := range o.fragments {
		spans = append(spans, f.Spans...)
		if t.Join == nil {
			t.Join = f.Join
		}
	}
	t.Spans = spans
	return t, at
}

// assembler collects the spans of traces from all over the files. One lock serves all workers: they take it once a batch, to move slices; what
// costs time, decoding and building, is done without it.
type assembler struct {
	mu     sync.Mutex
	max    int // spans held
	spans  int
	traces map[string]*list.Element
	recent *list.List // of *openTrace, the one touched last at the back
	closed closedSet
}

func newAssembler(maxSpans int) *assembler {
	return &assembler{max: maxSpans, traces: map[string]*list.Element{}, recent: list.New()}
}

// add takes fragments over and returns the traces that had to be closed to make room.
func (a *assembler) add(fragments []fragment) (full []*openTrace) {
	if len(fragments) == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range fragments {
		e, ok := a.traces[f.ID]
		if !ok {
			e = a.recent.PushBack(&openTrace{split: a.closed.has(f.ID)})
			a.traces[f.ID] = e
		}
		a.recent.MoveToBack(e)
		o := e.Value.(*openTrace)
		o.fragments = append(o.fragments, f)
		o.spans += len(f.Spans)
		a.spans += len(f.Spans)
		for a.spans > a.max {
			full = append(full, a.closeOldest())
		}
	}
	return full
}

func (a *assembler) closeOldest() *openTrace {
	o := a.recent.Remove(a.recent.Front()).(*openTrace)
	id := o.fragments[0].ID
	delete(a.traces, id)
	a.spans -= o.spans
	a.closed.add(id)
	return o
}

// next closes a trace after all has been read; nil when none is left.
func (a *assembler) next() *openTrace {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.recent.Len() == 0 {
		return nil
	}
	return a.closeOldest()
}

// closedSet remembers the traces closed last by their hashes, one to two million of them: enough to recognise what comes late
// without growing with the input.
type closedSet struct {
	seed       maphash.Seed
	young, old map[uint64]struct{}
}

const closedGeneration = 1 << 20

func (c *closedSet) add(id string) {
	if c.young == nil {
		c.seed, c.young = maphash.MakeSeed(), map[uint64]struct{}{}
	}
	if len(c.young) >= closedGeneration {
		c.old, c.young = c.young, map[uint64]struct{}{}
	}
	c.young[maphash.String(c.seed, id)] = struct{}{}
}

func (c *closedSet) has(id string) bool {
	if c.young == nil {
		return false
	}
	h := maphash.String(c.seed, id)
	_, young := c.young[h]
	_, old := c.old[h]
	return young || old
}
