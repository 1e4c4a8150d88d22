package localize

import "sync"

// workspace is memory that one analysis works in and leaves to the next: tables that nobody reads afterwards. An Engine localises request types by the
// dozen in every step, and without this most of what a step allocates would be such tables; to collect them takes longer than the step does.
type workspace struct {
	hull        *dipHull    // for the sample of any group
	read        []rowOfEdge // of one group after the other
	series, cut []float64   // of one place after the other
	rows        arena[edgeRow]
	edges       arena[edgeShare]
	sums        arena[float64]
}

var workspaces = sync.Pool{New: func() any {
	return &workspace{
		hull: newDipHull(0), rows: arena[edgeRow]{chunk: 1 << 13}, edges: arena[edgeShare]{chunk: 1 << 10}, sums: arena[float64]{chunk: 1 << 13},
	}
}}

// release leaves the workspace to another analysis. This one has ended.
func (a *analysis) release() {
	w := a.workspace
	a.workspace = nil
	for _, g := range a.groups {
		g.edges, g.rows, g.sums = nil, nil, nil
	}
	w.rows.reset()
	w.edges.reset()
	w.sums.reset()
	workspaces.Put(w)
}

// arena hands out pieces of memory that go back all at once.
type arena[T any] struct {
	chunk    int // least size of a chunk
	chunks   [][]T
	at, used int // the chunk that pieces are taken from, and what is taken of it
}

// mostChunks bounds what an arena keeps: a report on very many groups shall not hold its memory.
const mostChunks = 8

// take returns so many zeroes.
func (a *arena[T]) take(n int) []T {
	for a.at < len(a.chunks) && a.used+n > len(a.chunks[a.at]) {
		a.at, a.used = a.at+1, 0
	}
	if a.at == len(a.chunks) {
		a.chunks = append(a.chunks, make([]T, max(n, a.chunk)))
	}
	from := a.used
	a.used += n
	return a.chunks[a.at][from:a.used:a.used]
}

// reset takes everything back. It clears it, lest it keeps what it points to.
func (a *arena[T]) reset() {
	clear(a.chunks[min(mostChunks, len(a.chunks)):])
	a.chunks = a.chunks[:min(mostChunks, len(a.chunks))]
	for i, c := range a.chunks {
		if i <= a.at {
			clear(c)
		}
	}
	a.at, a.used = 0, 0
}
