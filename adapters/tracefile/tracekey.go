package tracefile

import "encoding/hex"

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

// String returns the ID as text.
func (k traceKey) String() string {
	if k.other != "" || k.id == [16]byte{} {
		return k.other
	}
	return hex.EncodeToString(k.id[:])
}
