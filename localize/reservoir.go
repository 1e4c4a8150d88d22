package localize

import (
	"cmp"
	"slices"
)

// reservoir is a uniform sample of bounded size: the workflows that hash lowest (bottom-k sampling; Cohen & Kaplan 2007).
// Which ones it holds depends neither on order nor on how the stream was split.
type reservoir struct {
	size int
	heap []*exemplar // a max-heap by rank
}

// wants reports whether a workflow of that rank would be kept, so that others need not be prepared.
func (r *reservoir) wants(rank uint64) bool {
	return len(r.heap) < r.size || rank <= r.heap[0].rank
}

func (r *reservoir) add(e *exemplar) {
	if len(r.heap) < r.size {
		r.heap = append(r.heap, e)
		r.up(len(r.heap) - 1)
		return
	}
	if e.compare(r.heap[0]) < 0 {
		r.heap[0] = e
		r.down(0)
	}
}

func (r *reservoir) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if r.heap[p].compare(r.heap[i]) >= 0 {
			return
		}
		r.heap[p], r.heap[i] = r.heap[i], r.heap[p]
		i = p
	}
}

func (r *reservoir) down(i int) {
	for {
		largest := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(r.heap) && r.heap[c].compare(r.heap[largest]) > 0 {
				largest = c
			}
		}
		if largest == i {
			return
		}
		r.heap[i], r.heap[largest] = r.heap[largest], r.heap[i]
		i = largest
	}
}

// byTime returns the sample ordered by start, ties by trace ID.
func (r *reservoir) byTime() []*exemplar {
	sorted := slices.Clone(r.heap)
	slices.SortFunc(sorted, func(a, b *exemplar) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		return a.compare(b)
	})
	return sorted
}
