package localize

import (
	"cmp"
	"slices"
)

// reservoir is a uniform sample of bounded size: the workflows that hash lowest (bottom-k sampling; Cohen & Kaplan 2007).
// Which ones it holds depends neither on order nor on how the stream was split.
type reservoir struct {
	quota *quota
	heap  []*exemplar // a max-heap by rank
}

// wants reports whether a workflow of that rank would be kept, so that others need not be prepared.
func (r *reservoir) wants(rank uint64) bool {
	return r.takes(rank) || rank <= r.heap[0].rank
}

// takes reports whether there is room for a workflow of that rank.
func (r *reservoir) takes(rank uint64) bool {
	n := len(r.heap)
	return n < r.quota.least || n < r.quota.size && max(rank, r.heap[0].rank) <= r.quota.limit
}

func (r *reservoir) add(e *exemplar) {
	if r.takes(e.rank) {
		r.heap = append(r.heap, e)
		r.up(len(r.heap) - 1)
		return
	}
	if e.compare(r.heap[0]) < 0 {
		r.heap[0] = e
		r.down(0)
	}
}

// further is how many workflows the sample holds beyond those that every group may.
func (r *reservoir) further() int { return max(0, len(r.heap)-r.quota.least) }

// trim lets go of what exceeds the limit, which has fallen.
func (r *reservoir) trim() {
	n := len(r.heap)
	for n > r.quota.least && r.heap[0].rank > r.quota.limit {
		n--
		r.heap[0], r.heap[n] = r.heap[n], nil
		r.heap = r.heap[:n]
		r.down(0)
	}
	if 2*n < cap(r.heap) {
		r.heap = slices.Clone(r.heap)
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
