package otlp

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"github.com/VictoriaMetrics/easyproto"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/pythia-trace/pythia"
)

// maxNesting bounds how many messages may lie in one another; attribute values can without end, and are read by recursion, which a message of
// a few megabytes could drive until the program dies of stack exhaustion. encoding/json has a bound of its own.
const maxNesting = 1000

var errTooDeep = fmt.Errorf("attribute values nest deeper than %d messages", maxNesting)

// How many messages the values of attributes lie in, themselves included: TracesData, ResourceSpans, Resource, KeyValue, AnyValue.
const (
	resourceValues = 5
	spanValues     = 6 // and those of scopes
	eventValues    = 7 // and those of links
)

// The tags of a KeyValue's fields.
const (
	tagKey   = 1<<3 | 2
	tagValue = 2<<3 | 2
)

// attr adds the attribute that a KeyValue message holds; one without a value is left out. Strings are pieces of the message.
func (d *Decoder) attr(attrs *slab[pythia.Attr], message []byte, depth int) error {
	a := attrs.next()
	if plain(a, message) {
		return nil
	}
	key, value, err := keyValue(message, depth)
	if err != nil || value == nil {
		attrs.undo()
		return err
	}
	v := pcommon.NewValueEmpty()
	if err := v.FromRaw(value); err != nil {
		return err
	}
	*a = pythia.Attr{Key: key, Value: d.value(v)}
	return nil
}

// plain reads an attribute as exporters write nearly all: a key and a value, which the Collector writes before the key, that is a string, a number or a
// boolean. It is a good deal faster than reading field by field; what is different in any way, wrong or not, is left to [keyValue].
func plain(a *pythia.Attr, message []byte) bool {
	if len(message) == 0 {
		return false
	}
	tag := message[0]
	first, message := block(message)
	if len(message) == 0 || tag^message[0] != tagKey^tagValue {
		return false
	}
	second, message := block(message)
	if message == nil || len(message) > 0 {
		return false
	}
	switch tag {
	case tagKey:
		a.Key = piece(first)
		return plainValue(&a.Value, second)
	case tagValue:
		a.Key = piece(second)
		return plainValue(&a.Value, first)
	}
	return false
}

// plainValue reads an AnyValue message that is a single string, number or boolean.
func plainValue(v *pythia.Value, message []byte) bool {
	if len(message) < 2 {
		return false
	}
	switch message[0] {
	case 1<<3 | 2:
		text, rest := block(message)
		*v = pythia.StringValue(piece(text))
		return rest != nil && len(rest) == 0
	case 2 << 3:
		*v = pythia.BoolValue(message[1] != 0)
		return len(message) == 2 && message[1] < 0x80
	case 3 << 3:
		n, size := binary.Uvarint(message[1:])
		*v = pythia.NumberValue(float64(int64(n)))
		return size == len(message)-1
	case 4<<3 | 1:
		if len(message) == 9 {
			f := math.Float64frombits(binary.LittleEndian.Uint64(message[1:]))
			*v = pythia.NumberValue(f)
			return !math.IsNaN(f) && !math.IsInf(f, 0)
		}
	}
	return false
}

// block takes a length-delimited field with a tag of one byte and a length of one or two off a message. The rest is nil if there is none such.
func block(message []byte) (body, rest []byte) {
	if len(message) < 2 {
		return nil, nil
	}
	n, at := int(message[1]), 2
	if n >= 0x80 {
		if len(message) < 3 || message[2] >= 0x80 {
			return nil, nil
		}
		n, at = n&0x7f|int(message[2])<<7, 3
	}
	if n > len(message)-at {
		return nil, nil
	}
	return message[at : at+n], message[at+n:]
}

// piece returns bytes as a string without copying them. They are a piece of a copy of the message that nobody changes; what is kept for longer than
// the spans is cloned.
func piece(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// keyValue reads any KeyValue message; the value is one of those that [pcommon.Value.FromRaw] takes.
func keyValue(message []byte, depth int) (key string, value any, err error) {
	if depth > maxNesting+1 {
		return "", nil, errTooDeep
	}
	err = eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		ok = true
		switch fc.FieldNum {
		case 1:
			key, ok = fc.String()
		case 2:
			var body []byte
			if body, ok = fc.MessageData(); ok {
				value, err = anyValue(body, depth, value)
			}
		case 3:
			_, ok = fc.Uint64()
		}
		return ok, err
	})
	return key, value, err
}

// anyValue reads an AnyValue message. Of several values the last counts; where there is none it is the one before.
func anyValue(message []byte, depth int, value any) (any, error) {
	if depth > maxNesting {
		return nil, errTooDeep
	}
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		body, length := fc.MessageData()
		number, varint := fc.Uint64()
		ok = length
		switch fc.FieldNum {
		case 1:
			value = piece(body)
		case 2:
			value, ok = number != 0, varint
		case 3:
			value, ok = int64(number), varint
		case 4:
			value, ok = fc.Double()
		case 5:
			value, err = arrayValue(body, depth+1)
		case 6:
			value, err = kvlistValue(body, depth+1)
		case 7:
			value = body
		case 8: // a reference into the table of a profile, which spans do not have
			value, ok = nil, varint
		default:
			ok = true
		}
		return ok, err
	})
	return value, err
}

// arrayValue reads an ArrayValue message.
func arrayValue(message []byte, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errTooDeep
	}
	values := []any{}
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		if fc.FieldNum != 1 {
			return true, nil
		}
		body, ok := fc.MessageData()
		value, err := anyValue(body, depth+1, nil)
		values = append(values, value)
		return ok, err
	})
	return values, err
}

// kvlistValue reads a KeyValueList message. Of several values of a key the last counts.
func kvlistValue(message []byte, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errTooDeep
	}
	values := map[string]any{}
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		if fc.FieldNum != 1 {
			return true, nil
		}
		body, ok := fc.MessageData()
		key, value, err := keyValue(body, depth+2)
		values[key] = value
		return ok, err
	})
	return values, err
}
