package searchspace

import (
	"math"
	"math/bits"
	"slices"
)

// Merge adds what another tree has seen, which stays as it is. Merging halves, in any order, gives what one tree had seen of the whole,
// as long as the bound leaves nothing out and no sum is full. Of two sums that are too large together the one of more workflows is kept, and
// below it what is of the same tree, if there is something.
func (c *CCT) Merge(other *CCT) {
	copied, counts := other.snapshot()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	c.workflows += counts.Workflows
	c.leftOut += counts.LeftOut
	c.full += counts.Full
	if copied.count == 0 {
		return
	}
	pairs := []pair{{0, 0, c.mergeWhole(&copied.whole)}}
	for len(pairs) > 0 {
		p := pairs[len(pairs)-1]
		pairs = c.mergeChildren(&copied, p, pairs[:len(pairs)-1])
	}
}

// pair is a node of another tree and our own of the same context, or absent, with what became of their moments.
type pair struct {
	their, our int32
	kept       kept
}

// kept says whose moments are kept. What a context calls must be of the same workflows.
type kept int8

const (
	both kept = iota
	ours
	theirs
)

// snapshot returns a copy of the nodes, and what was counted until then.
func (c *CCT) snapshot() (nodes, Stats) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tree.snapshot(), Stats{Workflows: c.workflows, LeftOut: c.leftOut, Full: c.full}
}

// mergeChildren merges the children of a pair and adds them to the pairs to do.
func (c *CCT) mergeChildren(other *nodes, p pair, todo []pair) []pair {
	children := other.children(nil, p.their, math.MaxInt)
	first := len(todo)
	for _, k := range children {
		n := other.at(k)
		our := c.locate(n.id, p.our, other.points.at(n.point))
		if our == absent {
			c.leftOut += int64(n.spans)
			todo = append(todo, pair{k, absent, ours})
			continue
		}
		todo = append(todo, pair{k, our, c.mergeMoments(c.tree.at(our), n, p.kept)})
	}
	if p.our != absent && len(children) <= exactSiblings {
		c.mergeOrder(other, todo[first:], p.our)
	}
	return todo
}

// mergeMoments merges those of a context, of which only the caller's kept ones may be used if there are both. A new one of ours is empty.
func (c *CCT) mergeMoments(our, their *node, of kept) kept {
	m := their.unpack()
	if (of == both || our.workflows() == 0) && our.merge(&m) {
		return of
	}
	if of == both {
		of = larger(our.workflows(), m.workflows)
	}
	lost := m.workflows
	if of == theirs {
		lost, our.packed = our.workflows(), their.packed
	}
	c.full += int64(lost)
	return of
}

func (c *CCT) mergeWhole(their *moments) kept {
	if c.tree.whole.merge(their) {
		return both
	}
	of := larger(c.tree.whole.workflows, their.workflows)
	if of == theirs {
		c.tree.whole = *their
	}
	return of
}

func larger(our, their uint32) kept {
	if their > our {
		return theirs
	}
	return ours
}

// mergeOrder translates the slots of the other tree's siblings, the pairs, into ours.
func (c *CCT) mergeOrder(other *nodes, siblings []pair, parent int32) {
	known := c.tree.children(nil, parent, exactSiblings+1)
	if len(known) > exactSiblings {
		return
	}
	var slot [exactSiblings]int
	for i, s := range siblings {
		slot[i] = slices.Index(known, s.our) // -1 if absent
	}
	for k, s := range siblings {
		if slot[k] >= 0 {
			c.tree.at(s.our).before |= translate(other.at(siblings[k].their).before, slot[:])
		}
	}
}

// translate moves bit i to bit slot[i], or drops it if that is negative.
func translate(mask uint32, slot []int) (moved uint32) {
	for ; mask != 0; mask &= mask - 1 {
		if to := slot[bits.TrailingZeros32(mask)]; to >= 0 {
			moved |= 1 << to
		}
	}
	return moved
}
