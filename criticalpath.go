package pythia

import (
	"cmp"
	"slices"
	"sync"
)

// Measure says until when a workflow's duration is taken.
type Measure uint8

const (
	// UntilWorkDone, the default, measures until the last thing that the request caused had ended, its client answered or not. A span whose
	// children go on after it has ended is taken to go on with them.
	UntilWorkDone Measure = iota
	// UntilAnswered measures until the client had its answer: the roots' own ends. What goes on after a parent's end is cut off
	// there, and consumers do not hold up producers.
	UntilAnswered
)

// String returns "work_done" or "answered".
func (m Measure) String() string {
	if m == UntilAnswered {
		return "answered"
	}
	return "work_done"
}

// Boundary is the start or the end of a span.
type Boundary struct {
	Span int32 // index into [Trace.Spans]; [NoParent] for the workflow as a whole
	End  bool
}

// Section is a stretch of the critical path between two consecutive events, spent in one span.
type Section struct {
	Owner                int32 // the innermost span on the path, as an index into [Trace.Spans]; [NoParent] between several roots
	From, To             Boundary
	StartNanos, EndNanos int64
}

// Nanos is how long the section lasted.
func (s Section) Nanos() int64 { return s.EndNanos - s.StartNanos }

// Interval returns when the workflow started and ended under a measure, as Unix times in nanoseconds.
func (t *Trace) Interval(m Measure) (start, end int64) {
	start, end = t.Spans[t.roots[0]].StartNanos, t.end(t.roots[0], m)
	for _, r := range t.roots[1:] {
		end = max(end, t.end(r, m))
	}
	return start, end
}

func (t *Trace) end(i int32, m Measure) int64 {
	if m == UntilWorkDone {
		return t.workEnd[i]
	}
	return t.Spans[i].EndNanos
}

// CriticalPath returns the sections that determined the workflow's duration, in order of time; their lengths sum to the duration
// exactly. Sections of no length are left out, spans of no length that lie on the path are not.
//
// The path is walked back from the end. Within a span, the child that ended last held the span up; before it, the child that ended last
// among those that had ended when it started (or at that very moment), and so on; the time between belongs to the span. Of children
// that end together the longest counts. This is the algorithm of Jaeger's user interface and of CRISP (Zhang et al., ATC 2022); where the
// two differ, on children that touch or overlap a little, this follows CRISP: a child that went on for a moment into the next
// (its answer was sent before its end was stamped) still came before it, and is cut where the next one starts. A moment is at most 1 % of the
// parent and 5 % of the child. O(n log n) time for n spans, no recursion; the result is kept, and must not be changed.
func (t *Trace) CriticalPath(m Measure) []Section {
	if m != UntilAnswered {
		m = UntilWorkDone
	}
	p := &t.paths[m]
	p.once.Do(func() { p.sections = t.walkBack(m, p.sections) })
	return p.sections
}

// pathWalks are kept from one walk to the next, for their memory.
var pathWalks = sync.Pool{New: func() any { return new(pathWalk) }}

// walkBack works out the path. It may put it into the memory of another one, that nobody uses any more.
func (t *Trace) walkBack(m Measure, unused []Section) []Section {
	w := pathWalks.Get().(*pathWalk)
	w.t, w.m = t, m
	w.start()
	for w.step() {
	}
	sections := w.path(unused[:0])
	w.t = nil
	pathWalks.Put(w)
	return sections
}

// pathWalk goes back along the critical path. Its memory is one buffer. The path is written from the buffer's end towards its front, and so comes out in the
// order of time; the spans around the innermost one are kept at the front, so that a deep trace takes no other memory. The two never meet: a span adds at
// most two sections, one before it is entered and one when it is left, and what an open span has not added yet is room enough to keep it.
type pathWalk struct {
	t         *Trace
	m         Measure
	buffer    []Section
	around    int // buffer[:around] are the spans around the innermost; see pathFrame.save
	known     int // buffer[known:] is the path from the cursor on
	innermost pathFrame
	cursor    int64   // the path is known from here on
	next      int32   // what happens at the cursor: the innermost span ends, or this child of it starts
	sorted    []int32 // children by end, of spans whose children do not end in the order in which they start
}

// pathFrame is a span that the walk is inside of, from lo to hi. It is what a section has room for.
type pathFrame struct {
	span        int32
	first, rest int32 // its children from first to before rest are not considered yet, the last-ending last
	sorted      bool  // they are in pathWalk.sorted, else in Trace.childList
	lo, hi      int64
}

// save goes field by field, as load and emit do: a literal is put together on the stack and then copied, which takes half the time of a walk.
func (f *pathFrame) save(s *Section) {
	s.Owner, s.StartNanos, s.EndNanos = f.span, f.lo, f.hi
	s.From.Span, s.From.End, s.To.Span = f.first, f.sorted, f.rest
}

func (f *pathFrame) load(s *Section) {
	f.span, f.lo, f.hi = s.Owner, s.StartNanos, s.EndNanos
	f.first, f.sorted, f.rest = s.From.Span, s.From.End, s.To.Span
}

// start goes to the end of the root, or of the workflow as a whole, with a buffer for as many sections as there can be.
func (w *pathWalk) start() {
	root, most := w.t.roots[0], 2*len(w.t.Spans)-1
	if len(w.t.roots) > 1 {
		root, most = NoParent, most+2
	}
	if len(w.buffer) < most {
		w.buffer = make([]Section, most)
	}
	w.around, w.known, w.sorted = 0, len(w.buffer), w.sorted[:0]
	lo, hi := w.t.Interval(w.m)
	w.enter(root, lo, hi)
}

// path returns the sections: in the memory given, if they fit. Else a buffer that is nearly full of them is given away, and another kept for the next walk.
func (w *pathWalk) path(into []Section) []Section {
	sections := w.buffer[w.known:]
	if cap(into) >= len(sections) || 8*len(sections) < 7*len(w.buffer) {
		return append(into, sections...)
	}
	w.buffer = nil
	return sections
}

func (w *pathWalk) enter(span int32, lo, hi int64) {
	f := &w.innermost
	f.span, f.lo, f.hi = span, lo, hi
	w.cursor, w.next = hi, span
	w.findChildren(f)
}

// findChildren orders them by end; of those that end together the longest comes last, and is so considered first. Most come so ordered.
func (w *pathWalk) findChildren(f *pathFrame) {
	children := w.t.roots
	if f.span != NoParent {
		f.first, f.rest, f.sorted = w.t.childStart[f.span], w.t.childStart[f.span+1], false
		children = w.t.childList[f.first:f.rest]
		if w.endInOrder(children) {
			return
		}
	}
	f.first = int32(len(w.sorted))
	w.sorted = append(w.sorted, children...)
	f.rest, f.sorted = int32(len(w.sorted)), true
	slices.SortFunc(w.sorted[f.first:], func(a, b int32) int {
		if c := cmp.Compare(w.t.end(a, w.m), w.t.end(b, w.m)); c != 0 {
			return c
		}
		return cmp.Compare(b, a) // indices follow starts
	})
}

func (w *pathWalk) endInOrder(spans []int32) bool {
	for i := 1; i < len(spans); i++ {
		if w.t.end(spans[i-1], w.m) >= w.t.end(spans[i], w.m) {
			return false
		}
	}
	return true
}

// step goes down to the child that the innermost span waited for last before the cursor, or leaves the span. It says whether the walk goes on.
func (w *pathWalk) step() bool {
	f, children := &w.innermost, w.t.childList
	if f.sorted {
		children = w.sorted
	}
	for f.rest > f.first {
		f.rest--
		c := children[f.rest]
		from, until := w.t.Spans[c].StartNanos, w.t.end(c, w.m)
		start, end := max(from, f.lo), min(until, f.hi)
		outside := start > end || start == end && until > from
		if outside || !w.precedes(start, end) || !w.blocks(f.span, c) {
			continue
		}
		end = min(end, w.cursor)
		w.emit(f.span, c, end)
		if w.t.childStart[c] < w.t.childStart[c+1] {
			f.save(&w.buffer[w.around])
			w.around++
			w.enter(c, start, end)
			return true
		}
		w.cursor, w.next = end, c
		w.emit(c, c, start) // a leaf is left as soon as it is entered
		w.cursor = start
	}
	return w.leave()
}

func (w *pathWalk) leave() bool {
	f := &w.innermost
	w.emit(f.span, f.span, f.lo)
	w.cursor, w.next = f.lo, f.span
	if f.sorted {
		w.sorted = w.sorted[:f.first]
	}
	if w.around == 0 {
		return false
	}
	w.around--
	f.load(&w.buffer[w.around])
	return true
}

// precedes reports whether a child had ended at the cursor, or as good as.
func (w *pathWalk) precedes(start, end int64) bool {
	overlap := end - w.cursor
	return overlap <= 0 || start < w.cursor && overlap <= (w.innermost.hi-w.innermost.lo)/100 && overlap <= (end-start)/20
}

// blocks reports whether a parent may have waited for a child.
func (w *pathWalk) blocks(parent, child int32) bool {
	return w.m == UntilWorkDone || parent == NoParent ||
		w.t.Spans[parent].Kind != KindProducer || w.t.Spans[child].Kind != KindConsumer
}

// emit adds the section from an event to the one already known after it. A section of a span begins with its own start or a child's end, and ends with a
// child's start or its own end: whose event it is tells which.
func (w *pathWalk) emit(owner, from int32, at int64) {
	wholeSpan := from == owner && w.next == owner
	if at == w.cursor && !wholeSpan {
		return
	}
	w.known--
	s := &w.buffer[w.known]
	s.Owner, s.StartNanos, s.EndNanos = owner, at, w.cursor
	s.From.Span, s.From.End = from, from != owner
	s.To.Span, s.To.End = w.next, w.next == owner
}
