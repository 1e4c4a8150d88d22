// Package flatjson turns a JSON object of any shape into attributes: what is nested gets dotted keys, {"a":{"b":1}} becomes a.b = 1.
// Lists stay JSON text, null is left out, and so is nothing else. Objects deeper than a path of 256 bytes stay JSON text as
// well, so that hostile nesting cannot blow up the keys.
package flatjson

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/intern"
)

const maxPath = 256

// Flattener walks objects. It serves one goroutine.
type Flattener struct {
	Strings *intern.Table
	path    []byte
	text    []byte
	at      int
	attrs   []pythia.Attr
}

// Append adds an object's members to attrs. The text must be valid JSON, as a [json.RawMessage] out of a decoder is; what is not an
// object adds nothing.
func (f *Flattener) Append(attrs []pythia.Attr, object []byte) []pythia.Attr {
	f.text, f.at, f.path, f.attrs = object, 0, f.path[:0], attrs
	if f.peek() == '{' {
		f.object()
	}
	attrs, f.attrs, f.text = f.attrs, nil, nil
	return attrs
}

// peek returns the next byte that is not white space, 0 at the end.
func (f *Flattener) peek() byte {
	for ; f.at < len(f.text); f.at++ {
		switch c := f.text[f.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (f *Flattener) object() {
	f.at++ // the brace
	for {
		switch f.peek() {
		case 0:
			return
		case '}':
			f.at++
			return
		case ',':
			f.at++
			continue
		}
		above := len(f.path)
		if above > 0 {
			f.path = append(f.path, '.')
		}
		f.path = append(f.path, f.string()...)
		if f.peek() == ':' {
			f.at++
		}
		f.value()
		f.path = f.path[:above]
	}
}

func (f *Flattener) value() {
	c := f.peek()
	if c == '{' && len(f.path) <= maxPath {
		f.object()
		return
	}
	if c == '"' {
		f.add(pythia.StringValue(f.string()))
		return
	}
	start := f.at
	f.skip()
	switch text := f.text[start:f.at]; c {
	case 'n', 0:
	case 't', 'f':
		f.add(pythia.BoolValue(c == 't'))
	case '{', '[':
		f.add(pythia.StringValue(f.Strings.Bytes(text)))
	default:
		f.add(number(text))
	}
}

func (f *Flattener) add(v pythia.Value) {
	f.attrs = append(f.attrs, pythia.Attr{Key: f.Strings.Bytes(f.path), Value: v})
}

// number keeps what no float64 can hold as text.
func number(text []byte) pythia.Value {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return pythia.StringValue(string(text))
	}
	return pythia.NumberValue(v)
}

// skip goes past a value that is not a string; a value that cannot be one costs a byte, so that the walk always ends.
func (f *Flattener) skip() {
	depth, start := 0, f.at
	for ; f.at < len(f.text); f.at++ {
		switch f.text[f.at] {
		case '"':
			f.skipString()
			f.at--
		case '{', '[':
			depth++
		case '}', ']', ',', ' ', '\t', '\r', '\n', ':':
			if c := f.text[f.at]; c == '}' || c == ']' {
				depth--
			}
			if depth > 0 {
				continue
			}
			if depth == 0 && (f.text[start] == '{' || f.text[start] == '[') {
				f.at++
			}
			if f.at == start {
				f.at++
			}
			return
		}
	}
}

// skipString goes past a string and reports whether it holds escapes.
func (f *Flattener) skipString() (escaped bool) {
	for f.at++; f.at < len(f.text); f.at++ {
		switch f.text[f.at] {
		case '\\':
			escaped = true
			f.at++
		case '"':
			f.at++
			return escaped
		}
	}
	f.at = len(f.text)
	return escaped
}

// string reads a string; anything else is skipped and counts as empty.
func (f *Flattener) string() string {
	if f.peek() != '"' {
		f.skip()
		return ""
	}
	start := f.at
	escaped := f.skipString()
	text := f.text[start:f.at]
	if len(text) < 2 {
		return ""
	}
	if !escaped && utf8.Valid(text) {
		return f.Strings.Bytes(text[1 : len(text)-1])
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return ""
	}
	return f.Strings.String(s)
}
