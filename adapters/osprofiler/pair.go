package osprofiler

import (
	"fmt"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// pair is the start and the stop of a span; a stop may be read before its start.
type pair struct{ start, stop *notification }

// pairing finds the two by their trace_id, in the order in which spans are first named.
type pairing struct {
	index map[string]int
	list  []pair
}

func (ps *pairing) reset() {
	if ps.index == nil || len(ps.index) > maxReused {
		ps.index = make(map[string]int)
	}
	clear(ps.index)
	clear(ps.list)
	ps.list = ps.list[:0]
}

// add puts a notification to its pair. A second start makes a pair of its own: a duplicate, for [pythia.NewTrace] to count.
func (ps *pairing) add(p *notification) error {
	stop := strings.HasSuffix(p.Name, "-stop")
	if !stop && !strings.HasSuffix(p.Name, "-start") {
		return fmt.Errorf("osprofiler: notification %q of span %s ends neither in -start nor in -stop", p.Name, p.TraceID)
	}
	at, ok := ps.index[p.TraceID]
	if !ok || !stop && ps.list[at].start != nil {
		if !ok {
			ps.index[p.TraceID] = len(ps.list)
		}
		at = len(ps.list)
		ps.list = append(ps.list, pair{})
	}
	if !stop {
		ps.list[at].start = p
		return nil
	}
	if ps.list[at].stop != nil {
		return fmt.Errorf("osprofiler: span %s was stopped twice; the first stop counts", p.TraceID)
	}
	ps.list[at].stop = p
	return nil
}

// spans pairs a trace's notifications and makes spans of the pairs.
func (d *Decoder) spans(out *partial.Record, base string, points []*notification) []pythia.Span {
	d.pairs.reset()
	for _, p := range points {
		if err := d.pairs.add(p); err != nil {
			out.Reject(err)
		}
	}
	spans := make([]pythia.Span, 0, len(d.pairs.list))
	for _, pr := range d.pairs.list {
		if pr.start == nil {
			out.Reject(fmt.Errorf("osprofiler: span %s (%q) was stopped and never started; its start is unknown", pr.stop.TraceID, pr.stop.Name))
			continue
		}
		spans = append(spans, d.span(base, pr))
	}
	return spans
}
