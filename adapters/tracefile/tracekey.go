package tracefile

import (
	"encoding/hex"
	"iter"
)

// traceKey tells traces apart, whatever format their spans are in. IDs of 16 bytes, which nearly all are, are held as such: a map of strings would
// have to look at every string elsewhere in memory.
type traceKey struct {
	id    [16]byte
	other string // an ID that is something else; then id is all zeros
}

// keyOf returns the key of an ID as text.
func keyOf(id string) traceKey {
	var k traceKey
	if len(id) == 2*len(k.id) {
		if _, err := hex.Decode(k.id[:], []byte(id)); err == nil && hex.EncodeToString(k.id[:]) == id && k != (traceKey{}) {
			return k
		}
	}
	return traceKey{other: id}
}

func (k traceKey) hasID() bool { return k.other == "" && k.id != [16]byte{} }

// String returns the ID as text.
func (k traceKey) String() string {
	if !k.hasID() {
		return k.other
	}
	var text [2 * len(k.id)]byte
	hex.Encode(text[:], k.id[:])
	return string(text[:])
}

// tracesByKey holds open traces. Keys without a string are found faster.
type tracesByKey struct {
	byID    map[[16]byte]*openTrace
	byOther map[string]*openTrace
}

func newTracesByKey() tracesByKey {
	return tracesByKey{make(map[[16]byte]*openTrace), make(map[string]*openTrace)}
}

func (t *tracesByKey) len() int { return len(t.byID) + len(t.byOther) }

// all yields the traces in no order.
func (t *tracesByKey) all() iter.Seq[*openTrace] {
	return func(yield func(*openTrace) bool) {
		for _, o := range t.byID {
			if !yield(o) {
				return
			}
		}
		for _, o := range t.byOther {
			if !yield(o) {
				return
			}
		}
	}
}

// find returns nil if there is no such trace.
func (t *tracesByKey) find(k traceKey) *openTrace {
	if k.hasID() {
		return t.byID[k.id]
	}
	return t.byOther[k.other]
}

func (t *tracesByKey) put(o *openTrace) {
	if o.key.hasID() {
		t.byID[o.key.id] = o
		return
	}
	t.byOther[o.key.other] = o
}

func (t *tracesByKey) remove(o *openTrace) {
	if o.key.hasID() {
		delete(t.byID, o.key.id)
		return
	}
	delete(t.byOther, o.key.other)
}
