package otlp

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
	"github.com/pythia-trace/pythia/adapters/partial"
)

const checkout = `{"resourceSpans":[{"resource":{"attributes":[
 {"key":"service.name","value":{"stringValue":"checkout"}},{"key":"k8s.pod.name","value":{"stringValue":"checkout-1"}},
 {"key":"host.name","value":{"stringValue":"node-a"}},{"key":"process.pid","value":{"intValue":"42"}}]},
 "scopeSpans":[{"scope":{"name":"otelgrpc"},"spans":[
  {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"PlaceOrder","kind":2,
   "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000090000000",
   "attributes":[{"key":"items","value":{"intValue":"3"}},{"key":"ratio","value":{"doubleValue":0.5}},{"key":"gift","value":{"boolValue":true}},
    {"key":"skus","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"1"}]}}},
    {"key":"user","value":{"kvlistValue":{"values":[{"key":"id","value":{"stringValue":"u"}}]}}},{"key":"raw","value":{"bytesValue":"AQI="}},
    {"key":"nan","value":{"doubleValue":"NaN"}},{"key":"none"}],
   "events":[{"timeUnixNano":"1700000000010000000","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}}]}],
   "links":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002"}],"status":{"code":2,"message":"card"}},
  {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b175","parentSpanId":"eee19b7ec3c1b174","name":"charge","kind":3,
   "startTimeUnixNano":"1700000000020000000","endTimeUnixNano":"1700000000080000000"}]},
  {"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"poll","kind":5,"startTimeUnixNano":"1700000000020000000"}]}]}]}`

func decodeJSON(t *testing.T, text string) partial.Record {
	t.Helper()
	var d Decoder
	r, err := d.DecodeJSON([]byte(text))
	require.NoError(t, err)
	return r
}

// toProto writes a JSON document as protobuf.
func toProto(t testing.TB, text string) []byte {
	var u ptrace.JSONUnmarshaler
	traces, err := u.UnmarshalTraces([]byte(text))
	require.NoError(t, err)
	var m ptrace.ProtoMarshaler
	message, err := m.MarshalTraces(traces)
	require.NoError(t, err)
	return message
}

func TestDecodeJSON(t *testing.T) {
	r := decodeJSON(t, checkout)
	require.Zero(t, r.Rejected)
	traces := tracecheck.Record(t, r)
	require.Len(t, traces, 2)
	require.Equal(t, "5b8efff798038103d269b633813fc60c", traces[0].ID)

	root, charge := traces[0].Spans[0], traces[0].Spans[1]
	require.Equal(t, pythia.TracePointID{Scope: "checkout", Name: "PlaceOrder"}, root.Point)
	require.Equal(t, pythia.KindServer, root.Kind)
	require.True(t, root.Failed)
	require.Equal(t, []pythia.Attr{
		pythia.Number("items", 3), pythia.Number("ratio", 0.5), pythia.Bool("gift", true), pythia.String("skus", `["a",1]`),
		pythia.String("user", `{"id":"u"}`), pythia.String("raw", "AQI="), pythia.String("nan", "NaN"), pythia.String("otel.scope.name", "otelgrpc"),
	}, slices.Collect(root.Attrs.All()))
	require.Equal(t, []pythia.SpanEvent{{Name: "exception", TimeNanos: 1700000000010000000, Attrs: []pythia.Attr{pythia.String("exception.type", "E")}}}, root.Events)
	require.Equal(t, []pythia.Link{{TraceID: "00000000000000000000000000000001", SpanID: "0000000000000002"}}, root.Links)
	require.Equal(t, &pythia.Process{Service: "checkout", Instance: "checkout-1", Host: "node-a", Attrs: []pythia.Attr{pythia.Number("process.pid", 42)}}, root.Process)
	require.Same(t, root.Process, charge.Process)
	require.Equal(t, 0, traces[0].Parent(1))

	poll := traces[1].Spans[0]
	require.Equal(t, pythia.KindConsumer, poll.Kind)
	require.Empty(t, poll.Attrs)
	require.Equal(t, 1, traces[1].Repairs[pythia.RepairUnfinished])
}

func TestProtoTellsTheSame(t *testing.T) {
	var d Decoder
	fromProto, err := d.DecodeProto(toProto(t, checkout))
	require.NoError(t, err)
	fromJSON := decodeJSON(t, checkout)
	require.Equal(t, ordered(fromJSON), ordered(fromProto))
}

func TestRejectedSpans(t *testing.T) {
	for name, c := range map[string]struct{ from, to, reason string }{
		"no trace ID":   {`"traceId":"0af7651916cd43dd8448eb211c80319c",`, ``, "no trace ID"},
		"no span ID":    {`"spanId":"b7ad6b7169203331",`, ``, "no span ID"},
		"no start":      {`"poll","kind":5,"startTimeUnixNano":"1700000000020000000"`, `"poll"`, "no start time"},
		"far future":    {`"poll","kind":5,"startTimeUnixNano":"1700000000020000000"`, `"poll","startTimeUnixNano":"18446744073709551615"`, "2262"},
		"malformed ID":  {`"b7ad6b7169203331"`, `"xyz"`, "cannot be read"},
		"malformed end": {`"name":"poll"`, `"endTimeUnixNano":"-5"`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, checkout, c.from)
			r := decodeJSON(t, strings.Replace(checkout, c.from, c.to, 1))
			require.Equal(t, 1, r.Rejected)
			require.ErrorContains(t, r.Reasons[0], c.reason)
			require.Len(t, tracecheck.Record(t, r), 1, "the other trace is used")
		})
	}
}

func TestWrongEventsAreLeftOut(t *testing.T) {
	for _, at := range []string{`"-6795364578871345152"`, `"18446744073709551615"`} {
		r := decodeJSON(t, strings.Replace(checkout, `"1700000000010000000"`, at, 1))
		require.Equal(t, 1, r.Rejected)
		traces := tracecheck.Record(t, r)
		require.Len(t, traces, 2)
		require.Empty(t, traces[0].Spans[0].Events)
		require.Equal(t, "checkout", traces[0].Spans[0].Process.Service)
		require.NotEmpty(t, traces[0].Spans[0].Attrs)
	}
}

func TestNotADocument(t *testing.T) {
	for _, text := range []string{``, `{`, `{}`, `[]`, `7`, `{"resourceMetrics":[]}`, checkout + "x", `{"resourceSpans":7}`, `{"resourceSpans":[{"resource":7}]}`} {
		var d Decoder
		r, err := d.DecodeJSON([]byte(text))
		require.Error(t, err, text)
		require.Empty(t, r.Traces)
	}
	for _, message := range []string{"", "\x0a", "\x0a\x05", "noise", "\x0a\x02\x0a\xff"} {
		var d Decoder
		_, err := d.DecodeProto([]byte(message))
		require.Error(t, err, "%q", message)
	}
}

// nested makes a message with an attribute value in that many lists.
func nested(levels int) []byte {
	buf := make([]byte, levels*12+100)
	at := len(buf)
	wrap := func(field byte) {
		head := binary.AppendUvarint([]byte{field<<3 | 2}, uint64(len(buf)-at))
		at -= len(head)
		copy(buf[at:], head)
	}
	for range levels {
		wrap(1)
		wrap(5)
	}
	for _, field := range []byte{2, 1, 1, 1} { // value, attributes, resource, resource_spans
		wrap(field)
	}
	return buf[at:]
}

func TestNestingIsBounded(t *testing.T) {
	var d Decoder
	_, err := d.DecodeProto(nested(3_000_000)) // enough to kill a program that follows it
	require.ErrorContains(t, err, "nest deeper")
	_, err = d.DecodeProto(nested(400))
	require.NoError(t, err)
}

func TestNestingIsFoundWhereverAttributesAre(t *testing.T) {
	lists := strings.Repeat(`{"arrayValue":{"values":[`, 600) + `{"intValue":"1"}` + strings.Repeat(`]}}`, 600)
	attributes := `"attributes":[{"key":"k","value":` + lists + `}]`
	for name, c := range map[string]struct{ from, to string }{
		"resource": {`"resource":{"attributes":[`, `"resource":{"attributes":[{"key":"k","value":` + lists + `},`},
		"scope":    {`"scope":{`, `"scope":{` + attributes + `,`},
		"span":     {`"name":"charge",`, `"name":"charge",` + attributes + `,`},
		"event":    {`"name":"exception",`, `"name":"exception",` + attributes + `,`},
		"link":     {`"links":[{`, `"links":[{` + attributes + `,`},
		"map":      {`"kvlistValue":{"values":[`, `"kvlistValue":{"values":[{"key":"k","value":` + lists + `},`},
	} {
		t.Run(name, func(t *testing.T) {
			var d Decoder
			_, err := d.DecodeProto(toProto(t, strings.Replace(checkout, c.from, c.to, 1)))
			require.ErrorContains(t, err, "nest deeper")
		})
	}
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	m := ptrace.NewTraces()
	s := m.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID([16]byte{1})
	s.SetSpanID([8]byte{1})
	s.SetStartTimestamp(math.MaxInt64)
	s.SetEndTimestamp(1)
	s.Attributes().PutEmptySlice("l").AppendEmpty().SetEmptyMap().PutDouble("inf", math.Inf(1))
	var p ptrace.ProtoMarshaler
	message, err := p.MarshalTraces(m)
	require.NoError(f, err)
	return [][]byte{toProto(f, checkout), message, nested(2000)}
}

func FuzzOTLPProto(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		var d Decoder
		requireSame(t, &d, record)
		r, _ := d.DecodeProto(record)
		tracecheck.Record(t, r)
	})
}

func FuzzOTLPJSON(f *testing.F) {
	f.Add([]byte(checkout))
	f.Add([]byte(strings.Replace(checkout, `"1700000000010000000"`, `"-1"`, 1)))
	f.Add([]byte(`{"resourceSpans":[null,{"scopeSpans":[{"spans":[null,{"traceId":"","links":[null],"events":[{}]}]}]}]}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		var d Decoder
		r, _ := d.DecodeJSON(record)
		tracecheck.Record(t, r)
	})
}
