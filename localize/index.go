package localize

import "math/bits"

// index finds numbered things: an open-addressing hash table of their numbers, a fifth of what a map takes, which holds the things once more. What they
// are, and how they are hashed, its owner knows.
type index struct {
	slots []int32 // 1 + a number; 0 if free. A power of two, at most three quarters of them taken.
}

// find returns the number of the thing with such a hash which is the one that is looked for; -1 if there is none.
func (x *index) find(hash uint64, is func(int32) bool) int32 {
	if len(x.slots) == 0 {
		return -1
	}
	mask := len(x.slots) - 1
	for at := int(hash) & mask; ; at = (at + 1) & mask {
		i := x.slots[at] - 1
		if i < 0 || is(i) {
			return i
		}
	}
}

// add adds the next thing, the one after the last that was added, or the first, 0.
func (x *index) add(i int32, hash func(int32) uint64) {
	n := int(i) + 1
	if 4*n <= 3*len(x.slots) {
		x.place(i, hash(i))
		return
	}
	x.slots = make([]int32, 1<<bits.Len(uint(max(7, 4*n/3))))
	for i := range int32(n) {
		x.place(i, hash(i))
	}
}

func (x *index) place(i int32, hash uint64) {
	mask := len(x.slots) - 1
	at := int(hash) & mask
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = i + 1
}
