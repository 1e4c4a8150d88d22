package pythia

import "strconv"

// Value is an attribute's value: a number, a string or a boolean. The zero Value is the empty string.
//
// Integers become float64, exact up to 2⁵³. Readers render lists and maps as JSON strings.
type Value struct {
	str  string
	num  float64
	kind valueKind
}

type valueKind uint8

const (
	kindString valueKind = iota
	kindNumber
	kindBool
)

// StringValue makes a string value.
func StringValue(s string) Value { return Value{str: s} }

// NumberValue makes a numeric value.
func NumberValue(f float64) Value { return Value{num: f, kind: kindNumber} }

// BoolValue makes a boolean value.
func BoolValue(b bool) Value {
	v := Value{kind: kindBool}
	if b {
		v.num = 1
	}
	return v
}

// Number returns the value as a number, and whether it is one. Booleans and numeric-looking strings are not numbers.
func (v Value) Number() (float64, bool) { return v.num, v.kind == kindNumber }

// String returns the value as text.
func (v Value) String() string {
	switch v.kind {
	case kindNumber:
		return strconv.FormatFloat(v.num, 'g', -1, 64)
	case kindBool:
		return strconv.FormatBool(v.num != 0)
	}
	return v.str
}

// Attr is one key-value of a span, an event or a process.
type Attr struct {
	Key   string
	Value Value
}

// String makes a string attribute.
func String(key, value string) Attr { return Attr{key, StringValue(value)} }

// Number makes a numeric attribute.
func Number(key string, value float64) Attr { return Attr{key, NumberValue(value)} }

// Bool makes a boolean attribute.
func Bool(key string, value bool) Attr { return Attr{key, BoolValue(value)} }

// lookup returns the first value of a key.
func lookup(attrs []Attr, key string) (Value, bool) {
	for i := range attrs {
		if attrs[i].Key == key {
			return attrs[i].Value, true
		}
	}
	return Value{}, false
}
