package otlp

import (
	"encoding/binary"

	"github.com/pythia-trace/pythia"
)

// The tags of a Span's fields that nearly all spans consist of.
const (
	tagSpan       = 2<<3 | 2 // in a ScopeSpans message
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
func (s *rawSpan) readPlain(message []byte) bool {
	for len(message) > 0 {
		var ok bool
		switch message[0] {
		case tagTrace, tagID, tagParent, tagName, tagStatus:
			var body []byte
			tag := message[0]
			if body, message = block(message); message == nil {
				return false
			}
			ok = s.plainBody(tag, body)
		case tagAttr:
			message, ok = s.plainAttrs(message)
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
func (s *rawSpan) plainBody(tag byte, body []byte) bool {
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
	}
	return len(body) == 0 // a status that says nothing
}

// plainAttrs reads attributes that lie together; all of a span's must.
func (s *rawSpan) plainAttrs(message []byte) (rest []byte, ok bool) {
	if s.attrs != nil {
		return nil, false
	}
	var a pythia.Attr
	for rest = message; len(rest) > 0 && rest[0] == tagAttr; {
		if n := shortAttr(rest); n > 0 {
			rest = rest[n:]
			continue
		}
		var body []byte
		if body, rest = block(rest); rest == nil || !plain(&a, body) {
			return nil, false
		}
	}
	s.attrs = message[:len(message)-len(rest)]
	return rest, true
}

// fixed64 reads a field of 8 bytes with a tag of one.
func fixed64(message []byte) (value uint64, rest []byte, ok bool) {
	if len(message) < 9 {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint64(message[1:]), message[9:], true
}
