package strategytest

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/pythia-trace/pythia"
)

// recorder turns requests into traces of the spans that were recorded. Its buffers are used again.
type recorder struct {
	// nearest is, by visit, the span that its children's spans hang below: its own or one above.
	nearest []int32
	// attributes are those switched on, of recorded visits in order.
	attributes []uint64
}

// recorded says whether a span is recorded, and with which switchable attributes.
type recorded func(o *operation, start int64, t *tracing) (attributes uint64, on bool)

// record makes the trace of a request.
func (c *recorder) record(app *application, r *request, recorded recorded) *pythia.Trace {
	high, low := mix(r.key+1), mix(r.key+2)
	t := tracing{app.types[r.requestType], mix(low)}
	c.nearest, c.attributes = c.nearest[:0], c.attributes[:0]
	for i := range r.visits {
		v := &r.visits[i]
		if attributes, on := recorded(v.op, v.start, &t); on {
			c.nearest, c.attributes = append(c.nearest, int32(len(c.attributes))), append(c.attributes, attributes)
		} else {
			c.nearest = append(c.nearest, c.nearest[v.parent])
		}
	}
	trace, err := pythia.NewTrace(hexadecimal(high)+hexadecimal(low), c.spans(r))
	if err != nil {
		panic(err) // the root is always on
	}
	return trace
}

func (c *recorder) spans(r *request) []pythia.Span {
	spans := make([]pythia.Span, 0, len(c.attributes))
	attrs := make([]pythia.Attr, 0, 3*len(c.attributes))
	for i := range r.visits {
		if int(c.nearest[i]) < len(spans) {
			continue // it has no span of its own, which would be the next
		}
		v := &r.visits[i]
		s := pythia.Span{
			ID: hexadecimal(v.key), Point: v.op.id, Kind: v.op.kind, StartNanos: v.start, EndNanos: v.end,
			Process: v.op.replicas[v.replica], Failed: v.failed,
		}
		if v.parent >= 0 {
			s.ParentID = spans[c.nearest[v.parent]].ID
		}
		from := len(attrs)
		attrs = v.attributes(attrs, r.key, c.attributes[len(spans)])
		if to := len(attrs); to > from {
			s.Attrs = pythia.AttrsOf(attrs[from:to:to]...)
		}
		spans = append(spans, s)
	}
	return spans
}

// attributes appends what the visit's span records.
func (v *visit) attributes(attrs []pythia.Attr, request, switched uint64) []pythia.Attr {
	for i := range v.op.always {
		attrs = append(attrs, v.attribute(&v.op.always[i], request))
	}
	if v.op.thirdParty != "" {
		attrs = append(attrs, pythia.String("peer.service", v.op.thirdParty))
	}
	for i := range v.op.switchable {
		if switched>>i&1 == 1 {
			attrs = append(attrs, v.attribute(&v.op.switchable[i], request))
		}
	}
	return attrs
}

// attribute returns its value at a visit: what a queue's length was if there is one, else what is drawn.
func (v *visit) attribute(a *attribute, request uint64) pythia.Attr {
	key := v.key
	switch {
	case v.queued == served && v.effect.key == a.key:
		return pythia.Number(a.key, float64(v.waiting))
	case a.same:
		key = request
	}
	return pythia.Attr{Key: a.key, Value: a.value(combine(key, a.salt))}
}

func hexadecimal(n uint64) string {
	var raw [8]byte
	var text [16]byte
	binary.BigEndian.PutUint64(raw[:], n)
	hex.Encode(text[:], raw[:])
	return string(text[:])
}
