package searchspace

import (
	"math"
	"math/bits"
	"slices"
)

// Merge adds what another tree has seen, which stays as it is. Merging halves, in any order, gives what one tree had seen of the whole,
// as long as the bound leaves nothing out and no sum is full. Of two sums that are too large together the one of more workflows is kept.
func (c *CCT) Merge(other *CCT) {
	theirs, counts := other.snapshot()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	c.workflows += counts.Workflows
	c.leftOut += counts.LeftOut
	c.full += counts.Full
	if theirs.count == 0 {
		return
	}
	pairs := []pair{{0, 0}}
	for len(pairs) > 0 {
		p := pairs[len(pairs)-1]
		pairs = c.mergeChildren(&theirs, p, pairs[:len(pairs)-1])
	}
}

// pair is a node of another tree and our own of the same context, or absent.
type pair struct{ their, our int32 }

// snapshot returns a copy of the nodes, and what was counted until then.
func (c *CCT) snapshot() (nodes, Stats) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tree.snapshot(), Stats{Workflows: c.workflows, LeftOut: c.leftOut, Full: c.full}
}

// mergeChildren merges the children of a pair and adds them to the pairs to do.
func (c *CCT) mergeChildren(theirs *nodes, p pair, todo []pair) []pair {
	children := theirs.children(nil, p.their, math.MaxInt)
	first := len(todo)
	for _, k := range children {
		n := theirs.at(k)
		our := c.locate(n.id, p.our, theirs.points[n.point])
		todo = append(todo, pair{k, our})
		if our == absent {
			c.leftOut += int64(n.spans)
			continue
		}
		c.mergeMoments(c.tree.at(our), n)
	}
	if p.our != absent && len(children) <= exactSiblings {
		c.mergeOrder(theirs, todo[first:], p.our)
	}
	return todo
}

func (c *CCT) mergeMoments(our, their *node) {
	if our.merge(their.moments) {
		return
	}
	c.full += int64(min(our.workflows, their.workflows))
	if their.workflows > our.workflows {
		our.moments = their.moments
	}
}

// mergeOrder translates the slots of the other tree's siblings, the pairs, into ours.
func (c *CCT) mergeOrder(theirs *nodes, siblings []pair, parent int32) {
	ours := c.tree.children(nil, parent, exactSiblings+1)
	if len(ours) > exactSiblings {
		return
	}
	var slot [exactSiblings]int
	for i, s := range siblings {
		slot[i] = slices.Index(ours, s.our) // -1 if absent
	}
	for k, s := range siblings {
		if slot[k] >= 0 {
			c.tree.at(s.our).before |= translate(theirs.at(siblings[k].their).before, slot[:])
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
