package otlp

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// batch makes what an instance exports at a time.
func batch(t testing.TB, spans int) []byte {
	traces := ptrace.NewTraces()
	rs := traces.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "cart")
	rs.Resource().Attributes().PutStr("k8s.pod.name", "cart-6d4cf56db6-x2k90")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("go.opentelemetry.io/contrib/instrumentation")
	for i := range spans {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{0: 1, 15: byte(i / 4)})
		s.SetSpanID(pcommon.SpanID{0: 1, 6: byte(i >> 8), 7: byte(i)})
		s.SetParentSpanID(pcommon.SpanID{7: 9})
		s.SetName([]string{"GET /cart", "shop.CartService/GetCart", "SELECT cart_items"}[i%3])
		s.SetKind(ptrace.SpanKindServer)
		s.SetStartTimestamp(1700000000000000000)
		s.SetEndTimestamp(1700000000001000000)
		a := s.Attributes()
		a.PutStr("db.system.name", "postgresql")
		a.PutStr("db.query.text", "SELECT product_id, quantity FROM cart_items WHERE user_id = $1")
		a.PutStr("server.address", "db.shop.svc")
		a.PutInt("server.port", 5432)
		a.PutInt("db.response.returned_rows", int64(i%40))
		a.PutBool("cached", i%3 == 0)
	}
	return marshal(t, traces)
}

func TestDecodingTakesFewAllocations(t *testing.T) {
	const spans = 512
	message := batch(t, spans)
	var d Decoder
	allocations := testing.AllocsPerRun(20, func() { _, _ = d.DecodeProto(message) })
	require.Less(t, allocations, 0.2*spans)
}

// TestWhatCanBeKept: trace points, processes and IDs are no pieces of the message.
func TestWhatCanBeKept(t *testing.T) {
	message := batch(t, 8)
	var d, other Decoder
	got, err := d.DecodeProto(message)
	require.NoError(t, err)
	clear(message)
	want, err := other.DecodeProto(batch(t, 8))
	require.NoError(t, err)
	for i, trace := range want.Traces {
		require.Equal(t, trace.ID, got.Traces[i].ID)
		for k, s := range trace.Spans {
			kept := got.Traces[i].Spans[k]
			require.Equal(t, []any{s.ID, s.ParentID, s.Point, s.Process}, []any{kept.ID, kept.ParentID, kept.Point, kept.Process})
		}
	}
}

func TestTracePointsAndProcessesAreShared(t *testing.T) {
	var d Decoder
	first, err := d.DecodeProto(batch(t, 8))
	require.NoError(t, err)
	second, err := d.DecodeProto(batch(t, 8))
	require.NoError(t, err)
	a, b := first.Traces[0].Spans[0], second.Traces[0].Spans[0]
	require.Same(t, unsafe.StringData(a.Point.Name), unsafe.StringData(b.Point.Name))
	scope := func(s pythia.Span) *byte {
		v, ok := s.Attrs.Lookup("otel.scope.name")
		require.True(t, ok)
		return unsafe.StringData(v.String())
	}
	require.Same(t, scope(a), scope(b))
	require.Same(t, a.Process, b.Process)
}

func TestAppendingToASpanLeavesTheNextAsItIs(t *testing.T) {
	var d Decoder
	r, err := d.DecodeProto(toProto(t, checkout))
	require.NoError(t, err)
	spans := r.Traces[0].Spans
	want := slices.Clone(spans[1].Events)
	for i := range spans {
		spans[i].Events = append(spans[i].Events, pythia.SpanEvent{})
		spans[i].Links = append(spans[i].Links, pythia.Link{})
	}
	require.Equal(t, append(want, pythia.SpanEvent{}), spans[1].Events)
	require.Len(t, spans, cap(spans))
}

// A span that names two traces is rejected; which of them it is of depends on who reads it.
func TestSpanOfTwoTraces(t *testing.T) {
	id := func(last byte) []byte { return append([]byte{1<<3 | 2, 16}, append(make([]byte, 15), last)...) }
	span := slices.Concat(id(1), []byte{2<<3 | 2, 8, 0, 0, 0, 0, 0, 0, 0, 7, 7<<3 | 1}, binary.LittleEndian.AppendUint64(nil, 5), id(2))
	message := span
	for _, field := range []byte{2, 2, 1} { // spans, scope_spans, resource_spans
		message = append([]byte{field<<3 | 2, byte(len(message))}, message...)
	}
	var d Decoder
	r, err := d.DecodeProto(message)
	require.NoError(t, err)
	require.Empty(t, r.Traces)
	require.Equal(t, 1, r.Rejected)
	require.ErrorContains(t, r.Reasons[0], "two traces")
}

// TestSpansBelowTheApplication: the scope says of which layer a span is, which protobuf as the Collector writes it has after the spans.
func TestSpansBelowTheApplication(t *testing.T) {
	for scope, want := range map[string]pythia.TracePointID{
		pythia.InstrumentationScope(pythia.LayerKernel, "linux"):    {Layer: pythia.LayerKernel, Scope: "linux", Name: "poll"},
		pythia.InstrumentationScope(pythia.LayerHypervisor, "qemu"): {Layer: pythia.LayerHypervisor, Scope: "qemu", Name: "poll"},
		"pythia/kernel/": {Scope: "checkout", Name: "poll"},
		"pythia/x/y":     {Scope: "checkout", Name: "poll"},
		"otelgrpc":       {Scope: "checkout", Name: "poll"},
	} {
		text := strings.Replace(checkout, `{"spans":[{"traceId":"0af`, `{"scope":{"name":"`+scope+`"},"spans":[{"traceId":"0af`, 1)
		require.NotEqual(t, checkout, text)
		broken := strings.Replace(text, `"spanId":"eee19b7ec3c1b175"`, `"spanId":"xyz"`, 1) // which is read span by span
		for _, r := range []partial.Record{decodeJSON(t, text), decodeJSON(t, broken)} {
			require.Equal(t, want, r.Traces[1].Spans[0].Point)
			require.Equal(t, "checkout", r.Traces[0].Spans[0].Point.Scope)
		}
		message := toProto(t, text)
		var d Decoder
		requireSame(t, &d, message)
		parts, err := d.Split(message)
		require.NoError(t, err)
		for _, s := range d.DecodeParts(parts, func(_ int, reason error) { require.NoError(t, reason) }) {
			require.Equal(t, "checkout", s.Process.Service)
			if s.Point.Name == "poll" {
				require.Equal(t, want, s.Point)
			} else {
				require.Equal(t, "checkout", s.Point.Scope)
			}
		}
	}
}

func TestPartsAreRunsOfATrace(t *testing.T) {
	var d Decoder
	parts, err := d.Split(batch(t, 10))
	require.NoError(t, err)
	var counts []int
	for _, p := range parts {
		counts = append(counts, p.Count)
	}
	require.Equal(t, []int{4, 4, 2}, counts)
	require.Same(t, parts[0].Source, parts[2].Source)
}

func TestABrokenSpanCostsItself(t *testing.T) {
	var d Decoder
	parts, err := d.Split(batch(t, 4))
	require.NoError(t, err)
	broken := parts[0]
	broken.Spans = slices.Concat(broken.Spans, []byte{2<<3 | 2, 2, 5<<3 | 2, 9}) // a name that is cut off
	var reasons []string
	got := d.DecodeParts([]Part{broken}, func(part int, reason error) { reasons = append(reasons, fmt.Sprint(part, " ", reason)) })
	require.Len(t, got, 4)
	require.Len(t, reasons, 1)
	require.Contains(t, reasons[0], "0 otlp: a span cannot be read")
}

func TestHex(t *testing.T) {
	var h hexer
	for i := range 1000 {
		id := [16]byte{byte(i), byte(i >> 3), 0x9a, 0xf0, 0x0f, 5: byte(i * 7), 15: 1}
		require.Equal(t, fmt.Sprintf("%x", id), h.trace(id))
		require.Equal(t, fmt.Sprintf("%x", id[:8]), h.span([8]byte(id[:8])))
	}
	require.Empty(t, h.span([8]byte{}))
	require.Empty(t, h.trace([16]byte{}))
}

func BenchmarkProto(b *testing.B) {
	const spans = 512
	message := batch(b, spans)
	run := func(name string, decode func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/spans, "ns/span")
		})
	}
	var d Decoder
	run("pythia", func() error { _, err := d.DecodeProto(message); return err })
	run("split", func() error { _, err := d.Split(message); return err })
	run("pdata", func() error { _, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(message); return err })
}

// TestReuse decodes messages in the memory of those before.
func TestReuse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var d Decoder
	for round := range 300 {
		var m ptrace.ProtoMarshaler
		message, err := m.MarshalTraces(anything(r))
		require.NoError(t, err)
		decode := func(d *Decoder) ([]pythia.Span, []string) {
			parts, err := d.Split(slices.Clone(message))
			if err != nil {
				return nil, []string{err.Error()}
			}
			var reasons []error
			spans := d.DecodeParts(slices.Clone(parts), func(_ int, reason error) { reasons = append(reasons, reason) })
			return spans, texts(reasons)
		}
		want, wantReasons := decode(new(Decoder))
		got, reasons := decode(&d)
		require.Equal(t, wantReasons, reasons)
		require.Equal(t, ordered(partial.Record{Traces: []partial.Trace{{Spans: append([]pythia.Span(nil), want...)}}}), ordered(partial.Record{Traces: []partial.Trace{{Spans: append([]pythia.Span(nil), got...)}}}), "round %d", round)
		d.Reuse(got)
	}
}
