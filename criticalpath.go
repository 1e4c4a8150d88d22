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
	p.once.Do(func() { p.sections = t.walkBack(m) })
	return p.sections
}

// pathWalks are kept from one walk to the next, for their memory.
var pathWalks = sync.Pool{New: func() any { return new(pathWalk) }}

func (t *Trace) walkBack(m Measure) []Section {
	w := pathWalks.Get().(*pathWalk)
	w.t, w.m = t, m
	lo, hi := t.Interval(m)
	if len(t.roots) == 1 {
		w.push(t.roots[0], lo, hi)
	} else {
		w.pushRoot(lo, hi)
	}
	for len(w.stack) > 0 {
		w.step()
	}
	slices.Reverse(w.sections)
	sections := slices.Clone(w.sections)
	w.t, w.sections, w.sorted = nil, w.sections[:0], w.sorted[:0]
	pathWalks.Put(w)
	return sections
}

// pathWalk holds the spans that the walk is inside of.
type pathWalk struct {
	t        *Trace
	m        Measure
	stack    []pathFrame
	sections []Section // last first
	sorted   []int32   // children by end, of spans whose children do not end in the order in which they start
}

type pathFrame struct {
	span     int32
	kept     int32 // of pathWalk.sorted, before the children
	lo, hi   int64
	cursor   int64    // the path is known from here to hi
	next     Boundary // what happens at cursor
	children []int32  // not yet considered, last-ending last
}

func (w *pathWalk) push(span int32, lo, hi int64) {
	kept := int32(len(w.sorted))
	w.stack = append(w.stack, pathFrame{span, kept, lo, hi, hi, Boundary{span, true}, w.byEnd(w.t.Children(int(span)))})
}

func (w *pathWalk) pushRoot(lo, hi int64) {
	w.stack = append(w.stack, pathFrame{NoParent, 0, lo, hi, hi, Boundary{NoParent, true}, w.byEnd(w.t.roots)})
}

// byEnd orders spans by end; of those that end together the longest comes last, and is so considered first. Most come so ordered.
func (w *pathWalk) byEnd(spans []int32) []int32 {
	if w.endInOrder(spans) {
		return spans
	}
	kept := len(w.sorted)
	w.sorted = append(w.sorted, spans...)
	sorted := w.sorted[kept:]
	slices.SortFunc(sorted, func(a, b int32) int {
		if c := cmp.Compare(w.t.end(a, w.m), w.t.end(b, w.m)); c != 0 {
			return c
		}
		return cmp.Compare(b, a) // indices follow starts
	})
	return sorted
}

func (w *pathWalk) endInOrder(spans []int32) bool {
	for i := 1; i < len(spans); i++ {
		if w.t.end(spans[i-1], w.m) >= w.t.end(spans[i], w.m) {
			return false
		}
	}
	return true
}

// step goes down to the child that the innermost span waited for last before the cursor, or leaves the span.
func (w *pathWalk) step() {
	f := &w.stack[len(w.stack)-1]
	for len(f.children) > 0 {
		c := f.children[len(f.children)-1]
		f.children = f.children[:len(f.children)-1]
		start, end := max(w.t.Spans[c].StartNanos, f.lo), min(w.t.end(c, w.m), f.hi)
		outside := start > end || start == end && w.t.end(c, w.m) > w.t.Spans[c].StartNanos
		if outside || !f.precedes(start, end) || !w.blocks(f.span, c) {
			continue
		}
		end = min(end, f.cursor)
		w.emit(f, Boundary{c, true}, end)
		f.cursor, f.next = start, Boundary{c, false}
		w.push(c, start, end)
		return
	}
	w.emit(f, Boundary{f.span, false}, f.lo)
	w.sorted = w.sorted[:f.kept]
	w.stack = w.stack[:len(w.stack)-1]
}

// precedes reports whether a child had ended at the cursor, or as good as.
func (f *pathFrame) precedes(start, end int64) bool {
	overlap := end - f.cursor
	return overlap <= 0 || start < f.cursor && overlap <= (f.hi-f.lo)/100 && overlap <= (end-start)/20
}

// blocks reports whether a parent may have waited for a child.
func (w *pathWalk) blocks(parent, child int32) bool {
	return w.m == UntilWorkDone || parent == NoParent ||
		w.t.Spans[parent].Kind != KindProducer || w.t.Spans[child].Kind != KindConsumer
}

// emit adds the section from an event to the one already known after it.
func (w *pathWalk) emit(f *pathFrame, from Boundary, at int64) {
	wholeSpan := from.Span == f.span && f.next.Span == f.span
	if at == f.cursor && !wholeSpan {
		return
	}
	w.sections = append(w.sections, Section{f.span, from, f.next, at, f.cursor})
}
