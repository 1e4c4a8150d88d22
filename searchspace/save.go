package searchspace

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// The file:
//
//	"pythiaCC" version
//	maxNodes workflows leftOut full contexts
//	workflows spans nanos m2 products starts   of the workflows as a whole
//	the family of the root
//	CRC-32C of all that, 4 bytes
//
// A family is the number of children, all of them in order of starts, and then the family of each:
//
//	point [layer len(scope) scope len(name) name]   the brackets where the number is that of the next new point
//	workflows spans nanos m2 products starts before
//
// Numbers are unsigned LEB128; m2 and products are 8 bytes of IEEE 754 each. Multi-byte fields are little-endian. before has a bit for each sibling, in the order of
// the file. Contexts are not stored: they follow from the points. Equal trees give equal files.
const (
	magic       = "pythiaCC"
	fileVersion = 2
)

// Save writes the tree to a file that [Load] reads. It writes a snapshot, which takes as much memory again as the tree.
func (c *CCT) Save(w io.Writer) error {
	tree, counts := c.snapshot()
	s := saver{writer: writer{w: w}, tree: &tree, points: make([]uint64, tree.points.len())}
	s.text(magic)
	s.uvarint(fileVersion)
	for _, n := range []int64{int64(c.config.maxNodes()), counts.Workflows, counts.LeftOut, counts.Full, max(0, int64(tree.count)-1)} {
		s.uvarint(uint64(n))
	}
	s.moments(&tree.whole)
	if tree.count == 0 {
		s.uvarint(0)
	} else {
		s.nodes()
	}
	if err := s.finish(); err != nil {
		return fmt.Errorf("searchspace: saving the tree; the file is incomplete, do not keep it: %w", err)
	}
	return nil
}

type saver struct {
	writer
	tree   *nodes
	points []uint64 // 1 + the number of a point in the file; 0 for not yet written
	named  uint64   // how many points were written
}

// nodes writes the tree top-down with a stack of its own, since contexts can be deep. Siblings lie together, and so does what Load makes of them.
func (s *saver) nodes() {
	todo := []int32{0}
	for len(todo) > 0 && s.err == nil {
		n := todo[len(todo)-1]
		todo = s.family(n, todo[:len(todo)-1])
	}
}

// family writes the children of a node and puts them on the stack, the first one on top.
func (s *saver) family(parent int32, todo []int32) []int32 {
	var few, ordered [exactSiblings]int32
	bySlot := s.tree.children(few[:0], parent, math.MaxInt)
	inOrder := s.tree.inOrder(append(ordered[:0], bySlot...))
	var slot [exactSiblings]int
	exact := len(bySlot) <= exactSiblings
	for i := 0; exact && i < len(bySlot); i++ {
		slot[i] = slices.Index(inOrder, bySlot[i])
	}
	s.uvarint(uint64(len(inOrder)))
	for _, i := range inOrder {
		n := s.tree.at(i)
		s.point(n.point)
		m := n.unpack()
		s.moments(&m)
		if exact {
			s.uvarint(uint64(translate(n.before, slot[:])))
		} else {
			s.uvarint(0)
		}
	}
	slices.Reverse(inOrder)
	return append(todo, inOrder...)
}

func (s *saver) moments(m *moments) {
	s.uvarint(uint64(m.workflows))
	s.uvarint(uint64(m.spans))
	s.uvarint(m.nanos)
	s.fixed64(math.Float64bits(m.m2))
	s.fixed64(math.Float64bits(m.products))
	s.uvarint(m.starts)
}

// point writes a reference, and the point itself the first time.
func (s *saver) point(i int32) {
	if s.points[i] > 0 {
		s.uvarint(s.points[i] - 1)
		return
	}
	s.uvarint(s.named)
	s.named++
	s.points[i] = s.named
	p := s.tree.points.at(i)
	s.uvarint(uint64(p.Layer))
	for _, text := range []string{p.Scope, p.Name} {
		s.uvarint(uint64(len(text)))
		s.text(text)
	}
}
