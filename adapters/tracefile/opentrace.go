package tracefile

import (
	"cmp"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// fragment is what one record told of a trace, decoded.
type fragment struct {
	seq int
	at  origin
	partial.Trace
	weight int // how many spans it counts for
}

// rawFragment is the same of a message in protobuf, in bytes that it can be decoded from.
type rawFragment struct {
	id [16]byte
	piece
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
	pieces    []piece // of spans that are not decoded
	queued    int64   // when it was queued last; see queue. What comes before the fragments lies in one line of the cache.
	weight    int
	fragments []fragment // of those that are
	found     []foundPiece
	key       traceKey
	split     bool // spans of it have been handed over before
}

// foundPiece is a piece that can be read while segments come and go.
type foundPiece struct {
	segment *segment
	piece
}

func (f *foundPiece) from() *place  { return &f.segment.places[f.place] }
func (f *foundPiece) bytes() []byte { return f.segment.bytes[f.start : f.start+f.size] }

// find looks up where the pieces are.
func (o *openTrace) find(memory *segments) {
	o.found = slices.Grow(o.found, len(o.pieces))
	for _, p := range o.pieces {
		o.found = append(o.found, foundPiece{memory.all[p.segment], p})
	}
}

// reset makes a closed trace ready to be another one.
func (o *openTrace) reset() {
	clear(o.fragments)
	clear(o.found)
	*o = openTrace{fragments: o.fragments[:0], pieces: o.pieces[:0], found: o.found[:0]}
}

// close puts the trace together in the order in which it was read, whatever the order in which workers came to it, and says where it began. Spans that are
// not decoded yet come first.
func (o *openTrace) close(decode func(*openTrace) []pythia.Span) (partial.Trace, origin) {
	slices.SortStableFunc(o.found, func(a, b foundPiece) int { return cmp.Compare(a.from().seq, b.from().seq) })
	slices.SortStableFunc(o.fragments, func(a, b fragment) int { return cmp.Compare(a.seq, b.seq) })
	t := partial.Trace{ID: o.key.String()}
	if len(o.found) > 0 {
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
	if len(o.fragments) == 1 && len(o.found) == 0 {
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
	if len(o.found) == 0 || len(o.fragments) > 0 && o.fragments[0].seq < o.found[0].from().seq {
		return o.fragments[0].at
	}
	return o.found[0].from().at
}
