package otlp

import "encoding/binary"

// idChunk is how many bytes are allocated at a time for the text of IDs.
const idChunk = 4 << 10

// hexer writes IDs in hexadecimal, many into one allocation; they keep each other alive.
type hexer struct{ chunk, free []byte }

// span returns a span's ID, nothing for one that is all zeros.
func (h *hexer) span(id [8]byte) string {
	if id == [8]byte{} {
		return ""
	}
	text := h.take(2 * len(id))
	putHex(text, binary.BigEndian.Uint64(id[:]))
	return piece(text)
}

// trace returns a trace's ID, nothing for one that is all zeros.
func (h *hexer) trace(id [16]byte) string {
	if id == [16]byte{} {
		return ""
	}
	text := h.take(2 * len(id))
	putHex(text, binary.BigEndian.Uint64(id[:8]))
	putHex(text[16:], binary.BigEndian.Uint64(id[8:]))
	return piece(text)
}

func (h *hexer) take(n int) []byte {
	if len(h.free) < n {
		h.chunk = make([]byte, idChunk)
		h.free = h.chunk
	}
	text := h.free[:n]
	h.free = h.free[n:]
	return text
}

// putHex writes a number with 16 digits.
func putHex(text []byte, n uint64) {
	binary.BigEndian.PutUint64(text, hexDigits(uint32(n>>32)))
	binary.BigEndian.PutUint64(text[8:], hexDigits(uint32(n)))
}

// hexDigits returns the digits of a number, the first in the highest byte. It spreads the number's eight half bytes over eight bytes and turns all
// of them into digits at once; a table would be looked up eight times.
func hexDigits(n uint32) uint64 {
	x := uint64(n)
	x = x<<16&0x0000ffff_00000000 | x&0x0000ffff
	x = x<<8&0x00ff0000_00ff0000 | x&0x000000ff_000000ff
	x = x<<4&0x0f000f00_0f000f00 | x&0x000f000f_000f000f
	letters := (x + 0x06060606_06060606) >> 4 & 0x01010101_01010101
	return x + 0x30303030_30303030 + letters*('a'-'9'-1)
}
