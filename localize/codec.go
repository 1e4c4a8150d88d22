package localize

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// What [Variance.UnmarshalBinary] can say of the data, beside their being of other settings. Both come wrapped, with the details.
var (
	ErrCorrupt = errors.New("the data are damaged or no saved localizer; fall back on an older copy, or begin anew")
	ErrVersion = errors.New("the data were written by a newer version of Pythia; update this one")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 4

// writer writes numbers and text.
type writer struct {
	buf   []byte
	names map[string]uint64 // those written, with their numbers
}

func (w *writer) uvarint(v uint64) { w.buf = binary.AppendUvarint(w.buf, v) }

func (w *writer) varint(v int64) { w.buf = binary.AppendVarint(w.buf, v) }

func (w *writer) text(s string) {
	w.uvarint(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

// name writes a text that is likely to come again: its number, and the text itself the first time.
func (w *writer) name(s string) {
	n, known := w.names[s]
	if !known {
		n = uint64(len(w.names))
		w.names[s] = n
	}
	w.uvarint(n)
	if !known {
		w.text(s)
	}
}

// checksum ends what was written.
func (w *writer) checksum() {
	w.buf = binary.LittleEndian.AppendUint32(w.buf, crc32.Checksum(w.buf, castagnoli))
}

// reader is the counterpart of writer. After an error, of which the first counts, it yields zeros.
type reader struct {
	data  []byte // yet to be read
	names []string
	err   error
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	return advance(r, v, n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	return advance(r, v, n)
}

// advance passes over a number of n bytes.
func advance[T int64 | uint64](r *reader, v T, n int) T {
	if n <= 0 {
		r.corrupt("a number is cut short or too large")
	}
	if r.err != nil {
		return 0
	}
	r.data = r.data[n:]
	return v
}

// upTo reads a number that must not be larger.
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

// length reads how many of something follow. Each takes a byte at least, so that what is allocated for them is in proportion to the data.
func (r *reader) length(what string) int {
	return int(r.upTo(uint64(len(r.data)), "the number of "+what))
}

func (r *reader) text() string { return string(r.bytes(r.length("bytes of a text"))) }

func (r *reader) bytes(n int) []byte {
	if n > len(r.data) {
		r.corrupt("it is cut short")
	}
	if r.err != nil {
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) name() string {
	_, name := r.numberedName()
	return name
}

func (r *reader) numberedName() (int, string) {
	n := int(r.upTo(uint64(len(r.names)), "the number of a name"))
	if r.err != nil {
		return 0, ""
	}
	if n == len(r.names) {
		r.names = append(r.names, r.text())
	}
	return n, r.names[n]
}

// verify cuts off the checksum of all, of which r.data is the rest.
func (r *reader) verify(all []byte) {
	if len(r.data) < checksumSize {
		r.corrupt("it is cut short")
		return
	}
	end := len(all) - checksumSize
	want, got := crc32.Checksum(all[:end], castagnoli), binary.LittleEndian.Uint32(all[end:])
	if got != want {
		r.corrupt("its checksum is %08x and not %08x", got, want)
		return
	}
	r.data = r.data[:len(r.data)-checksumSize]
}

// corrupt says what is wrong with the data; the first error counts.
func (r *reader) corrupt(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrCorrupt)
	}
}
