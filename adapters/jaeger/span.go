package jaeger

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/pythia-trace/pythia"
)

// maxMicros is the last moment that nanoseconds can tell.
const maxMicros = math.MaxInt64 / 1000

// check returns why a span is of no use.
func (s *span) check(traceID string) error {
	switch {
	case s.SpanID == "":
		return fmt.Errorf("jaeger: span %q of trace %s has no spanID", s.OperationName, traceID)
	case s.StartTime <= 0:
		return fmt.Errorf("jaeger: span %s of trace %s has no startTime", s.SpanID, traceID)
	case s.StartTime > maxMicros, s.Duration > maxMicros-s.StartTime, s.Duration < -maxMicros:
		return fmt.Errorf("jaeger: span %s of trace %s has a time beyond the year 2262; times are microseconds", s.SpanID, traceID)
	}
	for _, l := range s.Logs {
		if l.Timestamp > maxMicros || l.Timestamp < 0 {
			return fmt.Errorf("jaeger: span %s of trace %s has a log at no possible time; times are microseconds", s.SpanID, traceID)
		}
	}
	return nil
}

func (d *Decoder) span(traceID string, p *pythia.Process, s *span) pythia.Span {
	attrs := d.attrs(s.Tags)
	out := pythia.Span{
		ID:         s.SpanID,
		StartNanos: s.StartTime * 1000,
		EndNanos:   (s.StartTime + s.Duration) * 1000,
		Process:    p,
		Attrs:      pythia.AttrsOf(attrs...),
	}
	service, scope := "", ""
	if p != nil {
		service = p.Service
	}
	out.ParentID, out.Links = s.parent(traceID)
	for _, a := range attrs {
		switch a.Key {
		case "span.kind":
			out.Kind = kind(a.Value.String())
		case "error":
			out.Failed = out.Failed || a.Value.String() == "true"
		case "otel.status_code":
			out.Failed = out.Failed || a.Value.String() == "ERROR"
		case "otel.scope.name", "otel.library.name": // its older name
			scope = a.Value.String()
		}
	}
	out.Point = pythia.SpanPoint(scope, service, d.strings.String(s.OperationName))
	for _, l := range s.Logs {
		out.Events = append(out.Events, d.event(l))
	}
	return out
}

// parent chooses among the references.
func (s *span) parent(traceID string) (string, []pythia.Link) {
	chosen := -1
	for i, r := range s.References {
		if r.TraceID != traceID && r.TraceID != "" || r.SpanID == "" {
			continue
		}
		if r.RefType == "CHILD_OF" {
			chosen = i
			break
		}
		if r.RefType == "FOLLOWS_FROM" && chosen < 0 {
			chosen = i
		}
	}
	var links []pythia.Link
	for i, r := range s.References {
		if i != chosen && r.SpanID != "" {
			links = append(links, pythia.Link{TraceID: r.TraceID, SpanID: r.SpanID})
		}
	}
	if chosen >= 0 {
		return s.References[chosen].SpanID, links
	}
	return s.ParentSpanID, links
}

func kind(s string) pythia.SpanKind {
	for _, k := range []pythia.SpanKind{pythia.KindServer, pythia.KindClient, pythia.KindProducer, pythia.KindConsumer} {
		if s == k.String() {
			return k
		}
	}
	return pythia.KindInternal
}

func (d *Decoder) event(l logEntry) pythia.SpanEvent {
	e := pythia.SpanEvent{Name: "log", TimeNanos: l.Timestamp * 1000}
	for _, a := range d.attrs(l.Fields) {
		if a.Key == "event" {
			e.Name = a.Value.String()
			continue
		}
		e.Attrs = append(e.Attrs, a)
	}
	return e
}

func (d *Decoder) attrs(tags []tag) []pythia.Attr {
	if len(tags) == 0 {
		return nil
	}
	attrs := make([]pythia.Attr, 0, len(tags))
	for _, t := range tags {
		if len(t.Value) > 0 && t.Value[0] != 'n' { // null
			attrs = append(attrs, pythia.Attr{Key: d.strings.String(t.Key), Value: d.value(t)})
		}
	}
	return attrs
}

// value goes by what is written and, for strings, by the tag's type: int64 is often written as a string.
func (d *Decoder) value(t tag) pythia.Value {
	text := string(t.Value)
	switch t.Value[0] {
	case 't', 'f':
		return pythia.BoolValue(t.Value[0] == 't')
	case '"':
		if json.Unmarshal(t.Value, &text) != nil {
			return pythia.StringValue("")
		}
		if t.Type == "bool" && (text == "true" || text == "false") {
			return pythia.BoolValue(text == "true")
		}
		if t.Type != "int64" && t.Type != "float64" {
			return pythia.StringValue(d.strings.String(text))
		}
	case '{', '[':
		return pythia.StringValue(text)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return pythia.StringValue(d.strings.String(text))
	}
	return pythia.NumberValue(number)
}
