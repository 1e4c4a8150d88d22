package otlp

import (
	"fmt"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// check returns why a span is of no use.
func check(trace pcommon.TraceID, id pcommon.SpanID, name string, start, end uint64) error {
	switch {
	case trace.IsEmpty():
		return fmt.Errorf("otlp: span %q has no trace ID; the trace it belongs to is unknown", name)
	case id.IsEmpty():
		return fmt.Errorf("otlp: span %q of trace %s has no span ID", name, trace)
	case start == 0:
		return fmt.Errorf("otlp: span %s of trace %s has no start time; have the exporter set startTimeUnixNano", id, trace)
	case start > math.MaxInt64 || end > math.MaxInt64:
		return fmt.Errorf("otlp: span %s of trace %s has a time beyond the year 2262; times are nanoseconds", id, trace)
	}
	return nil
}

func wrongEvent(id pcommon.SpanID) error {
	return fmt.Errorf("otlp: an event of span %s lies beyond the year 2262 and is left out; times are nanoseconds", id)
}

// fromPdata converts a span that was in JSON. The name of its scope is shared already.
func (d *Decoder) fromPdata(rec *partial.Record, p *pythia.Process, scope string, s ptrace.Span) pythia.Span {
	out := pythia.Span{
		ID:         s.SpanID().String(),
		ParentID:   s.ParentSpanID().String(),
		Point:      pythia.SpanPoint(scope, p.Service, d.strings.String(s.Name())),
		Kind:       kind(s.Kind()),
		StartNanos: int64(s.StartTimestamp()),
		EndNanos:   int64(s.EndTimestamp()),
		Unfinished: s.EndTimestamp() == 0,
		Process:    p,
		Attrs:      pythia.AttrsOf(d.spanAttrs(libraryOf(scope), s.Attributes())...),
		Failed:     s.Status().Code() == ptrace.StatusCodeError,
	}
	for _, e := range s.Events().All() {
		if e.Timestamp() > math.MaxInt64 {
			rec.Reject(wrongEvent(s.SpanID()))
			continue
		}
		out.Events = append(out.Events, pythia.SpanEvent{
			Name: d.strings.String(e.Name()), TimeNanos: int64(e.Timestamp()), Attrs: d.fromMap(nil, e.Attributes()),
		})
	}
	for _, l := range s.Links().All() {
		out.Links = append(out.Links, pythia.Link{TraceID: l.TraceID().String(), SpanID: l.SpanID().String()})
	}
	return out
}

func (d *Decoder) spanAttrs(library string, m pcommon.Map) []pythia.Attr {
	if library == "" {
		return d.fromMap(nil, m)
	}
	attrs := make([]pythia.Attr, 0, m.Len()+1)
	return append(d.fromMap(attrs, m), pythia.String("otel.scope.name", library))
}

func kind(k ptrace.SpanKind) pythia.SpanKind {
	switch k {
	case ptrace.SpanKindServer:
		return pythia.KindServer
	case ptrace.SpanKindClient:
		return pythia.KindClient
	case ptrace.SpanKindProducer:
		return pythia.KindProducer
	case ptrace.SpanKindConsumer:
		return pythia.KindConsumer
	}
	return pythia.KindInternal
}
