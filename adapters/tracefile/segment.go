package tracefile

import (
	"slices"
	"unsafe"

	"github.com/pythia-trace/pythia/adapters/otlp"
)

// segment is the bytes of a batch of which pieces belong to open traces. They stay where they were read until all of these traces are closed: to copy each
// piece to its trace when it comes would mean to write as much again, all over the memory.
type segment struct {
	bytes  []byte
	places []place
	weight int
	live   int // pieces of traces that are not done with
}

// place is where pieces come from: a source in a record.
type place struct {
	seq    int
	at     origin
	source *otlp.Source
}

// piece is a part of a trace, as numbers that are as small as they can be: there are many. It has no pointers, which the garbage collector would look up in
// every cycle.
type piece struct {
	segment, place uint32
	start, size    uint32 // in the segment's bytes, which are a record of at most maxRecordBytes and small ones before it
	count          uint32 // of spans
}

// segments holds bytes for open traces. Numbers and buffers of segments that nobody needs any more serve again.
type segments struct {
	all    []*segment // by number; nil is free
	free   []uint32
	spare  [][]byte
	weight int
}

// What is kept for batches to come: so many buffers, each with room for a batch, but not for many.
const (
	maxSpareBuffers = 1 << 6
	maxSpareBytes   = 2 * batchBytes
)

// hold takes over the bytes of a batch, which gets another buffer for them. A buffer that is mostly empty stays with the batch.
func (c *segments) hold(b *batch, places []place, weight int) (number uint32) {
	held := &segment{places: slices.Clone(places), weight: max(weight, len(b.buf)/spanBytes)}
	if len(b.buf) < cap(b.buf)/2 {
		held.bytes = slices.Clone(b.buf)
	} else {
		held.bytes, b.buf = b.buf, c.buffer()
	}
	return c.add(held)
}

func (c *segments) add(held *segment) (number uint32) {
	c.weight += held.weight
	if last := len(c.free) - 1; last >= 0 {
		number, c.free = c.free[last], c.free[:last]
		c.all[number] = held
		return number
	}
	c.all = append(c.all, held)
	return uint32(len(c.all) - 1)
}

func (c *segments) buffer() []byte {
	last := len(c.spare) - 1
	if last < 0 {
		return nil
	}
	buf := c.spare[last]
	c.spare = c.spare[:last]
	return buf[:0]
}

// take notes that a trace has a piece.
func (c *segments) take(p piece) { c.all[p.segment].live++ }

// release gives a piece back.
func (c *segments) release(p piece) {
	held := c.all[p.segment]
	if held.live--; held.live > 0 {
		return
	}
	c.weight -= held.weight
	c.all[p.segment] = nil
	c.free = append(c.free, p.segment)
	if room := cap(held.bytes); room >= batchBytes && room <= maxSpareBytes && len(c.spare) < maxSpareBuffers {
		c.spare = append(c.spare, held.bytes)
	}
}

// offset returns where a piece of a slice begins, which reaches as far as the slice's memory does.
func offset(of, in []byte) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(of))) - uintptr(unsafe.Pointer(unsafe.SliceData(in))))
}

// compaction puts pieces into segments of their own, in the order in which they come.
type compaction struct {
	number uint32
	into   *segment
	source *place // of the piece before
}

func (c *compaction) copy(memory *segments, p piece) piece {
	from := memory.all[p.segment]
	if c.into == nil || len(c.into.bytes)+int(p.size) > cap(c.into.bytes) {
		c.into = &segment{bytes: make([]byte, 0, max(batchBytes, p.size))}
		c.number, c.source = memory.add(c.into), nil
	}
	if source := &from.places[p.place]; source != c.source {
		c.source = source
		c.into.places = append(c.into.places, *source)
	}
	weight := weightOf(int(p.count), int(p.size))
	c.into.weight += weight
	memory.weight += weight
	moved := piece{segment: c.number, place: uint32(len(c.into.places) - 1), start: uint32(len(c.into.bytes)), size: p.size, count: p.count}
	c.into.bytes = append(c.into.bytes, from.bytes[p.start:p.start+p.size]...)
	return moved
}
