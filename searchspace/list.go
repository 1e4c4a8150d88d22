package searchspace

import (
	"slices"

	"github.com/pythia-trace/pythia"
)

// exactEntries is up to how many points a list may have for the order of each two to be known: 128 KiB.
const exactEntries = 1024

// list holds the roots, or the points below a root.
type list struct {
	context pythia.ContextID
	own     pythia.TracePointID
	entries []entry
	index   map[pythia.TracePointID]int32 // into entries
	whole   moments                       // of the workflows that have the root, or of all, as a whole
}

type entry struct {
	point pythia.TracePointID
	moments
	before []uint64 // bit set: the entries that precede this one
}

func (l *list) add(p pythia.TracePointID) int32 {
	k := int32(len(l.entries))
	l.index[p], l.entries = k, append(l.entries, entry{point: p})
	return k
}

func (l *list) all() []int32 {
	all := make([]int32, len(l.entries))
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// hasAll reports whether the list has all points of a stack, its own counted.
func (l *list) hasAll(stack []pythia.TracePointID) bool {
	for _, p := range stack {
		if _, ok := l.index[p]; !ok && p != l.own {
			return false
		}
	}
	return true
}

// precedes is the relation of the package's documentation.
func (l *list) precedes(i, k int) bool {
	if len(l.entries) > exactEntries {
		return l.entries[i].meanStart() < l.entries[k].meanStart()
	}
	before := l.entries[k].before
	return i/64 < len(before) && before[i/64]>>(i%64)&1 == 1
}

func (e *entry) follows(i int) {
	for i/64 >= len(e.before) {
		e.before = append(e.before, 0)
	}
	e.before[i/64] |= 1 << (i % 64)
}

func (l *list) bound(e pythia.Event) (bound, bool) {
	if e.Point == l.own {
		return bound{open: true}, true
	}
	k, ok := l.index[e.Point]
	return bound{sibling: int(k), end: e.End}, ok
}

// describe sorts entries by start.
func (l *list) describe(chosen []int32, leaf func(pythia.ContextID) bool) []pythia.SearchNode {
	if len(chosen) == 0 {
		return nil
	}
	keys := make([]started, len(chosen))
	for i, k := range chosen {
		e := &l.entries[k]
		keys[i] = started{e.meanStart(), l.context.Child(e.point), k}
	}
	slices.SortFunc(keys, byStart)
	result, of := make([]pythia.SearchNode, len(keys)), l.whole.asCaller()
	for i, k := range keys {
		e := &l.entries[k.node]
		result[i].Context, result[i].Point, result[i].Leaf = k.id, e.point, l.context != pythia.RootContext || leaf(k.id)
		e.describe(&result[i], &of)
	}
	return result
}

// tally is one workflow's part in each entry.
type tally []tallied

type tallied struct {
	occurrence
	seen
}

func (t *tallied) add(w *walk, i int32) {
	t.occurrence.spans++
	if w.recursive[i] {
		return
	}
	s := &w.t.Spans[i]
	start := position(s.StartNanos, w.lo, w.hi)
	if t.seen.spans == 0 || start < t.start {
		t.start = start
	}
	t.nanos += w.nanos(i)
	t.seen.add(s.StartNanos, s.EndNanos)
}

// count adds a workflow; it returns how many entries were not counted, for they are full or the list is.
func (l *list) count(t tally, whole occurrence) (full int64) {
	counted := l.whole.merge(whole.moments())
	var present []int
	for k := range t {
		if t[k].seen.spans == 0 {
			continue
		}
		present = append(present, k)
		t[k].caller = whole.nanos
		e := &l.entries[k]
		if !counted && e.workflows > 0 || !e.merge(t[k].occurrence.moments()) {
			full++
		}
	}
	if len(l.entries) <= exactEntries {
		l.relate(t, present)
	}
	return full
}

func (l *list) relate(t tally, present []int) {
	for _, k := range present {
		for _, i := range present {
			if t[i].precedes(&t[k].seen) {
				l.entries[k].follows(i)
			}
		}
	}
}
