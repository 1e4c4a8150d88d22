package pythia

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"unsafe"
)

// idTable finds spans by their IDs: open addressing, at most half full. Its memory is kept from trace to trace; a map's would have to be made anew.
type idTable struct {
	seed  maphash.Seed
	mixed [2]uint64 // seeds of IDs of the usual length
	slots []idSlot
}

// idSlot has part of the ID's hash, so that hardly any other ID is looked at.
type idSlot struct {
	hash uint32
	span int32 // plus one; zero is empty
}

// fill takes the IDs of spans, but for empty ones. It reports whether they differ.
func (t *idTable) fill(spans []Span) (distinct bool) {
	size := 1 << bits.Len(uint(2*len(spans)-1))
	if cap(t.slots) < size {
		t.seed, t.slots = maphash.MakeSeed(), make([]idSlot, size)
		t.mixed = [2]uint64{maphash.String(t.seed, "a"), maphash.String(t.seed, "b")}
	}
	t.slots = t.slots[:size]
	clear(t.slots)
	distinct = true
	for i := range spans {
		if id := spans[i].ID; id != "" {
			distinct = t.insert(spans, id, int32(i)) && distinct
		}
	}
	return distinct
}

func (t *idTable) insert(spans []Span, id string, i int32) (fresh bool) {
	slot, found := t.slot(spans, id)
	if !found {
		t.slots[slot.at] = idSlot{slot.hash, i + 1}
	}
	return !found
}

// find returns the span with an ID, or NoParent.
func (t *idTable) find(spans []Span, id string) int32 {
	if id == "" {
		return NoParent
	}
	slot, found := t.slot(spans, id)
	if !found {
		return NoParent
	}
	return t.slots[slot.at].span - 1
}

// usualLength is that of a span's ID in hexadecimal.
const usualLength = 16

// hash is maphash's, but for IDs of the usual length, for which one multiplication does as well (as in wyhash, Wang Yi 2019).
func (t *idTable) hash(id string) uint64 {
	if len(id) != usualLength {
		return maphash.String(t.seed, id)
	}
	b := unsafe.Slice(unsafe.StringData(id), usualLength)
	high, low := bits.Mul64(binary.LittleEndian.Uint64(b)^t.mixed[0], binary.LittleEndian.Uint64(b[8:])^t.mixed[1])
	return high ^ low
}

type idPlace struct {
	at   uint64
	hash uint32
}

// slot returns where an ID is, or is to be put.
func (t *idTable) slot(spans []Span, id string) (place idPlace, found bool) {
	h := t.hash(id)
	mask := uint64(len(t.slots) - 1)
	place = idPlace{h & mask, uint32(h >> 32)}
	for t.slots[place.at].span != 0 {
		if s := t.slots[place.at]; s.hash == place.hash && spans[s.span-1].ID == id {
			return place, true
		}
		place.at = (place.at + 1) & mask
	}
	return place, false
}
