package otlp

import "github.com/pythia-trace/pythia"

// encodedAttrs are the attributes of a span as the message has them: fields that [plain] reads, one after the other. Most are never asked for; decoded,
// they would take up most of a span's memory.
type encodedAttrs struct {
	fields []byte
	source *Source // of which the library comes last
}

// AttrAt implements [pythia.AttrSource]. Places are those in the fields; that of the library is where they end.
func (e *encodedAttrs) AttrAt(place int) (a pythia.Attr, next int, ok bool) {
	if place < len(e.fields) {
		fields := e.fields[place:]
		if n := shortAttr(fields); n > 0 {
			key, value := cutShort(fields, n)
			a.Key = piece(key)
			plainValue(&a.Value, value)
			return a, place + n, true
		}
		body, rest := block(fields)
		plain(&a, body)
		return a, len(e.fields) - len(rest), true
	}
	if place == len(e.fields) && e.source.library != "" {
		return e.source.attr(), place + 1, true
	}
	return pythia.Attr{}, 0, false
}
