package otlp

import (
	"errors"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// DecodeProto reads one message: TracesData, or what is the same on the wire, ExportTraceServiceRequest. It takes ownership of the bytes, which must not
// change any more: the strings of the spans are pieces of them. See [Decoder.DecodeParts] for what spans share besides.
func (d *Decoder) DecodeProto(record []byte) (partial.Record, error) {
	parts, err := d.Split(record)
	if err != nil {
		return partial.Record{}, err
	}
	var out partial.Record
	parts = d.group(parts)
	defer clear(parts) // which else would keep the record alive
	spans := d.DecodeParts(parts, func(_ int, reason error) {
		if errors.As(reason, new(malformedError)) {
			err = reason
		}
		out.Reject(reason)
	})
	if err != nil {
		return partial.Record{}, err
	}
	out.Traces = d.tracesOf(parts, spans)
	return out, nil
}

// group orders parts by trace, the traces as they first appear. It counts them and puts each in its place; sorting would take as long as decoding.
func (d *Decoder) group(parts []Part) []Part {
	d.reset()
	d.places, d.counts = d.places[:0], d.counts[:0]
	for i := range parts {
		at, ok := d.byTrace[parts[i].TraceID]
		if !ok {
			at = len(d.counts)
			d.byTrace[parts[i].TraceID] = at
			d.counts = append(d.counts, 0)
		}
		d.counts[at]++
		d.places = append(d.places, at)
	}
	next := 0
	for at, n := range d.counts {
		d.counts[at] = next
		next += n
	}
	d.grouped = slices.Grow(d.grouped[:0], len(parts))[:len(parts)]
	for i, at := range d.places {
		d.grouped[d.counts[at]] = parts[i]
		d.counts[at]++
	}
	return d.grouped
}

// tracesOf cuts the spans of parts into those of the traces.
func (d *Decoder) tracesOf(parts []Part, spans []pythia.Span) []partial.Trace {
	if len(spans) == 0 {
		return nil
	}
	out := make([]partial.Trace, 0, len(d.byTrace))
	for len(parts) > 0 {
		id, n := parts[0].TraceID, 0
		for len(parts) > 0 && parts[0].TraceID == id {
			n += parts[0].Count
			parts = parts[1:]
		}
		if n > 0 {
			out = append(out, partial.Trace{ID: d.ids.trace(id), Spans: spans[:n:n]})
		}
		spans = spans[n:]
	}
	return out
}
