package searchspace

import (
	"slices"

	"github.com/pythia-trace/pythia"
)

// Observe adds a workflow. It takes O(n log n) time for n spans.
func (c *CCT) Observe(t *pythia.Trace) {
	w, ok := c.walks.Get().(*walk)
	if !ok {
		w = new(walk)
	}
	defer c.walks.Put(w)
	w.begin(t)
	defer w.end()

	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	c.workflows++
	w.place(c)
	w.count(c)
	w.relate(c)
}

// walk is the scratch memory for one workflow. Slices other than order and keys are indexed by span.
type walk struct {
	t         *pythia.Trace
	lo, hi    int64   // the workflow's interval
	order     []int32 // every parent before its children
	recursive []bool  // within a span of the same context
	node      []int32
	last      []int32  // the last node of all of the span and those above
	times     []timed  // of the span's context
	keys      []uint64 // node and span, sorted
}

// timed is how long a context took in the workflow, and whether it was counted.
type timed struct {
	nanos   uint64
	counted bool
}

// begin does what needs no look at the space.
func (w *walk) begin(t *pythia.Trace) {
	n := len(t.Spans)
	w.t = t
	w.lo, w.hi = t.Interval(pythia.UntilWorkDone)
	w.order = append(w.order[:0], t.Roots()...)
	for i := 0; i < len(w.order); i++ {
		w.order = append(w.order, t.Children(int(w.order[i]))...)
	}
	w.recursive = slices.Grow(w.recursive[:0], n)[:n]
}

// end lets go of the trace.
func (w *walk) end() { w.t = nil }

// unfold finds the recursive spans.
func (w *walk) unfold() {
	for i := range w.t.Spans {
		w.recursive[i] = recursive(w.t, int32(i))
	}
}

// recursive reports whether a span leads back to a context that it lies within.
func recursive(t *pythia.Trace, i int32) bool {
	p := t.Parent(int(i))
	return p != pythia.NoParent && t.Context(int(i)) != t.Context(p).Child(t.Spans[i].Point)
}

// place finds the node of each span, and the recursive spans. Where no recursion is near, a node comes after those of all spans above: it is
// none of them, and no context needs to be computed to know so.
func (w *walk) place(c *CCT) {
	w.node = slices.Grow(w.node[:0], len(w.t.Spans))[:len(w.t.Spans)]
	w.last = slices.Grow(w.last[:0], len(w.t.Spans))[:len(w.t.Spans)]
	for _, i := range w.order {
		above, last := int32(0), int32(0)
		if p := w.t.Parent(int(i)); p != pythia.NoParent {
			above, last = w.node[p], w.last[p]
		}
		n := c.locate(w.t.Context(int(i)), above, w.t.Spans[i].Point)
		w.node[i], w.last[i] = n, max(n, last)
		w.recursive[i] = n <= last && recursive(w.t, i)
		if n == absent {
			c.leftOut++
		}
	}
}

// whole is the time of the workflow as a whole.
func (w *walk) whole() occurrence { return occurrence{spans: 1, nanos: uint64(w.hi - w.lo)} }

// count adds the workflow to the moments of its contexts, a caller before what it calls: nodes are in that order. What a context that is full
// calls is not counted either, for the two must be of the same workflows, unless it is new.
func (w *walk) count(c *CCT) {
	whole := w.whole()
	counted := c.tree.whole.merge(whole.moments())
	w.times = slices.Grow(w.times[:0], len(w.node))[:len(w.node)]
	w.sortByNode()
	for rest := w.keys; len(rest) > 0; {
		n := c.tree.at(int32(rest[0] >> 32))
		same := 1
		for same < len(rest) && rest[same]>>32 == rest[0]>>32 {
			same++
		}
		o, caller := w.occurrence(rest[:same], timed{whole.nanos, counted})
		own := timed{o.nanos, (caller.counted || n.workflows() == 0) && n.merge(o.moments())}
		if !own.counted {
			c.full++
		}
		for _, k := range rest[:same] {
			w.times[int32(k)] = own
		}
		rest = rest[same:]
	}
}

// sortByNode collects the spans of each node.
func (w *walk) sortByNode() {
	w.keys = w.keys[:0]
	for i, n := range w.node {
		if n != absent {
			w.keys = append(w.keys, uint64(n)<<32|uint64(i))
		}
	}
	slices.Sort(w.keys)
}

// occurrence sums up the spans of one context, which are in order of their starts. It returns the time of their caller, too, which is the
// whole for a root.
func (w *walk) occurrence(keys []uint64, whole timed) (o occurrence, caller timed) {
	o.spans, caller = uint32(len(keys)), whole
	first := true
	for _, k := range keys {
		i := int32(k)
		if w.recursive[i] {
			continue
		}
		o.nanos += w.nanos(i)
		if first {
			o.start, first = w.position(i), false
			if p := w.t.Parent(int(i)); p != pythia.NoParent {
				caller = w.times[p]
			}
		}
	}
	o.caller = caller.nanos
	return o, caller
}

// nanos is how long a span's work took, what it caused included: a call that hands work over is over long before that is.
func (w *walk) nanos(i int32) uint64 {
	return uint64(w.t.WorkEnd(int(i)) - w.t.Spans[i].StartNanos)
}

// position is where a span starts within its parent's work.
func (w *walk) position(i int32) uint32 {
	lo, hi := w.lo, w.hi
	if p := w.t.Parent(int(i)); p != pythia.NoParent {
		lo, hi = w.t.Spans[p].StartNanos, w.t.WorkEnd(p)
	}
	return position(w.t.Spans[i].StartNanos, lo, hi)
}

// relate notes which siblings were seen to precede which, below every single span.
func (w *walk) relate(c *CCT) {
	w.relateSiblings(c, 0, w.t.Roots())
	for _, i := range w.order {
		if n := w.node[i]; n != absent {
			w.relateSiblings(c, n, w.t.Children(int(i)))
		}
	}
}

func (w *walk) relateSiblings(c *CCT, parent int32, spans []int32) {
	if len(spans) < 2 {
		return
	}
	var few [exactSiblings + 1]int32
	siblings := c.tree.children(few[:0], parent, len(few))
	if len(siblings) > exactSiblings {
		return
	}
	var times [exactSiblings]seen
	for _, i := range spans {
		if k := slices.Index(siblings, w.node[i]); k >= 0 && !w.recursive[i] {
			times[k].add(w.t.Spans[i].StartNanos, w.t.Spans[i].EndNanos)
		}
	}
	for k := range siblings {
		if times[k].spans > 0 {
			c.tree.at(siblings[k]).before |= preceding(times[:len(siblings)], k)
		}
	}
}

// preceding returns the slots of the siblings that precede one.
func preceding(times []seen, k int) (mask uint32) {
	for i := range times {
		if times[i].spans > 0 && times[i].precedes(&times[k]) {
			mask |= 1 << i
		}
	}
	return mask
}

// below returns all spans below one, every parent before its children.
func (w *walk) below(i int32) (below []int32) {
	below = append(below, w.t.Children(int(i))...)
	for k := 0; k < len(below); k++ {
		below = append(below, w.t.Children(int(below[k]))...)
	}
	return below
}
