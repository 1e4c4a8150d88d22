package tracefile

import (
	"cmp"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otlp"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// fragment is what one record told of a trace: spans, or, of a message in protobuf, the bytes that they can be decoded from.
type fragment struct {
	seq int
	at  origin
	partial.Trace
	raw  otlp.Part
	from *place // of what is raw
	// weight is how many spans it counts for.
	weight int
}

// weightOf is how many spans something counts for that holds some spans in some bytes: more than there are if they are large.
func weightOf(spans, bytes int) int { return max(spans, bytes/spanBytes) }

// origin is where a record begins.
type origin struct {
	file int
	name string
	line int
}

// openTrace is a trace of which more spans may come. Spans of OTLP protobuf stay undecoded until it is closed: bytes take a third of the memory of spans,
// and the garbage collector need not look into them again and again.
type openTrace struct {
	key       traceKey
	fragments []fragment // decoded ones
	raw       text       // the bytes of those that are not decoded, one after the other
	parts     []rawPart
	weight    int
	split     bool  // spans of it have been handed over before
	queued    int64 // when it was queued last; see queue
}

// rawPart is a part of a trace of which the bytes lie elsewhere.
type rawPart struct {
	from        *place
	start, size int
	count       int
}

// place is where parts of traces come from: a source in a record.
type place struct {
	seq    int
	at     origin
	source *otlp.Source
}

func (o *openTrace) add(f *fragment, memory *blocks) {
	o.weight += f.weight
	if f.from == nil {
		o.fragments = append(o.fragments, *f)
		return
	}
	o.parts = append(o.parts, rawPart{f.from, o.raw.size, len(f.raw.Spans), f.raw.Count})
	o.raw.append(f.raw.Spans, memory)
}

// reset makes a closed trace ready to be another one.
func (o *openTrace) reset() {
	clear(o.fragments)
	clear(o.parts)
	*o = openTrace{fragments: o.fragments[:0], raw: o.raw, parts: o.parts[:0]}
}

// close puts the trace together in the order in which it was read, whatever the order in which workers came to it, and says where it began. Spans that are
// not decoded yet come first.
func (o *openTrace) close(decode func(*openTrace) []pythia.Span) (partial.Trace, origin) {
	slices.SortStableFunc(o.parts, func(a, b rawPart) int { return cmp.Compare(a.from.seq, b.from.seq) })
	slices.SortStableFunc(o.fragments, func(a, b fragment) int { return cmp.Compare(a.seq, b.seq) })
	t := partial.Trace{ID: o.key.String()}
	if len(o.parts) > 0 {
		t.Spans = decode(o)
	}
	if len(o.fragments) > 0 {
		o.addDecoded(&t)
	}
	return t, o.began()
}

// addDecoded adds what was decoded when it was read.
func (o *openTrace) addDecoded(t *partial.Trace) {
	t.RequestType = o.fragments[0].RequestType
	if len(o.fragments) == 1 && len(o.parts) == 0 {
		t.Spans, t.Join = o.fragments[0].Spans, o.fragments[0].Join
		return
	}
	more := 0
	for _, f := range o.fragments {
		more += len(f.Spans)
	}
	t.Spans = slices.Grow(t.Spans, more)
	for _, f := range o.fragments {
		t.Spans = append(t.Spans, f.Spans...)
		if t.Join == nil {
			t.Join = f.Join
		}
	}
}

// began is where the first record with spans of the trace began.
func (o *openTrace) began() origin {
	if len(o.parts) == 0 || len(o.fragments) > 0 && o.fragments[0].seq < o.parts[0].from.seq {
		return o.fragments[0].at
	}
	return o.parts[0].from.at
}
