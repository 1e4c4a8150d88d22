package searchspace

import (
	"slices"
	"strings"
	"sync"

	"github.com/pythia-trace/pythia"
)

// Flat is a search space without hierarchy: for each root context one list of all points seen below it, at any depth. A point that is called
// from several places is in the list once.
//
// Children of [pythia.RootContext] are the roots. Children of a root, whose context is RootContext.Child(point), are the points below it, and
// their contexts are the root's Child(point), whatever lies between; they have no children themselves. A point's occurrences within itself,
// and within other occurrences of the root's point, count as spans of the outer one.
//
// Inside takes the list of the stack's outermost point. If that is no root, because the root was off or the stack lacks its outer end, it takes
// all lists that have every point of the stack, in the order of their roots, and leaves out those that lack an event if any has both; if none
// has, it returns all. Events are of any points of the list, one within the other or not; the span of a point that encloses an event lies on both sides
// of it and so not inside. Events of the root set no bound. Points of the stack are no candidates.
//
// The caller that [pythia.SearchNode].CallerShare refers to is the workflow as a whole, the time until all work was done, for roots over all workflows and
// for the points of a list over those that have its root: they are shares of the total, which do not sum to 1, for what one point calls is
// in the list as well.
//
// The order is that of start within the root's work. The zero value is ready to use. It is safe for concurrent use.
type Flat struct {
	mu     sync.RWMutex
	config Config
	lists  map[pythia.ContextID]*list
	points map[pythia.TracePointID]pythia.TracePointID // shared by the lists
	nodes  int

	workflows, leftOut, full int64
}

var _ pythia.SearchSpace = (*Flat)(nil)

// NewFlat returns an empty space; it fails if the bound makes no sense. [Config].MaxNodes bounds the entries of all lists together.
func NewFlat(c Config) (*Flat, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Flat{config: c}, nil
}

// Stats returns how much the space holds; the contexts are the entries of all lists.
func (f *Flat) Stats() Stats {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return Stats{Contexts: f.nodes, Points: len(f.points), Workflows: f.workflows, LeftOut: f.leftOut, Full: f.full}
}

// Children returns the list of a root, or of all roots.
func (f *Flat) Children(c pythia.ContextID) []pythia.SearchNode {
	f.mu.RLock()
	defer f.mu.RUnlock()
	l := f.lists[c]
	if l == nil {
		return nil
	}
	return l.describe(l.all(), f.leaf)
}

// Inside returns the points between two events in the lists that a stack can belong to, as the type's documentation says.
func (f *Flat) Inside(stack []pythia.TracePointID, from, to pythia.Event) []pythia.SearchNode {
	f.mu.RLock()
	defer f.mu.RUnlock()
	lists := f.listsOf(stack)
	var inside []pythia.SearchNode
	found := false
	for _, l := range lists {
		lower, known := l.bound(from)
		upper, known2 := l.bound(to)
		if known && known2 {
			inside, found = append(inside, l.describe(within(nil, len(l.entries), l.precedes, lower, upper), f.leaf)...), true
		}
	}
	if !found {
		for _, l := range lists {
			inside = append(inside, l.describe(l.all(), f.leaf)...)
		}
	}
	return slices.DeleteFunc(inside, func(n pythia.SearchNode) bool { return slices.Contains(stack, n.Point) })
}

// listsOf returns the list of the stack's root; if there is none, those that have all points of the stack.
func (f *Flat) listsOf(stack []pythia.TracePointID) (lists []*list) {
	c := pythia.RootContext
	if len(stack) > 0 {
		c = c.Child(stack[0])
	}
	roots := f.lists[pythia.RootContext]
	if l := f.lists[c]; l != nil {
		return []*list{l}
	}
	if roots == nil {
		return nil
	}
	for _, r := range roots.describe(roots.all(), f.leaf) {
		if l := f.lists[r.Context]; l.hasAll(stack) {
			lists = append(lists, l)
		}
	}
	return lists
}

func (f *Flat) leaf(c pythia.ContextID) bool {
	l := f.lists[c]
	return l == nil || len(l.entries) == 0
}

// Observe adds a workflow. It takes O(n + d²) time for n spans of d points.
func (f *Flat) Observe(t *pythia.Trace) {
	var w walk
	w.begin(t)
	w.unfold()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.workflows++
	whole := w.whole()
	f.observeRoots(&w, whole)
	roots := t.Roots()
	for i, r := range roots {
		c := t.Context(int(r))
		if !slices.ContainsFunc(roots[:i], func(q int32) bool { return t.Context(int(q)) == c }) {
			f.observeBelow(&w, whole, c, roots[i:])
		}
	}
}

func (f *Flat) observeRoots(w *walk, whole occurrence) {
	l := f.list(pythia.RootContext, pythia.TracePointID{})
	sums := make(tally, len(l.entries))
	for _, r := range w.t.Roots() {
		f.add(l, &sums, w, r)
	}
	f.full += l.count(sums, whole)
}

// observeBelow adds what lies below those roots that have a context.
func (f *Flat) observeBelow(w *walk, whole occurrence, c pythia.ContextID, roots []int32) {
	own := w.t.Spans[roots[0]].Point
	if _, ok := f.lists[pythia.RootContext].index[own]; !ok {
		for _, r := range roots {
			if w.t.Context(int(r)) == c {
				f.leftOut += int64(len(w.below(r)))
			}
		}
		return
	}
	l := f.list(c, own)
	sums := make(tally, len(l.entries))
	for _, r := range roots {
		if w.t.Context(int(r)) != c {
			continue
		}
		w.lo, w.hi = w.t.Spans[r].StartNanos, w.t.WorkEnd(int(r))
		for _, i := range w.below(r) {
			f.add(l, &sums, w, i)
		}
	}
	f.full += l.count(sums, whole)
}

// add tallies a span. Those of the list's own point, recursion, lie within the root.
func (f *Flat) add(l *list, t *tally, w *walk, i int32) {
	p := w.t.Spans[i].Point
	if l.context != pythia.RootContext && p == l.own {
		return
	}
	k := f.locate(l, p)
	if k == absent {
		f.leftOut++
		return
	}
	if int(k) == len(*t) {
		*t = append(*t, tallied{})
	}
	(*t)[k].add(w, i)
}

func (f *Flat) list(c pythia.ContextID, own pythia.TracePointID) *list {
	l := f.lists[c]
	if l == nil {
		if f.lists == nil {
			f.lists, f.points = make(map[pythia.ContextID]*list), make(map[pythia.TracePointID]pythia.TracePointID)
		}
		l = &list{context: c, own: own, index: make(map[pythia.TracePointID]int32)}
		f.lists[c] = l
	}
	return l
}

// locate returns the place of a point in a list, and adds it if need be; absent if there is no room.
func (f *Flat) locate(l *list, p pythia.TracePointID) int32 {
	if k, ok := l.index[p]; ok {
		return k
	}
	if f.nodes >= f.config.maxNodes() || tooLong(p) {
		return absent
	}
	f.nodes++
	kept, ok := f.points[p]
	if !ok {
		kept = clonePoint(p)
		f.points[kept] = kept
	}
	return l.add(kept)
}

// clonePoint keeps a tracer's larger buffer, of which the names may be parts, from being held.
func clonePoint(p pythia.TracePointID) pythia.TracePointID {
	return pythia.TracePointID{Layer: p.Layer, Scope: strings.Clone(p.Scope), Name: strings.Clone(p.Name)}
}
