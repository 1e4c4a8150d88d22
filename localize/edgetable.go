package localize

import (
	"math/bits"
	"slices"
)

// mostEdges bounds how many edges of a group are kept apart; what is spent on further ones is added up in one, and which these are depends on what came
// first. Applications that put identifiers into the names of their operations come here.
const mostEdges = 1 << 14

// edgeStats is an edge of a group.
type edgeStats struct {
	key edgeKey
	packedMoments
	traces uint32 // that pass it; what is above 32 bits is in the rareMoments
	rare   uint16 // 1 + the index of the edge's rareMoments; 0 for none
	next   uint16 // the edge that followed when a workflow last passed this one; a guess, so that most edges are found without a search
}

// edgeTable finds edges by key. The index is an open-addressing hash table of numbers, a tenth of what a map of the keys takes. There are no
// more than mostEdges entries, so that even keys made to collide take bounded time.
type edgeTable struct {
	edges []edgeStats
	slots []uint16 // 1 + index into edges; 0 if free. A power of two, at most three quarters of them taken.
}

// find returns the index of an edge; -1 if it is not there.
func (t *edgeTable) find(k *edgeKey) int32 {
	if len(t.slots) == 0 {
		return -1
	}
	mask := len(t.slots) - 1
	for at := int(k.hash()) & mask; ; at = (at + 1) & mask {
		i := int32(t.slots[at]) - 1
		if i < 0 || t.edges[i].key == *k {
			return i
		}
	}
}

// findOrAdd returns the index of an edge, or that of the one that stands for all beyond mostEdges.
func (t *edgeTable) findOrAdd(k edgeKey) int32 {
	i := t.find(&k)
	if i >= 0 {
		return i
	}
	if len(t.edges) >= mostEdges-1 && k != restKey {
		return t.findOrAdd(restKey)
	}
	return t.add(edgeStats{key: k})
}

// add adds an edge that is not there yet.
func (t *edgeTable) add(e edgeStats) int32 {
	if len(t.edges) == cap(t.edges) {
		t.grow(1 + len(t.edges)/16) // most groups see few edges after the first workflow, and there are very many groups
	}
	t.edges = append(t.edges, e)
	if 4*len(t.edges) > 3*len(t.slots) {
		t.rehash()
	} else {
		t.place(int32(len(t.edges) - 1))
	}
	return int32(len(t.edges) - 1)
}

// grow makes room for so many more edges, and as many as the piece of memory that is then needed has room for.
func (t *edgeTable) grow(more int) {
	t.edges = append(slices.Grow([]edgeStats(nil), len(t.edges)+more), t.edges...)
}

func (t *edgeTable) place(i int32) {
	mask := len(t.slots) - 1
	at := int(t.edges[i].key.hash()) & mask
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	t.slots[at] = uint16(i + 1)
}

// rehash makes the index anew, with room to grow.
func (t *edgeTable) rehash() {
	t.slots = make([]uint16, 1<<bits.Len(uint(max(7, 4*len(t.edges)/3))))
	for i := range t.edges {
		t.place(int32(i))
	}
}

func (t *edgeTable) clone() edgeTable { return edgeTable{slices.Clone(t.edges), slices.Clone(t.slots)} }
