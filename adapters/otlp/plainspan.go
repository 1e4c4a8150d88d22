package otlp

import "encoding/binary"

// The tags of a Span's fields that nearly all spans consist of.
const (
	tagTrace      = 1<<3 | 2
	tagID         = 2<<3 | 2
	tagParent     = 4<<3 | 2
	tagName       = 5<<3 | 2
	tagKind       = 6 << 3
	tagStart      = 7<<3 | 1
	tagEnd        = 8<<3 | 1
	tagAttr       = 9<<3 | 2
	tagStatus     = 15<<3 | 2
	tagFlags      = 16<<3 | 5 // takes two bytes
	tagFlagsFirst = tagFlags&0x7f | 0x80
)

// readPlain reads a span as exporters write nearly all, without events, links or anything unusual: half of what reading takes is to be ready for all that a
// field could be. It returns false for what is different in any way, wrong or not, which is left to [Decoder.read].
func (d *Decoder) readPlain(s *rawSpan, message []byte) bool {
	for len(message) > 0 {
		var ok bool
		switch message[0] {
		case tagTrace, tagID, tagParent, tagName, tagAttr, tagStatus:
			var body []byte
			tag := message[0]
			if body, message = block(message); message == nil {
				return false
			}
			ok = d.plainBody(s, tag, body)
		case tagKind:
			if ok = len(message) > 1 && message[1] < 0x80; ok {
				s.kind, message = int32(message[1]), message[2:]
			}
		case tagStart:
			s.start, message, ok = fixed64(message)
		case tagEnd:
			s.end, message, ok = fixed64(message)
		case tagFlagsFirst:
			if ok = len(message) >= 6 && message[1] == tagFlags>>7; ok {
				message = message[6:]
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// plainBody reads a length-delimited field.
func (d *Decoder) plainBody(s *rawSpan, tag byte, body []byte) bool {
	switch tag {
	case tagTrace:
		return copy(s.trace[:], body) == len(body) && len(body) == len(s.trace)
	case tagID:
		return copy(s.id[:], body) == len(body) && len(body) == len(s.id)
	case tagParent:
		if len(body) == 0 { // a root, of which some say so
			s.parent = [8]byte{}
			return true
		}
		return copy(s.parent[:], body) == len(body) && len(body) == len(s.parent)
	case tagName:
		s.name = body
		return true
	case tagAttr:
		return plain(d.attrs.next(), body)
	}
	return len(body) == 0 // a status that says nothing
}

// fixed64 reads a field of 8 bytes with a tag of one.
func fixed64(message []byte) (value uint64, rest []byte, ok bool) {
	if len(message) < 9 {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint64(message[1:]), message[9:], true
}
