package searchspace

import (
	"math/bits"

	"github.com/pythia-trace/pythia"
)

// index finds nodes by context: a hash table with linear probing, kept 64 to 80 % full, so that it takes 5 to 6.25 bytes a node; a power of two
// would leave it half empty. An entry is the number of a node, 0 for none, and in the bits above, which the bound leaves free, a tag
// of the context: most contexts that are not the one looked for are so passed without touching their nodes.
type index struct {
	table []uint32
	tag   int // where the tag begins
}

// home is the preferred place of a context, and its tag.
func (x *index) home(id pythia.ContextID) (place int, tag uint32) {
	const golden = 0x9e3779b97f4a7c15
	mixed := uint64(id) * golden
	high, _ := bits.Mul64(mixed, uint64(len(x.table)))
	return int(high), uint32(mixed) << x.tag // the high bits make the place
}

// find returns the node with a context, or 0 if there is none.
func (x *index) find(ns *nodes, id pythia.ContextID) int32 {
	if len(x.table) == 0 {
		return 0
	}
	place, tag := x.home(id)
	for x.table[place] != 0 {
		entry := x.table[place]
		if n := int32(entry & (1<<x.tag - 1)); entry>>x.tag == tag>>x.tag && ns.at(n).id == id {
			return n
		}
		if place++; place == len(x.table) {
			place = 0
		}
	}
	return 0
}

// insert adds the newest of at most so many nodes; its context is not in the table.
func (x *index) insert(ns *nodes, n int32, most int) {
	if int(ns.count)*5 > len(x.table)*4 {
		x.table, x.tag = make([]uint32, max(16, int(ns.count)*25/16)), bits.Len(uint(most))
		for i := int32(1); i < n; i++ {
			x.put(ns, i)
		}
	}
	x.put(ns, n)
}

func (x *index) put(ns *nodes, n int32) {
	place, tag := x.home(ns.at(n).id)
	for x.table[place] != 0 {
		if place++; place == len(x.table) {
			place = 0
		}
	}
	x.table[place] = tag | uint32(n)
}
