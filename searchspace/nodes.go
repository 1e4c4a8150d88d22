package searchspace

import (
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// node is one calling context.
type node struct {
	id pythia.ContextID
	packed
	before uint32 // the slots of siblings that precede it; of no meaning with more than exactSiblings
	point  int32
	family
}

// family are the children of a node. A child's slot is its place among them, in the order in which they were first seen. Those that were seen
// together lie together; only others need a list.
type family struct {
	children int32
	first    int32 // the first of children that follow each other, or minus the block with their numbers
}

const chunkBits = 10 // 1,024 nodes fill seven of Go's pages; where a million nodes are then takes 8 KB, which stay in the cache

type chunk [1 << chunkBits]node

// nodes holds the nodes, the root first, every other one after its parent, with the points they refer to. Chunks grow without copying.
type nodes struct {
	chunks []*chunk
	count  int32
	lists  lists
	points points
	whole  moments // of the workflows as a whole, the callers of the roots
}

func (ns *nodes) at(i int32) *node { return &ns.chunks[i>>chunkBits][i&(1<<chunkBits-1)] }

func (ns *nodes) append(n node) int32 {
	if int(ns.count) == len(ns.chunks)<<chunkBits {
		ns.chunks = append(ns.chunks, new(chunk))
	}
	ns.count++
	*ns.at(ns.count - 1) = n
	return ns.count - 1
}

// adopt makes a new node the last child of another.
func (ns *nodes) adopt(parent, child int32) {
	f := &ns.at(parent).family
	switch {
	case f.children == 0:
		f.first = child
	case f.first > 0 && child == f.first+f.children: // it lies with the others
	default:
		ns.list(f, child)
	}
	f.children++
}

// list appends a child to the list of a family, and makes that if need be.
func (ns *nodes) list(f *family, child int32) {
	var b block
	if f.first > 0 {
		b = ns.lists.take(f.children + 1)
		for k, slots := int32(0), ns.lists.of(b, f.children); k < f.children; k++ {
			slots[k] = f.first + k
		}
	} else {
		b = ns.lists.grow(block(-f.first), f.children)
	}
	ns.lists.of(b, f.children+1)[f.children] = child
	f.first = -int32(b)
}

// children appends the children of a node to a slice, at most so many, by slot.
func (ns *nodes) children(to []int32, parent int32, most int) []int32 {
	f := ns.at(parent).family
	n := min(f.children, int32(min(most, math.MaxInt32)))
	if f.first < 0 {
		return append(to, ns.lists.of(block(-f.first), n)...)
	}
	for i := f.first; i < f.first+n; i++ {
		to = append(to, i)
	}
	return to
}

// fetch brings nodes and their points into the processor's cache, all at once: nothing that is read here decides on what comes next. Whoever goes through
// them one after the other and branches on what it finds, as sorting does, would wait for memory again and again. The sum is of no use but that it
// keeps the compiler from leaving the reads out.
//
//go:noinline
func (ns *nodes) fetch(children []int32) (sum int) {
	for _, child := range children {
		n := ns.at(child)
		sum += int(n.id) + int(ns.points.named[n.point].name)
	}
	return sum
}

// inOrder sorts nodes by their start within their parent.
func (ns *nodes) inOrder(children []int32) []int32 {
	var few [exactSiblings]started
	keys := few[:0]
	for _, i := range children {
		n := ns.at(i)
		keys = append(keys, started{n.meanStart(), n.id, i})
	}
	slices.SortFunc(keys, byStart)
	for i, k := range keys {
		children[i] = k.node
	}
	return children
}

// describe appends what is known of some nodes of one caller.
func (ns *nodes) describe(to []pythia.SearchNode, of caller, children ...int32) []pythia.SearchNode {
	if len(children) == 0 {
		return to
	}
	to = slices.Grow(to, len(children))
	described := to[len(to) : len(to)+len(children)]
	var m moments
	for i, child := range children {
		n, d := ns.at(child), &described[i]
		d.Context, d.Point, d.Leaf = n.id, ns.points.at(n.point), n.children == 0
		n.times(&m)
		m.describe(d, &of)
	}
	return to[:len(to)+len(children)]
}

// below appends what is known of all children of a node. Room for it is made while the processor waits for the children.
func (ns *nodes) below(to []pythia.SearchNode, parent int32) []pythia.SearchNode {
	var few [exactSiblings]int32
	children := ns.children(few[:0], parent, math.MaxInt)
	to = slices.Grow(to, len(children))
	ns.fetch(children)
	return ns.describe(to, ns.caller(parent), ns.inOrder(children)...)
}

// caller is what a node is to its children.
func (ns *nodes) caller(n int32) caller {
	if n == 0 {
		return ns.whole.asCaller()
	}
	var m moments
	ns.at(n).times(&m)
	return m.asCaller()
}

// snapshot copies the nodes.
func (ns *nodes) snapshot() nodes {
	copied := *ns
	copied.chunks, copied.points = make([]*chunk, len(ns.chunks)), ns.points.snapshot()
	for i, c := range ns.chunks {
		copied.chunks[i] = new(*c)
	}
	copied.lists.slots = slices.Clone(ns.lists.slots)
	return copied
}
