package localize

import "github.com/pythia-trace/pythia"

// vocabulary is words, and what they are made of. A word takes eight bytes where its text would take fifty: a service has very many, and points and keys are
// there anyway.
type vocabulary struct {
	words  []word // the first is empty
	points []pythia.TracePointID
	keys   []string // the first is empty
}

// word is the name of a point or of a variable. Different ones have different texts.
type word struct {
	point int32 // its number, or noPoint
	key   int32 // of a point's attribute: its number; ofPoint for the name of the point itself
}

const (
	noPoint = -1 // the point of a word of which only the text is known, as of what was restored: it is the key
	ofPoint = 0
)

// text returns the word of a number.
func (v *vocabulary) text(n int32) string {
	w := v.words[n]
	switch {
	case w.point == noPoint:
		return v.keys[w.key]
	case w.key == ofPoint:
		return v.points[w.point].String()
	default:
		return string(v.appendText(nil, w))
	}
}

// appendText writes a word. A variable is named after the point whose spans have the attribute, or after the service if it is one of a process, which is
// a point without a name.
func (v *vocabulary) appendText(b []byte, w word) []byte {
	if w.point == noPoint {
		return append(b, v.keys[w.key]...)
	}
	p := &v.points[w.point]
	if w.key == ofPoint {
		return append(b, p.String()...)
	}
	b = append(b, p.Scope...)
	if p.Name != "" {
		b = append(append(b, ' '), p.Name...)
	}
	return append(append(b, ": "...), v.keys[w.key]...)
}
