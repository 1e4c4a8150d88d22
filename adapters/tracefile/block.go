package tracefile

// block holds bytes of a trace, which go on in another one. Blocks are all alike, so that those of closed traces serve new ones, and a trace that grows
// is never copied.
type block [1 << 10]byte

// pageBlocks is how many blocks are allocated at a time.
const pageBlocks = 64

// blocks is the memory of all open traces. A block is known by its number, which is no pointer: each pointer would have the garbage collector look it
// up in every cycle, which would take as long as decoding. Blocks that were needed once are kept: no more than were held at a time.
type blocks struct {
	pages []*[pageBlocks]block
	free  []uint32
}

func (b *blocks) take() uint32 {
	if len(b.free) == 0 {
		for i := range uint32(pageBlocks) {
			b.free = append(b.free, uint32(len(b.pages))*pageBlocks+i)
		}
		b.pages = append(b.pages, new([pageBlocks]block))
	}
	last := len(b.free) - 1
	taken := b.free[last]
	b.free = b.free[:last]
	return taken
}

func (b *blocks) at(number uint32) *block { return &b.pages[number/pageBlocks][number%pageBlocks] }

// text is bytes in blocks of which all but the last are full.
type text struct {
	numbers []uint32
	size    int
	found   []*block // once they are to be read
}

// append copies bytes to the end, into blocks that it takes where it needs some.
func (t *text) append(p []byte, memory *blocks) {
	for len(p) > 0 {
		at := t.size % len(block{})
		if at == 0 {
			t.numbers = append(t.numbers, memory.take())
		}
		n := copy(memory.at(t.numbers[len(t.numbers)-1])[at:], p)
		t.size += n
		p = p[n:]
	}
}

// find looks the blocks up, so that they can be read while other traces take blocks.
func (t *text) find(memory *blocks) {
	for _, number := range t.numbers {
		t.found = append(t.found, memory.at(number))
	}
}

// bytes returns a copy in one piece of what was found.
func (t *text) bytes() []byte {
	all := make([]byte, 0, t.size)
	for _, b := range t.found {
		all = append(all, b[:min(len(b), t.size-len(all))]...)
	}
	return all
}

// release gives the blocks back.
func (t *text) release(memory *blocks) {
	memory.free = append(memory.free, t.numbers...)
	clear(t.found)
	*t = text{numbers: t.numbers[:0], found: t.found[:0]}
}
