package otlp

import (
	"encoding/binary"
	"fmt"
)

// maxNesting bounds how deep messages may nest; attribute values can without end. pdata follows them by recursion, which a message of
// a few megabytes can drive until the program dies of stack exhaustion, so the depth is checked before. encoding/json has a bound of its own.
const maxNesting = 1000

// message is a kind of protobuf message of which attribute values may be part.
type message uint8

const (
	leaf message = iota
	tracesData
	resourceSpans
	scopeSpans
	span
	attributesIn1 // Resource, KeyValueList
	attributesIn3 // InstrumentationScope, Event
	attributesIn4 // Link
	keyValue
	anyValue
	array
)

// inside returns what a length-delimited field holds.
func (m message) inside(field uint64) message {
	switch [2]uint64{uint64(m), field} {
	case [2]uint64{uint64(tracesData), 1}:
		return resourceSpans
	case [2]uint64{uint64(resourceSpans), 1}:
		return attributesIn1
	case [2]uint64{uint64(resourceSpans), 2}:
		return scopeSpans
	case [2]uint64{uint64(scopeSpans), 1}, [2]uint64{uint64(span), 11}:
		return attributesIn3
	case [2]uint64{uint64(scopeSpans), 2}:
		return span
	case [2]uint64{uint64(span), 13}:
		return attributesIn4
	case [2]uint64{uint64(span), 9}, [2]uint64{uint64(attributesIn1), 1}, [2]uint64{uint64(attributesIn3), 3}, [2]uint64{uint64(attributesIn4), 4}:
		return keyValue
	case [2]uint64{uint64(keyValue), 2}, [2]uint64{uint64(array), 1}:
		return anyValue
	case [2]uint64{uint64(anyValue), 5}:
		return array
	case [2]uint64{uint64(anyValue), 6}:
		return attributesIn1
	}
	return leaf
}

// checkNesting follows the messages that attribute values are in. What is not protobuf is left for pdata to find.
func checkNesting(record []byte) error {
	type frame struct {
		kind message
		end  int
	}
	stack := []frame{{tracesData, len(record)}}
	for at := 0; len(stack) > 0; {
		top := stack[len(stack)-1]
		if at >= top.end {
			stack = stack[:len(stack)-1]
			continue
		}
		tag, size, body, ok := field(record[:top.end], at)
		if !ok {
			return nil
		}
		at = body + size
		if kind := top.kind.inside(tag >> 3); tag&7 == 2 && kind != leaf {
			if len(stack) >= maxNesting {
				return fmt.Errorf("otlp: attribute values nest deeper than %d messages; the record is not read", maxNesting)
			}
			stack = append(stack, frame{kind, at})
			at = body
		}
	}
	return nil
}

// field reads a field's tag and finds its content.
func field(b []byte, at int) (tag uint64, size, body int, ok bool) {
	tag, n := binary.Uvarint(b[at:])
	if n <= 0 {
		return 0, 0, 0, false
	}
	body = at + n
	switch tag & 7 {
	case 0:
		_, size = binary.Uvarint(b[body:])
		ok = size > 0
	case 1:
		size, ok = 8, true
	case 2:
		length, n := binary.Uvarint(b[body:])
		if n <= 0 || length > uint64(len(b)) {
			return 0, 0, 0, false
		}
		body += n
		size, ok = int(length), true
	case 5:
		size, ok = 4, true
	}
	return tag, size, body, ok && size <= len(b)-body
}
