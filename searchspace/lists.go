package searchspace

import "math/bits"

// lists keeps the numbers of children that do not lie together, those of each family in one block: its nodes can then be read all at once, while
// each link of a chain would have to wait for the one before. A block has a power of two of slots; blocks that families have outgrown are used again.
type lists struct {
	slots []int32
	free  [32]block // by the logarithm of the size: a free block, the first slot of which names the next one
}

// block is where a block begins, in units of the smallest ones, counted from 1; 0 is none.
type block int32

const smallestBits = 2

// sizeBits is the logarithm of the size of the block that so many children need.
func sizeBits(children int32) int { return max(smallestBits, bits.Len32(uint32(children-1))) }

// of returns the children in a block of which the number is known.
func (l *lists) of(b block, children int32) []int32 {
	first := (int(b) - 1) << smallestBits
	return l.slots[first : first+int(children)]
}

// take returns a block for so many children.
func (l *lists) take(children int32) block {
	size := sizeBits(children)
	if b := l.free[size]; b != 0 {
		l.free[size] = block(l.of(b, 1)[0])
		return b
	}
	first := len(l.slots)
	l.slots = append(l.slots, make([]int32, 1<<size)...)
	return block(first>>smallestBits + 1)
}

// grow returns a block with room for one more than the children of another, and what that holds. The other one is free.
func (l *lists) grow(b block, children int32) block {
	size := sizeBits(children)
	if sizeBits(children+1) == size {
		return b
	}
	larger := l.take(children + 1)
	copy(l.of(larger, children), l.of(b, children))
	l.of(b, 1)[0], l.free[size] = int32(l.free[size]), b
	return larger
}
