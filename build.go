package pythia

import (
	"cmp"
	"slices"
	"sync"
)

// builder makes traces. It keeps its memory, and what it knows of trace points, from one to the next.
type builder struct {
	*Trace
	memory  traceMemory
	ids     idTable
	points  pointTable
	keys    []startKey
	scratch []int32
	frames  []frame
	ordered bool // every parent comes before its children
}

var builders = sync.Pool{New: func() any { return new(builder) }}

// NewTrace builds a workflow from spans in any order; it takes ownership of the slice. What is wrong with them is repaired,
// as each [Repair] says, and counted. The only error is [ErrNoSpans]. It takes O(n log n) time.
func NewTrace(id string, spans []Span) (*Trace, error) {
	if len(spans) == 0 {
		return nil, ErrNoSpans
	}
	b := builders.Get().(*builder)
	t := &Trace{ID: id, Spans: spans}
	b.Trace, b.memory = t, traceMemory{}
	b.build()
	b.Trace, b.memory = nil, traceMemory{}
	builders.Put(b)
	return t, nil
}

func (b *builder) build() {
	b.repairTimes()
	b.order()
	b.allocate()
	b.connect()
	if b.repairSkew() {
		b.resort()
		b.checkOrder()
	}
	b.indexChildren()
	b.measureWork()
	b.enter()
	b.RequestType = RequestType(b.Trace)
}

// allocate makes all that is kept for each span, at once.
func (b *builder) allocate() {
	n, m := len(b.Spans), &b.memory
	m.small, m.contexts, m.times = zeros(m.small, 4*n+1), zeros(m.contexts, n), zeros(m.times, n)
	b.parent, b.origin, b.childStart, b.childList = m.small[:n:n], m.small[n:2*n:2*n], m.small[2*n:3*n+1:3*n+1], m.small[3*n+1:3*n+1]
	b.contexts, b.workEnd = m.contexts, m.times
}

// latest is the last moment that a trace can hold, in 2116. Differences of moments, and moments moved by differences, fit an int64.
const latest = 1<<62 - 1

func (b *builder) repairTimes() {
	for i := range b.Spans {
		s := &b.Spans[i]
		if s.clamp() {
			b.Repairs.Add(RepairImpossibleTime, 1)
		}
		if s.Unfinished {
			s.EndNanos = s.StartNanos // until measureWork knows better
		}
		if s.EndNanos < s.StartNanos {
			s.EndNanos = s.StartNanos
			b.Repairs.Add(RepairNegativeDuration, 1)
		}
	}
}

// clamp moves times before 1970 and after latest to these bounds.
func (s *Span) clamp() (moved bool) {
	bound := func(nanos int64) int64 {
		within := min(max(nanos, 0), latest)
		moved = moved || within != nanos
		return within
	}
	s.StartNanos, s.EndNanos = bound(s.StartNanos), bound(s.EndNanos)
	for i := range s.Events {
		s.Events[i].TimeNanos = bound(s.Events[i].TimeNanos)
	}
	return moved
}

// order sorts the spans by start and keeps one report of each ID.
func (b *builder) order() {
	b.sort()
	if b.ids.fill(b.Spans) {
		return
	}
	b.dropDuplicates()
	b.sort()
	b.ids.fill(b.Spans)
}

// dropDuplicates keeps one report of each ID, the longest, a finished one before an unfinished.
func (b *builder) dropDuplicates() {
	seen := make(map[string]int, len(b.Spans))
	kept := b.Spans[:0]
	for _, s := range b.Spans {
		at, duplicate := seen[s.ID]
		if !duplicate || s.ID == "" {
			seen[s.ID] = len(kept)
			kept = append(kept, s)
			continue
		}
		b.Repairs.Add(RepairDuplicate, 1)
		if compareReports(&s, &kept[at]) < 0 {
			kept[at] = s
		}
	}
	clear(b.Spans[len(kept):])
	b.Spans = kept
}

// compareReports orders reports of one span, the one to keep first, whatever order they came in. Reports alike in all that is compared are
// taken for the same.
func compareReports(a, b *Span) int {
	if a.Unfinished != b.Unfinished {
		if b.Unfinished {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.DurationNanos(), a.DurationNanos()), cmp.Compare(a.StartNanos, b.StartNanos), a.Point.Compare(b.Point),
		cmp.Compare(a.ParentID, b.ParentID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Attrs.Len(), a.Attrs.Len()),
		cmp.Compare(len(b.Events), len(a.Events)), cmp.Compare(len(b.Links), len(a.Links)))
}

// connect finds every span's parent, through a link within the trace where there is no parent.
func (b *builder) connect() {
	for i := range b.Spans {
		b.parent[i] = b.findParent(int32(i))
	}
	if b.checkOrder(); !b.ordered {
		b.breakCycles()
	}
}

func (b *builder) findParent(i int32) int32 {
	s := &b.Spans[i]
	if p := b.ids.find(b.Spans, s.ParentID); p != NoParent && p != i {
		return p
	}
	for _, l := range s.Links {
		if p := b.ids.find(b.Spans, l.SpanID); p != NoParent && p != i && (l.TraceID == "" || l.TraceID == b.ID) {
			b.Repairs.Add(RepairLink, 1)
			return p
		}
	}
	switch s.ParentID {
	case "":
	case s.ID:
		b.Repairs.Add(RepairCycle, 1)
	default:
		b.Repairs.Add(RepairMissingParent, 1)
	}
	return NoParent
}

// checkOrder finds out whether every parent comes before its children. Then there are no cycles, and no walk is needed to see parents first.
func (b *builder) checkOrder() {
	b.ordered = true
	for i, p := range b.parent {
		b.ordered = b.ordered && int(p) < i
	}
}

// breakCycles makes the first span of every cycle a root. Each span is coloured once, so it takes linear time.
func (b *builder) breakCycles() {
	colour := make([]int32, len(b.Spans)) // 0 unseen, else 1 + the walk that saw it
	for i := range b.Spans {
		walk := int32(i) + 1
		j := int32(i)
		for j != NoParent && colour[j] == 0 {
			colour[j] = walk
			j = b.parent[j]
		}
		if j == NoParent || colour[j] != walk {
			continue
		}
		first := j
		for k := b.parent[j]; k != j; k = b.parent[k] {
			first = min(first, k) // spans are ordered by start
		}
		b.parent[first] = NoParent
		b.Repairs.Add(RepairCycle, 1)
	}
}

// indexChildren fills the lists of children and roots; both inherit the spans' order by start.
func (b *builder) indexChildren() {
	n := len(b.Spans)
	roots := 0
	for i, p := range b.parent {
		if p == NoParent {
			roots++
			continue
		}
		b.childStart[p+1]++
		if b.Spans[i].StartNanos < b.Spans[p].StartNanos {
			b.Repairs.Add(RepairEarlyChild, 1)
		}
	}
	for i := range n {
		b.childStart[i+1] += b.childStart[i]
	}
	lists := b.childList[:n] // the children's, then the roots
	b.childList, b.roots = lists[:n-roots:n-roots], lists[n-roots:n-roots:n]
	next := append(b.scratch[:0], b.childStart[:n]...)
	for i, p := range b.parent {
		if p == NoParent {
			b.roots = append(b.roots, int32(i))
			continue
		}
		b.childList[next[p]] = int32(i)
		next[p]++
	}
	b.scratch = next
	if roots > 1 {
		b.Repairs.Add(RepairSeveralRoots, 1)
	}
}

// measureWork finds when the last thing that each span caused had ended.
func (b *builder) measureWork() {
	for i := range b.Spans {
		b.workEnd[i] = b.Spans[i].EndNanos
	}
	if b.ordered {
		for i := len(b.Spans) - 1; i >= 0; i-- {
			b.handOn(int32(i))
		}
		return
	}
	for _, i := range slices.Backward(b.topDown()) {
		b.handOn(i)
	}
}

// handOn tells a span's parent when the work of the span, which is known, had ended.
func (b *builder) handOn(i int32) {
	s := &b.Spans[i]
	if s.Unfinished {
		for _, e := range s.Events {
			b.workEnd[i] = max(b.workEnd[i], e.TimeNanos)
		}
		s.EndNanos = b.workEnd[i]
		b.Repairs.Add(RepairUnfinished, 1)
	}
	p := b.parent[i]
	if p == NoParent {
		return
	}
	if s.EndNanos > b.Spans[p].EndNanos && !b.Spans[p].Unfinished {
		b.Repairs.Add(RepairAsynchronous, 1)
	}
	b.workEnd[p] = max(b.workEnd[p], b.workEnd[i])
}

// topDown returns the spans with every parent before its children.
func (t *Trace) topDown() []int32 {
	order := make([]int32, 0, len(t.Spans))
	order = append(order, t.roots...)
	for i := 0; i < len(order); i++ {
		order = append(order, t.Children(int(order[i]))...)
	}
	return order
}
