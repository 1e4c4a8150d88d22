package pythia

import (
	"cmp"
	"errors"
	"slices"
	"sync"
)

// ErrNoSpans is returned for a trace without a single span.
var ErrNoSpans = errors.New("pythia: a trace needs at least one span")

// NoParent is the parent of a root in [Trace.Parent].
const NoParent = -1

// Trace is a workflow: what one request did, across services and layers. Build it with [NewTrace]; it does not change
// afterwards and is safe for concurrent use.
type Trace struct {
	ID string
	// RequestType is what kind of request it was: the tracer's word for it, else as [RequestType] finds it.
	RequestType string
	// Spans are ordered by start, then by ID. Indices into it identify spans in all methods.
	Spans []Span
	// Repairs counts what was put right.
	Repairs Repairs

	parent     []int32
	childStart []int32 // children of i are childList[childStart[i]:childStart[i+1]]
	childList  []int32
	roots      []int32
	contexts   []ContextID
	origin     []int32 // the span that stands for the context; see calling
	workEnd    []int64 // when the last thing that a span caused had ended

	paths [2]struct {
		once     sync.Once
		sections []Section
	}
}

// NewTrace builds a workflow from spans in any order; it takes ownership of the slice. What is wrong with them is repaired,
// as each [Repair] says, and counted. The only error is [ErrNoSpans]. It takes O(n log n) time.
func NewTrace(id string, spans []Span) (*Trace, error) {
	if len(spans) == 0 {
		return nil, ErrNoSpans
	}
	t := &Trace{ID: id, Spans: spans}
	t.repairTimes()
	t.dropDuplicates()
	t.connect()
	t.breakCycles()
	if t.repairSkew() {
		t.resort()
	}
	t.indexChildren()
	t.measureWork()
	t.contexts, t.origin = calling(t)
	t.RequestType = RequestType(t)
	return t, nil
}

// Parent returns the index of span i's parent, [NoParent] for a root.
func (t *Trace) Parent(i int) int { return int(t.parent[i]) }

// Children returns the indices of span i's children, ordered by start.
func (t *Trace) Children(i int) []int32 { return t.childList[t.childStart[i]:t.childStart[i+1]] }

// Roots returns the indices of the spans without a parent, ordered by start.
func (t *Trace) Roots() []int32 { return t.roots }

// Context returns the calling context of span i.
func (t *Trace) Context(i int) ContextID { return t.contexts[i] }

// StartNanos is when the first span started, as Unix time in nanoseconds.
func (t *Trace) StartNanos() int64 { return t.Spans[0].StartNanos }

// WorkEnd is when the last thing that span i caused had ended, itself included, as Unix time in nanoseconds: what it handed over may go on when
// it has ended.
func (t *Trace) WorkEnd(i int) int64 { return t.workEnd[i] }

// latest is the last moment that a trace can hold, in 2116. Differences of moments, and moments moved by differences, fit an int64.
const latest = 1<<62 - 1

func (t *Trace) repairTimes() {
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.clamp() {
			t.Repairs.Add(RepairImpossibleTime, 1)
		}
		if s.Unfinished {
			s.EndNanos = s.StartNanos // until measureWork knows better
		}
		if s.EndNanos < s.StartNanos {
			s.EndNanos = s.StartNanos
			t.Repairs.Add(RepairNegativeDuration, 1)
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

func byStart(a, b Span) int {
	return cmp.Or(cmp.Compare(a.StartNanos, b.StartNanos), cmp.Compare(a.ID, b.ID))
}

// dropDuplicates keeps one report of each ID, the longest, a finished one before an unfinished, and sorts the spans by start.
func (t *Trace) dropDuplicates() {
	seen := make(map[string]int, len(t.Spans))
	kept := t.Spans[:0]
	for _, s := range t.Spans {
		at, duplicate := seen[s.ID]
		if !duplicate || s.ID == "" {
			seen[s.ID] = len(kept)
			kept = append(kept, s)
			continue
		}
		t.Repairs.Add(RepairDuplicate, 1)
		if compareReports(&s, &kept[at]) < 0 {
			kept[at] = s
		}
	}
	clear(t.Spans[len(kept):])
	t.Spans = kept
	slices.SortFunc(t.Spans, byStart)
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
		cmp.Compare(a.ParentID, b.ParentID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(len(b.Attrs), len(a.Attrs)),
		cmp.Compare(len(b.Events), len(a.Events)), cmp.Compare(len(b.Links), len(a.Links)))
}

// connect finds every span's parent, through a link within the trace where there is no parent.
func (t *Trace) connect() {
	index := make(map[string]int32, len(t.Spans))
	for i := range t.Spans {
		index[t.Spans[i].ID] = int32(i)
	}
	t.parent = make([]int32, len(t.Spans))
	for i := range t.Spans {
		t.parent[i] = t.findParent(int32(i), index)
	}
}

func (t *Trace) findParent(i int32, index map[string]int32) int32 {
	s := &t.Spans[i]
	if p, ok := index[s.ParentID]; ok && s.ParentID != "" && p != i {
		return p
	}
	for _, l := range s.Links {
		if p, ok := index[l.SpanID]; ok && p != i && (l.TraceID == "" || l.TraceID == t.ID) {
			t.Repairs.Add(RepairLink, 1)
			return p
		}
	}
	switch s.ParentID {
	case "":
	case s.ID:
		t.Repairs.Add(RepairCycle, 1)
	default:
		t.Repairs.Add(RepairMissingParent, 1)
	}
	return NoParent
}

// breakCycles makes the first span of every cycle a root. Each span is coloured once, so it takes linear time.
func (t *Trace) breakCycles() {
	colour := make([]int32, len(t.Spans)) // 0 unseen, else 1 + the walk that saw it
	for i := range t.Spans {
		walk := int32(i) + 1
		j := int32(i)
		for j != NoParent && colour[j] == 0 {
			colour[j] = walk
			j = t.parent[j]
		}
		if j == NoParent || colour[j] != walk {
			continue
		}
		first := j
		for k := t.parent[j]; k != j; k = t.parent[k] {
			first = min(first, k) // spans are ordered by start
		}
		t.parent[first] = NoParent
		t.Repairs.Add(RepairCycle, 1)
	}
}

// resort restores the order by start after spans were moved.
func (t *Trace) resort() {
	order := make([]int32, len(t.Spans))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return byStart(t.Spans[a], t.Spans[b]) })
	place := make([]int32, len(order))
	for to, from := range order {
		place[from] = int32(to)
	}
	spans, parent := make([]Span, len(order)), make([]int32, len(order))
	for to, from := range order {
		spans[to], parent[to] = t.Spans[from], NoParent
		if p := t.parent[from]; p != NoParent {
			parent[to] = place[p]
		}
	}
	t.Spans, t.parent = spans, parent
}

// indexChildren fills the lists of children and roots; both inherit the spans' order by start.
func (t *Trace) indexChildren() {
	n := len(t.Spans)
	t.childStart = make([]int32, n+1)
	for i, p := range t.parent {
		if p == NoParent {
			t.roots = append(t.roots, int32(i))
			continue
		}
		t.childStart[p+1]++
		if t.Spans[i].StartNanos < t.Spans[p].StartNanos {
			t.Repairs.Add(RepairEarlyChild, 1)
		}
	}
	for i := range n {
		t.childStart[i+1] += t.childStart[i]
	}
	t.childList = make([]int32, n-len(t.roots))
	next := slices.Clone(t.childStart[:n])
	for i, p := range t.parent {
		if p != NoParent {
			t.childList[next[p]] = int32(i)
			next[p]++
		}
	}
	if len(t.roots) > 1 {
		t.Repairs.Add(RepairSeveralRoots, 1)
	}
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

// measureWork finds when the last thing that each span caused had ended.
func (t *Trace) measureWork() {
	t.workEnd = make([]int64, len(t.Spans))
	for i := range t.Spans {
		t.workEnd[i] = t.Spans[i].EndNanos
	}
	for _, i := range slices.Backward(t.topDown()) {
		if t.Spans[i].Unfinished {
			for _, e := range t.Spans[i].Events {
				t.workEnd[i] = max(t.workEnd[i], e.TimeNanos)
			}
			t.Spans[i].EndNanos = t.workEnd[i]
			t.Repairs.Add(RepairUnfinished, 1)
		}
		p := t.parent[i]
		if p == NoParent {
			continue
		}
		if t.Spans[i].EndNanos > t.Spans[p].EndNanos && !t.Spans[p].Unfinished {
			t.Repairs.Add(RepairAsynchronous, 1)
		}
		t.workEnd[p] = max(t.workEnd[p], t.workEnd[i])
	}
}
