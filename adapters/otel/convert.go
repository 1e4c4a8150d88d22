package otel

import (
	"math"
	"slices"
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
		Point:      pythia.SpanPoint(s.InstrumentationScope().Name, p.Service, cut(s.Name())),
		Kind:       convertKind(s.SpanKind()),
		StartNanos: nanos(s.StartTime()),
		EndNanos:   nanos(s.EndTime()),
		Unfinished: s.EndTime().IsZero(),
		Process:    p,
		Failed:     s.Status().Code == codes.Error,
	}
	library := s.InstrumentationScope().Name
	if out.Point.Layer != pythia.LayerApp {
		library = "" // it names the layer, which the point does, too
	}
	out.Attrs = convertAttrs(s.Attributes(), library, out.Unfinished)
	if s.Parent().SpanID().IsValid() {
		out.ParentID = s.Parent().SpanID().String()
	}
	for _, e := range s.Events() {
		out.Events = append(out.Events, pythia.SpanEvent{Name: cut(e.Name), TimeNanos: nanos(e.Time), Attrs: listAttrs(e.Attributes)})
	}
	for _, l := range s.Links() {
		out.Links = append(out.Links, pythia.Link{TraceID: l.SpanContext.TraceID().String(), SpanID: l.SpanContext.SpanID().String()})
	}
	return out
}

// convertAttrs takes a span's attributes as the SDK has them, unless they still change or hold what is too long to be kept, and the name of the library
// that made the span.
func convertAttrs(attributes []attribute.KeyValue, library string, change bool) pythia.Attrs {
	if len(attributes) == 0 && library == "" {
		return pythia.Attrs{}
	}
	a := pythia.AttrsFrom(&sdkAttrs{attributes, library})
	if change || slices.ContainsFunc(attributes, isLong) {
		return pythia.AttrsOf(slices.Collect(a.All())...)
	}
	return a
}

func isLong(a attribute.KeyValue) bool {
	switch a.Value.Type() {
	case attribute.BOOL, attribute.INT64, attribute.FLOAT64:
		return false
	case attribute.STRING:
		return len(a.Value.AsString()) > maxText
	}
	return true
}

// sdkAttrs are attributes of the SDK, which are converted when they are asked for: most never are. Those without a value are left out.
type sdkAttrs struct {
	attributes []attribute.KeyValue
	library    string
}

// AttrAt makes sdkAttrs a [pythia.AttrSource].
func (s *sdkAttrs) AttrAt(place int) (a pythia.Attr, next int, ok bool) {
	for ; place < len(s.attributes); place++ {
		if s.attributes[place].Valid() {
			return convertAttr(s.attributes[place]), place + 1, true
		}
	}
	if place > len(s.attributes) || s.library == "" {
		return pythia.Attr{}, 0, false
	}
	return pythia.String("otel.scope.name", s.library), place + 1, true
}

// listAttrs leaves out attributes without a value.
func listAttrs(attributes []attribute.KeyValue) []pythia.Attr {
	return slices.Collect(pythia.AttrsFrom(&sdkAttrs{attributes: attributes}).All())
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
