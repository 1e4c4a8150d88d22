package jaeger

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/intern"
	"github.com/pythia-trace/pythia/adapters/partial"
	processes "github.com/pythia-trace/pythia/internal/process"
)

// Decoder reads records. The zero value is ready to use; it remembers strings and processes from one record to the next and serves
// one goroutine.
type Decoder struct {
	strings intern.Table
}

// Decode reads one record: the API's answer, or a trace on its own.
func (d *Decoder) Decode(record []byte) (partial.Record, error) {
	var out partial.Record
	var doc document
	var wrongType *json.UnmarshalTypeError
	switch err := json.Unmarshal(record, &doc); {
	case errors.As(err, &wrongType):
		out.Reject(fmt.Errorf("jaeger: %w; the field is left out", err))
	case err != nil:
		return out, fmt.Errorf("jaeger: not valid JSON: %w", err)
	}
	if doc.Data == nil && doc.Spans == nil && wrongType == nil {
		return out, errors.New(`jaeger: neither "data" nor "spans" found; give the answer of the API's /api/traces`)
	}
	if doc.Spans != nil {
		doc.Data = append(doc.Data, doc.trace)
	}
	for i := range doc.Data {
		d.trace(&out, &doc.Data[i])
	}
	return out, nil
}

func (d *Decoder) trace(out *partial.Record, t *trace) {
	for i := range t.Spans {
		if t.TraceID == "" {
			t.TraceID = t.Spans[i].TraceID
		}
	}
	if t.TraceID == "" && len(t.Spans) > 0 {
		out.Reject(fmt.Errorf("jaeger: a trace of %d spans has no traceID", len(t.Spans)))
		return
	}
	shared := make(map[string]*pythia.Process, len(t.Processes))
	for id, p := range t.Processes {
		shared[id] = d.process(p)
	}
	spans := make([]pythia.Span, 0, len(t.Spans))
	for i := range t.Spans {
		s := &t.Spans[i]
		if err := s.check(t.TraceID); err != nil {
			out.Reject(err)
			continue
		}
		p := shared[s.ProcessID]
		if s.Process != nil {
			p = d.process(*s.Process)
		}
		spans = append(spans, d.span(t.TraceID, p, s))
	}
	if len(spans) > 0 {
		out.Traces = append(out.Traces, partial.Trace{ID: t.TraceID, Spans: spans})
	}
}

func (d *Decoder) process(p process) *pythia.Process {
	described := processes.From(d.attrs(p.Tags))
	if p.ServiceName != "" {
		described.Service = d.strings.String(p.ServiceName)
	}
	return d.strings.Process(described)
}
