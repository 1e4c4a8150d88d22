package pythia

import (
	"cmp"
	"slices"
	"strings"
)

// startKey is what spans are sorted by, so that sorting does not move them.
type startKey struct {
	start int64
	span  int32
}

// sort sorts the spans by start, then by ID.
func (b *builder) sort() {
	if b.sorted() {
		return
	}
	keys := b.keys[:0]
	for i := range b.Spans {
		keys = append(keys, startKey{b.Spans[i].StartNanos, int32(i)})
	}
	b.keys = keys
	if len(keys) <= fewSpans {
		b.insertionSort(keys)
	} else {
		slices.SortFunc(keys, b.compareStarts)
	}
	b.arrange()
}

// fewSpans are so many that sorting them by insertion takes less time than anything else.
const fewSpans = 48

func (b *builder) insertionSort(keys []startKey) {
	for i, k := range keys {
		at := i
		for at > 0 && (k.start < keys[at-1].start || k.start == keys[at-1].start && b.compareStarts(k, keys[at-1]) < 0) {
			keys[at] = keys[at-1]
			at--
		}
		keys[at] = k
	}
}

func (b *builder) compareStarts(x, y startKey) int {
	if x.start != y.start {
		return cmp.Compare(x.start, y.start)
	}
	return strings.Compare(b.Spans[x.span].ID, b.Spans[y.span].ID)
}

func (b *builder) sorted() bool {
	for i := 1; i < len(b.Spans); i++ {
		x, y := &b.Spans[i-1], &b.Spans[i]
		if x.StartNanos > y.StartNanos || x.StartNanos == y.StartNanos && x.ID > y.ID {
			return false
		}
	}
	return true
}

// arrange moves the spans to where the keys say, each once, along the cycles of the permutation.
func (b *builder) arrange() {
	for first := range b.keys {
		if b.keys[first].span < 0 || int(b.keys[first].span) == first {
			continue
		}
		moved := b.Spans[first]
		at := int32(first)
		for {
			from := b.keys[at].span
			b.keys[at].span = -1
			if int(from) == first {
				break
			}
			b.Spans[at] = b.Spans[from]
			at = from
		}
		b.Spans[at] = moved
	}
}

// resort restores the order by start after spans were moved in time.
func (b *builder) resort() {
	if b.sorted() {
		return
	}
	order := make([]int32, len(b.Spans))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		return cmp.Or(cmp.Compare(b.Spans[x].StartNanos, b.Spans[y].StartNanos), cmp.Compare(b.Spans[x].ID, b.Spans[y].ID))
	})
	place := make([]int32, len(order))
	for to, from := range order {
		place[from] = int32(to)
	}
	spans, parent := make([]Span, len(order)), make([]int32, len(order))
	for to, from := range order {
		spans[to], parent[to] = b.Spans[from], NoParent
		if p := b.parent[from]; p != NoParent {
			parent[to] = place[p]
		}
	}
	copy(b.Spans, spans)
	copy(b.parent, parent)
}
