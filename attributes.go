package pythia

import (
	"iter"
	"strings"
)

// Attrs are the attributes of a span, in the order in which its tracer reported them; a key may be there several times, and then the first counts. The
// zero value has none. They do not change, and are safe for concurrent use.
//
// They may be read, each time anew, from the bytes in which they came ([AttrsFrom]): most are never asked for, and those need not be decoded.
type Attrs struct{ source AttrSource }

// AttrSource holds attributes in a form of its own. It must not change, and must be safe for concurrent use.
type AttrSource interface {
	// AttrAt returns the attribute at a place, and the place of the one after it; false after the last. The first is at 0.
	AttrAt(place int) (a Attr, next int, ok bool)
}

// AttrsOf makes attributes of a list. It takes ownership of the slice.
func AttrsOf(attrs ...Attr) Attrs {
	if len(attrs) == 0 {
		return Attrs{}
	}
	return Attrs{attrList(attrs)}
}

// AttrsFrom makes attributes that a source holds; nil has none.
func AttrsFrom(source AttrSource) Attrs { return Attrs{source} }

// attrList holds attributes as they are.
type attrList []Attr

func (l attrList) AttrAt(place int) (Attr, int, bool) {
	if place >= len(l) {
		return Attr{}, 0, false
	}
	return l[place], place + 1, true
}

// All yields the attributes in order.
func (a Attrs) All() iter.Seq[Attr] {
	return func(yield func(Attr) bool) {
		if a.source == nil {
			return
		}
		attr, next, ok := a.source.AttrAt(0)
		for ok && yield(attr) {
			attr, next, ok = a.source.AttrAt(next)
		}
	}
}

// Lookup returns the first value of a key, and whether there is one.
func (a Attrs) Lookup(key string) (Value, bool) {
	for attr := range a.All() {
		if attr.Key == key {
			return attr.Value, true
		}
	}
	return Value{}, false
}

// Len returns how many attributes there are.
func (a Attrs) Len() int {
	n := 0
	for range a.All() {
		n++
	}
	return n
}

// String returns "[key=value key=value]".
func (a Attrs) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for attr := range a.All() {
		if b.Len() > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(attr.Key + "=" + attr.Value.String())
	}
	return b.String() + "]"
}
