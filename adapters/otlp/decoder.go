package otlp

import (
	"encoding/json"
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/intern"
	"github.com/pythia-trace/pythia/adapters/partial"
	"github.com/pythia-trace/pythia/internal/process"
)

// Decoder reads records. The zero value is ready to use; it remembers strings and processes from one record to the next and serves
// one goroutine.
type Decoder struct {
	strings intern.Table
	byTrace map[pcommon.TraceID]int

	// What follows is memory for protobuf that is used again and again.
	slabs
	spans          []pythia.Span // that nobody uses any more
	parts, grouped []Part
	places, counts []int
}

// DecodeJSON reads one document, {"resourceSpans": [...]}.
func (d *Decoder) DecodeJSON(record []byte) (partial.Record, error) {
	if err := valid(record); err != nil {
		return partial.Record{}, fmt.Errorf("otlp: not valid JSON: %w", err)
	}
	var u ptrace.JSONUnmarshaler
	traces, err := u.UnmarshalTraces(record)
	if err == nil {
		return d.record(traces)
	}
	d.reset()
	out, failed := d.salvage(record)
	if failed != nil {
		return partial.Record{}, fmt.Errorf("otlp: valid JSON, but not OTLP: %w", brief(err))
	}
	return out, nil
}

// valid returns the syntax error, with its position, that pdata's reader would overlook or not place.
func valid(record []byte) error {
	if json.Valid(record) {
		return nil
	}
	var raw json.RawMessage
	return json.Unmarshal(record, &raw)
}

func (d *Decoder) record(traces ptrace.Traces) (partial.Record, error) {
	var out partial.Record
	if traces.ResourceSpans().Len() == 0 {
		return out, errNoSpans
	}
	d.reset()
	for _, rs := range traces.ResourceSpans().All() {
		p := d.strings.Process(process.From(d.fromMap(nil, rs.Resource().Attributes())))
		for _, ss := range rs.ScopeSpans().All() {
			scope := d.strings.String(ss.Scope().Name())
			for _, s := range ss.Spans().All() {
				d.add(&out, p, scope, s)
			}
		}
	}
	return out, nil
}

func (d *Decoder) reset() {
	if d.byTrace == nil {
		d.byTrace = make(map[pcommon.TraceID]int)
	}
	clear(d.byTrace)
}

// add converts a span and puts it to the others of its trace.
func (d *Decoder) add(out *partial.Record, p *pythia.Process, scope string, s ptrace.Span) {
	if err := check(s.TraceID(), s.SpanID(), s.Name(), uint64(s.StartTimestamp()), uint64(s.EndTimestamp())); err != nil {
		out.Reject(err)
		return
	}
	at, ok := d.byTrace[s.TraceID()]
	if !ok {
		at = len(out.Traces)
		d.byTrace[s.TraceID()] = at
		out.Traces = append(out.Traces, partial.Trace{ID: s.TraceID().String()})
	}
	out.Traces[at].Spans = append(out.Traces[at].Spans, d.fromPdata(out, p, scope, s))
}
