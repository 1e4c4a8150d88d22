package tracefile

import "github.com/pythia-trace/pythia/adapters/otlp"

// told is what a batch told of traces.
type told struct {
	decoded []fragment
	raw     []rawFragment
	places  []place // of what is raw
}

// add adds a part that begins somewhere in the batch's bytes, in the place added last.
func (t *told) add(p *otlp.Part, start int) {
	from := piece{place: uint32(len(t.places) - 1), start: uint32(start), size: uint32(len(p.Spans)), count: uint32(p.Count)}
	t.raw = append(t.raw, rawFragment{p.TraceID, from, weightOf(p.Count, len(p.Spans))})
}

// weight is how many spans what is raw counts for.
func (t *told) weight() int {
	n := 0
	for i := range t.raw {
		n += t.raw[i].weight
	}
	return n
}

func (t *told) reset() {
	clear(t.decoded)
	clear(t.places)
	t.decoded, t.raw, t.places = t.decoded[:0], t.raw[:0], t.places[:0]
}
