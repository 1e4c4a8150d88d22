package searchspace

import (
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// node is one calling context, besides its links.
type node struct {
	id pythia.ContextID
	packed
	before uint32 // the slots of siblings that precede it; of no meaning with more than exactSiblings
	point  int32
}

// links make a ring of siblings: lastChild, and from it by next the first one. A child's slot is its place in it.
type links struct {
	lastChild int32 // 0 for none: the root is nobody's child
	next      int32
}

const chunkBits = 8 // 256 nodes fill one of Go's size classes

// chunk holds the links apart from the rest: siblings mostly lie next to each other, so that a family is found in one or two lines of the cache.
type chunk struct {
	nodes [1 << chunkBits]node
	links [1 << chunkBits]links
}

// nodes holds the nodes, the root first, every other one after its parent, with the points they refer to. Chunks grow without copying.
type nodes struct {
	chunks []*chunk
	count  int32
	points []pythia.TracePointID // never changed, only appended to
	whole  moments               // of the workflows as a whole, the callers of the roots
}

func (ns *nodes) at(i int32) *node { return &ns.chunks[i>>chunkBits].nodes[i&(1<<chunkBits-1)] }

func (ns *nodes) links(i int32) *links { return &ns.chunks[i>>chunkBits].links[i&(1<<chunkBits-1)] }

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
	p, c := ns.links(parent), ns.links(child)
	if p.lastChild == 0 {
		c.next = child
	} else {
		last := ns.links(p.lastChild)
		c.next, last.next = last.next, child
	}
	p.lastChild = child
}

// children appends the children of a node to a slice, at most so many, by slot.
func (ns *nodes) children(to []int32, parent int32, most int) []int32 {
	last := ns.links(parent).lastChild
	if last == 0 {
		return to
	}
	for i := ns.links(last).next; len(to) < most; i = ns.links(i).next {
		to = append(to, i)
		if i == last {
			break
		}
	}
	return to
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
	for _, child := range children {
		n := ns.at(child)
		m := n.times()
		to = append(to, m.describe(n.id, ns.points[n.point], of, ns.links(child).lastChild == 0))
	}
	return to
}

// caller is what a node is to its children.
func (ns *nodes) caller(n int32) caller {
	if n == 0 {
		return ns.whole.asCaller()
	}
	m := ns.at(n).times()
	return m.asCaller()
}

// snapshot copies the nodes; the points are shared, for they never change.
func (ns *nodes) snapshot() nodes {
	copied := *ns
	copied.chunks, copied.points = make([]*chunk, len(ns.chunks)), ns.points[:len(ns.points):len(ns.points)]
	for i, c := range ns.chunks {
		copied.chunks[i] = new(*c)
	}
	return copied
}

// clonePoint keeps a tracer's larger buffer, of which the names may be parts, from being held.
func clonePoint(p pythia.TracePointID) pythia.TracePointID {
	return pythia.TracePointID{Layer: p.Layer, Scope: strings.Clone(p.Scope), Name: strings.Clone(p.Name)}
}
