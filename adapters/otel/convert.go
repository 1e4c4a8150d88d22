package otel

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
)

func convertAttr(a attribute.KeyValue) pythia.Attr {
	return pythia.Attr{Key: string(a.Key), Value: convertValue(a.Value)}
}

// maxText is the number of bytes that are kept of a text: the SDK does not limit it unless told to.
const maxText = 4096

// convertValue is what adapters/otlp makes of the same value: integers become float64, lists and maps JSON, numbers that are not finite text.
func convertValue(v attribute.Value) pythia.Value {
	switch v.Type() {
	case attribute.BOOL:
		return pythia.BoolValue(v.AsBool())
	case attribute.INT64:
		return pythia.NumberValue(float64(v.AsInt64()))
	case attribute.FLOAT64:
		f := v.AsFloat64()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return pythia.StringValue(strconv.FormatFloat(f, 'g', -1, 64))
		}
		return pythia.NumberValue(f)
	}
	return pythia.StringValue(cut(v.String()))
}

// cut shortens a text that is too long, and copies it so that the rest is not kept.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(strings.Clone(s[:maxText]), "")
}

// convertSpan makes a workflow's span of the SDK's. A span that has not ended is unfinished.
func convertSpan(s sdktrace.ReadOnlySpan, p *pythia.Process) pythia.Span {
	out := pythia.Span{
		ID:         s.SpanContext().SpanID().String(),
		Point:      pythia.TracePointID{Layer: pythia.LayerApp, Scope: p.Service, Name: cut(s.Name())},
		Kind:       convertKind(s.SpanKind()),
		StartNanos: nanos(s.StartTime()),
		EndNanos:   nanos(s.EndTime()),
		Unfinished: s.EndTime().IsZero(),
		Process:    p,
		Attrs:      pythia.AttrsOf(convertAttrs(s.Attributes(), s.InstrumentationScope().Name)...),
		Failed:     s.Status().Code == codes.Error,
	}
	if s.Parent().SpanID().IsValid() {
		out.ParentID = s.Parent().SpanID().String()
	}
	for _, e := range s.Events() {
		out.Events = append(out.Events, pythia.SpanEvent{Name: cut(e.Name), TimeNanos: nanos(e.Time), Attrs: convertAttrs(e.Attributes, "")})
	}
	for _, l := range s.Links() {
		out.Links = append(out.Links, pythia.Link{TraceID: l.SpanContext.TraceID().String(), SpanID: l.SpanContext.SpanID().String()})
	}
	return out
}

// convertAttrs leaves out attributes without a value, and adds the name of the library that made the span.
func convertAttrs(attributes []attribute.KeyValue, library string) []pythia.Attr {
	if len(attributes) == 0 && library == "" {
		return nil
	}
	attrs := make([]pythia.Attr, 0, len(attributes)+1)
	for _, a := range attributes {
		if a.Valid() {
			attrs = append(attrs, convertAttr(a))
		}
	}
	if library != "" {
		attrs = append(attrs, pythia.String("otel.scope.name", library))
	}
	return attrs
}

func convertKind(k trace.SpanKind) pythia.SpanKind {
	switch k {
	case trace.SpanKindServer:
		return pythia.KindServer
	case trace.SpanKindClient:
		return pythia.KindClient
	case trace.SpanKindProducer:
		return pythia.KindProducer
	case trace.SpanKindConsumer:
		return pythia.KindConsumer
	}
	return pythia.KindInternal
}

// nanos is the Unix time; 0 for what has none in nanoseconds, before 1970 or after 2262, where UnixNano would wrap around.
func nanos(t time.Time) int64 {
	if t.Year() < 1970 || t.Year() >= 2262 {
		return 0
	}
	return t.UnixNano()
}
