package localize

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// edgeKey identifies an edge: the calling context that it lies in and the two events between which it lies. Callee is part of it because one
// client span's trace point may call several services. All of it is numbers, so that keys are quick to compare.
type edgeKey struct {
	owner, from, to pythia.ContextID
	callee          int32 // of a call, a number of [catalogue.callees]
	flags           edgeFlags
}

// edgeFlags say the rest.
type edgeFlags uint32

const (
	flagFromEnd edgeFlags = 1 << iota // the edge begins with the end of a span, not its start
	flagToEnd
	flagCall           // the owner waits for another service
	flagRest           // stands for all edges beyond mostEdges
	allFlags edgeFlags = 1<<iota - 1
)

func (f edgeFlags) has(flag edgeFlags) bool { return f&flag != 0 }

// restKey is the edge that takes what is spent on edges beyond mostEdges.
var restKey = edgeKey{owner: pythia.RootContext, from: pythia.RootContext, to: pythia.RootContext, flags: flagRest}

// hash mixes the contexts, which are hashes themselves (the finalizer of MurmurHash3).
func (k *edgeKey) hash() uint64 {
	h := uint64(k.owner) ^ uint64(k.from)*0x9e3779b97f4a7c15 ^ uint64(k.to)*0xc2b2ae3d27d4eb4f ^ uint64(k.callee)<<32 ^ uint64(k.flags)
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// segmentKey groups the edges of one calling context and callee: the finest thing whose occurrences are expected to take alike.
type segmentKey struct {
	owner  pythia.ContextID
	callee int32
}

func (k *edgeKey) segment() segmentKey { return segmentKey{k.owner, k.callee} }

// placeKey is what a finding names: the same operation in different contexts is one place, as is the same call.
type placeKey struct {
	point  pythia.TracePointID
	call   bool
	callee string
}

// edgeSample is what one workflow spent on one edge.
type edgeSample struct {
	edge  int32 // index into the accumulator's edges
	count int32
	nanos int64
}

// mostStack bounds how much of an edge's calling context reports name.
const mostStack = 32

// edgeInfo describes an edge in words; it is a function of the key.
type edgeInfo struct {
	owner  pythia.TracePointID
	caller pythia.TracePointID // the span around the owner
	callee string
}

func (i *edgeInfo) place(k *edgeKey) placeKey {
	return placeKey{i.owner, k.flags.has(flagCall), i.callee}
}

// callersPlace is where a caller's share of a call counts: the span around it, else the call's own.
func (i *edgeInfo) callersPlace() placeKey {
	if i.caller == (pythia.TracePointID{}) || i.caller.Scope != i.owner.Scope {
		return placeKey{point: i.owner}
	}
	return placeKey{point: i.caller}
}

// describe puts a key in words.
func (c *catalogue) describe(k *edgeKey) edgeInfo {
	if k.flags.has(flagRest) {
		return edgeInfo{owner: pythia.TracePointID{Name: string(otherGroup)}}
	}
	owner := c.contexts[k.owner]
	return edgeInfo{c.point(owner), c.point(c.contexts[owner.parent]), c.callees.items[k.callee]}
}

// events returns the events between which an edge lies.
func (c *catalogue) events(k *edgeKey) (from, to pythia.Event) {
	return pythia.Event{Point: c.point(c.contexts[k.from]), End: k.flags.has(flagFromEnd)},
		pythia.Event{Point: c.point(c.contexts[k.to]), End: k.flags.has(flagToEnd)}
}

// compare orders keys of one catalogue by what they are, whatever order they were seen in.
func (c *catalogue) compare(k, o *edgeKey) int {
	if d := cmp.Compare(k.owner, o.owner); d != 0 {
		return d
	}
	if d := cmp.Compare(k.from, o.from); d != 0 {
		return d
	}
	return cmp.Or(cmp.Compare(k.to, o.to), strings.Compare(c.callees.items[k.callee], c.callees.items[o.callee]), cmp.Compare(k.flags, o.flags))
}

// order returns the numbers of an accumulator's edges in that order.
func (c *catalogue) order(a *accumulator) []int32 {
	order := make([]int32, len(a.edges))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return c.compare(&a.edges[i].key, &a.edges[j].key) })
	return order
}
