package searchspace

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const bufferSize = 64 << 10

// writer writes numbers and text, and a checksum of them. Errors stick.
type writer struct {
	w   io.Writer
	buf []byte
	crc uint32
	err error
}

func (w *writer) uvarint(v uint64) {
	for v >= 0x80 {
		w.buf = append(w.buf, byte(v)|0x80)
		v >>= 7
	}
	w.buf = append(w.buf, byte(v))
	w.flush(bufferSize)
}

func (w *writer) fixed64(v uint64) {
	w.fixed32(uint32(v))
	w.fixed32(uint32(v >> 32))
}

func (w *writer) fixed32(v uint32) {
	w.buf = append(w.buf, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

func (w *writer) text(s string) { w.buf = append(w.buf, s...) }

// flush writes what is in the buffer, if that is at least so much.
func (w *writer) flush(atLeast int) {
	if len(w.buf) < atLeast {
		return
	}
	w.crc = crc32.Update(w.crc, castagnoli, w.buf)
	if w.err == nil {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

// finish writes the checksum.
func (w *writer) finish() error {
	w.flush(0)
	w.fixed32(w.crc)
	w.flush(0)
	return w.err
}

// reader is the counterpart of writer. After an error it yields zeros.
type reader struct {
	r    io.Reader
	buf  []byte
	next int // in buf
	crc  uint32
	err  error
}

func (r *reader) octet() byte {
	if r.next == len(r.buf) && !r.fill() {
		return 0
	}
	b := r.buf[r.next]
	r.next++
	return b
}

// fill reads more, of which there must be some.
func (r *reader) fill() bool {
	if r.err != nil || r.exhausted() {
		if r.err == nil {
			r.corrupt("it is cut short")
		}
		return false
	}
	return true
}

// exhausted reports whether nothing more can be read.
func (r *reader) exhausted() bool {
	if r.next < len(r.buf) {
		return false
	}
	r.crc = r.sum()
	if r.buf == nil {
		r.buf = make([]byte, bufferSize)
	}
	n, err := io.ReadAtLeast(r.r, r.buf[:cap(r.buf)], 1)
	r.buf, r.next = r.buf[:n], 0
	if n == 0 && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n == 0
}

// sum returns the checksum of what was read.
func (r *reader) sum() uint32 { return crc32.Update(r.crc, castagnoli, r.buf[:r.next]) }

func (r *reader) uvarint() (v uint64) {
	for shift := 0; ; shift += 7 {
		b := r.octet()
		if shift == 63 && b > 1 {
			r.corrupt("a number is too large")
			return 0
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
}

// upTo reads a number that must not be larger; after an error it is 0.
func (r *reader) upTo(most uint64, what string) uint64 {
	v := r.uvarint()
	if v > most {
		r.corrupt("%s is %d, of at most %d", what, v, most)
	}
	if r.err != nil {
		return 0
	}
	return v
}

func (r *reader) fixed64() uint64 { return uint64(r.fixed32()) | uint64(r.fixed32())<<32 }

func (r *reader) fixed32() (v uint32) {
	for shift := 0; shift < 32; shift += 8 {
		v |= uint32(r.octet()) << shift
	}
	return v
}

// text reads so many bytes; the caller bounds their number.
func (r *reader) text(n int) string {
	b := make([]byte, 0, min(n, 64))
	for len(b) < n && r.err == nil {
		b = append(b, r.octet())
	}
	return string(b)
}

// corrupt says what is wrong with the file; the first error counts.
func (r *reader) corrupt(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrCorrupt)
	}
}
