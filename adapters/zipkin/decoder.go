package zipkin

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/openzipkin/zipkin-go/model"

	"github.com/pythia-trace/pythia/adapters/internal/intern"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// maxLists is how deep lists of spans nest: spans in traces.
const maxLists = 2

// Decoder reads records. The zero value is ready to use; it remembers strings and processes from one record to the next and serves
// one goroutine.
type Decoder struct {
	strings intern.Table
}

// Decode reads one record: a span, a list of spans, or a list of such lists.
func (d *Decoder) Decode(record []byte) (partial.Record, error) {
	r := reading{d: d, at: map[string]int{}}
	var raw json.RawMessage
	if err := json.Unmarshal(record, &raw); err != nil {
		return r.out, fmt.Errorf("zipkin: not valid JSON: %w", err)
	}
	r.value(raw, 0)
	return r.out, nil
}

// reading is a record being read.
type reading struct {
	d   *Decoder
	at  map[string]int // traces by ID
	out partial.Record
}

func (r *reading) value(raw json.RawMessage, lists int) {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if raw[0] != '[' || lists == maxLists {
		r.span(raw)
		return
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		r.out.Reject(fmt.Errorf("zipkin: %w", err))
		return
	}
	for _, e := range elements {
		r.value(e, lists+1)
	}
}

// span decodes one span; whatever is wrong with it leaves the others alone.
func (r *reading) span(raw json.RawMessage) {
	var m model.SpanModel
	if err := json.Unmarshal(raw, &m); err != nil {
		r.out.Reject(fmt.Errorf("zipkin: a span cannot be read: %w", err))
		return
	}
	if err := check(&m); err != nil {
		r.out.Reject(err)
		return
	}
	id := m.TraceID.String()
	at, ok := r.at[id]
	if !ok {
		at = len(r.out.Traces)
		r.at[id] = at
		r.out.Traces = append(r.out.Traces, partial.Trace{ID: id, Join: Join})
	}
	r.out.Traces[at].Spans = append(r.out.Traces[at].Spans, r.d.span(&m))
}
