package otlp

import (
	"slices"

	"github.com/VictoriaMetrics/easyproto"

	"github.com/pythia-trace/pythia"
)

// maxKept bounds the bytes that the decoder may keep alive until it has decoded more: the rest of a chunk refers to what fills the chunk.
const maxKept = 1 << 20

// DecodeParts decodes the spans of parts in their order, and sets each part's Count to how many came of it. Spans that are of no use are left out, and
// events are; reject is told why, with the index of the part.
//
// The bytes of the parts must not change any more: all strings of the spans are pieces of them, their attributes are cut from slices for many spans, and
// so on. This takes few allocations, but whoever keeps one of the strings keeps them all; [strings.Clone] what is to outlast the trace. Trace points,
// scopes and processes are shared from one call to the next instead, and can be kept.
func (d *Decoder) DecodeParts(parts []Part, reject func(part int, reason error)) []pythia.Span {
	bytes, count := 0, 0
	for i := range parts {
		bytes += len(parts[i].Spans)
		count += parts[i].Count
	}
	spans := d.room(count)
	at := 0
	rejectHere := func(reason error) { reject(at, reason) }
	for i := range parts {
		at = i
		before := len(spans)
		spans = d.partOf(spans, &parts[i], rejectHere)
		parts[i].Count = len(spans) - before
	}
	if bytes > maxKept {
		d.slabs = slabs{} // which would keep the bytes until they are full
	}
	return spans
}

// maxReused bounds the spans whose memory is kept for others.
const maxReused = 1 << 16

// Reuse has the memory of the spans that [Decoder.DecodeParts] returned last, and of all that they hold, serve for the next. Nobody may use them any
// more, nor any that came before them.
func (d *Decoder) Reuse(spans []pythia.Span) {
	d.slabs.reuse()
	if cap(spans) <= maxReused {
		clear(spans)
		d.spans = spans[:0]
	}
}

// room returns an empty slice for so many spans, which are zero.
func (d *Decoder) room(count int) []pythia.Span {
	spans := d.spans
	d.spans = nil
	if cap(spans) < count {
		return make([]pythia.Span, 0, count)
	}
	return spans
}

// partOf adds the spans of a part.
func (d *Decoder) partOf(spans []pythia.Span, p *Part, reject func(error)) []pythia.Span {
	var fc easyproto.FieldContext
	for message := p.Spans; len(message) > 0; {
		body, rest := spanField(message)
		if rest == nil {
			var err error
			if rest, err = fc.NextField(message); err != nil {
				reject(notProto(err))
				return spans
			}
			var ok bool
			if body, ok = fc.MessageData(); !ok || fc.FieldNum != 2 {
				message = rest
				continue
			}
		}
		message = rest
		if len(spans) == cap(spans) { // more than were counted
			spans = slices.Grow(spans, 1)
		}
		spans = spans[:len(spans)+1] // the zero value, as made
		if err := d.span(&spans[len(spans)-1], body, p, reject); err != nil {
			spans = spans[:len(spans)-1]
			d.slabs.drop()
			reject(err)
		}
	}
	return spans
}
