package tracefile

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// protoFramer splits a file of protobuf into records: the ResourceSpans of a TracesData message, or messages preceded by their length.
type protoFramer struct {
	s      scanner
	out    *batcher
	reject func(line int, err error)
	read   int64 // bytes of complete records, to name the place of an error
}

// tagResourceSpans is what precedes each ResourceSpans message: field 1, length-delimited.
const tagResourceSpans = 1<<3 | 2

// message splits one large message; a field on its own with its tag is a message too.
func (f *protoFramer) message() error {
	for {
		tag, err := f.s.br.ReadByte()
		if err != nil {
			return eofIsEnd(err)
		}
		if tag != tagResourceSpans {
			f.reject(0, fmt.Errorf("otlp: not a TracesData message after %d bytes; the rest is not read", f.read))
			return nil
		}
		size, err := binary.ReadUvarint(f.s.br)
		if err != nil {
			return f.cut(err)
		}
		head := binary.AppendUvarint([]byte{tag}, size)
		if err := f.record(head, size); err != nil {
			return f.cut(err)
		}
		f.read += int64(len(head)) + int64(size)
	}
}

// delimited reads messages of which each is preceded by its length in 4 bytes, big-endian.
func (f *protoFramer) delimited() error {
	for {
		var size [4]byte
		if _, err := io.ReadFull(f.s.br, size[:]); err != nil {
			if err == io.EOF {
				return nil
			}
			return f.cut(err)
		}
		n := binary.BigEndian.Uint32(size[:])
		if err := f.record(nil, uint64(n)); err != nil {
			return f.cut(err)
		}
		f.read += 4 + int64(n)
	}
}

// cut reports a file that ends within a record.
func (f *protoFramer) cut(err error) error {
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	f.reject(0, fmt.Errorf("otlp: the file ends in the middle of the message after %d bytes; what precedes it is used", f.read))
	return nil
}

// record reads a message of some size. The size is not trusted: memory grows with what is there.
func (f *protoFramer) record(head []byte, size uint64) error {
	if size > uint64(f.s.limit) {
		if size > 1<<62 {
			return io.ErrUnexpectedEOF
		}
		f.reject(0, errTooLong)
		_, err := io.CopyN(io.Discard, f.s.br, int64(size))
		return err
	}
	const step = 1 << 20
	buf, err := f.out.roomFor(len(head) + int(size))
	if err != nil {
		return err
	}
	buf = append(buf, head...)
	for left := int(size); left > 0; {
		n := min(left, step)
		at := len(buf)
		buf = slices.Grow(buf, n)[:at+n]
		if _, err := io.ReadFull(f.s.br, buf[at:]); err != nil {
			return err
		}
		left -= n
	}
	return f.out.add(buf, otlpProto, 0)
}

// protoShape tells whether content starts like a TracesData message, or like one preceded by its length.
func protoShape(head []byte) (message, delimited bool) {
	if startsMessage(head) {
		return true, false
	}
	return false, len(head) > 4 && binary.BigEndian.Uint32(head) > 0 && startsMessage(head[4:])
}

// startsMessage checks for a ResourceSpans of which the first field is one that it has: resource, scope_spans, schema_url.
func startsMessage(b []byte) bool {
	if len(b) < 2 || b[0] != tagResourceSpans {
		return false
	}
	size, n := binary.Uvarint(b[1:])
	if n <= 0 {
		return false
	}
	inner := b[1+n:]
	return size == 0 || len(inner) > 0 && (inner[0] == 1<<3|2 || inner[0] == 2<<3|2 || inner[0] == 3<<3|2)
}
