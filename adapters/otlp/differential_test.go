package otlp

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/easyproto"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/partial"
)

// throughPdata decodes a message by way of the Collector's own library.
func throughPdata(message []byte) (partial.Record, error) {
	var u ptrace.ProtoUnmarshaler
	traces, err := u.UnmarshalTraces(message)
	if err != nil {
		return partial.Record{}, err
	}
	var d Decoder
	return d.record(traces)
}

// requireSame requires a message to tell the same as through pdata, the order of traces and of reasons aside, or to be wrong for both.
//
// Three things are wrong only for the reader of fields that is used here: groups, which protobuf gave up before this protocol came to be;
// integers of more than 64 bits; and values that nest so deep that pdata's recursion would be a danger. A message of which a part that is not used is wrong
// can be wrong only for pdata. A span that names two traces is rejected here, in pdata the last one counts.
func requireSame(t testing.TB, d *Decoder, message []byte) {
	t.Helper()
	want, wantErr := throughPdata(message)
	got, err := d.DecodeProto(message)
	if wantErr != nil || err != nil {
		require.True(t, wantErr != nil || onlyWrongHere(err), "%v", err)
		return
	}
	if slices.ContainsFunc(got.Reasons, func(reason error) bool { return strings.Contains(reason.Error(), "name two traces") }) {
		return
	}
	require.Equal(t, want.Rejected, got.Rejected)
	if want.Rejected <= 100 {
		require.Equal(t, texts(want.Reasons), texts(got.Reasons))
	}
	require.Equal(t, ordered(want), ordered(got))
}

func onlyWrongHere(err error) bool {
	return slices.ContainsFunc([]string{"unknown wireType", "uvarint", "varint after", "message length", "uint32max", "nest deeper"}, func(part string) bool {
		return strings.Contains(err.Error(), part)
	})
}

func texts(reasons []error) []string {
	all := make([]string, len(reasons))
	for i, r := range reasons {
		all[i] = r.Error()
	}
	slices.Sort(all)
	return all
}

// ordered orders traces by ID. What is empty is made nil, for which of the two it is says nothing.
func ordered(r partial.Record) []partial.Trace {
	slices.SortFunc(r.Traces, func(a, b partial.Trace) int { return cmp.Compare(a.ID, b.ID) })
	for _, t := range r.Traces {
		for i := range t.Spans {
			s := &t.Spans[i]
			s.Attrs = pythia.AttrsOf(slices.Collect(s.Attrs.All())...)
			for k := range s.Events {
				if len(s.Events[k].Attrs) == 0 {
					s.Events[k].Attrs = nil
				}
			}
		}
	}
	return r.Traces
}

// anything makes traces of whatever the protocol allows, and of what it does not.
func anything(r *rand.Rand) ptrace.Traces {
	traces := ptrace.NewTraces()
	for range 1 + r.IntN(3) {
		rs := traces.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl("url")
		anyAttributes(r, rs.Resource().Attributes())
		if r.IntN(4) > 0 {
			rs.Resource().Attributes().PutStr("service.name", "s"+string(rune('a'+r.IntN(3))))
		}
		for range r.IntN(3) {
			ss := rs.ScopeSpans().AppendEmpty()
			if r.IntN(2) == 0 {
				ss.Scope().SetName([]string{"scope", "pythia/kernel/linux", "pythia/hypervisor/qemu", "pythia/kernel/", "pythia/kernel/\xff"}[r.IntN(5)])
				ss.Scope().SetVersion("1")
				anyAttributes(r, ss.Scope().Attributes())
			}
			for range r.IntN(12) {
				anySpan(r, ss.Spans().AppendEmpty())
			}
		}
	}
	return traces
}

func anySpan(r *rand.Rand, s ptrace.Span) {
	s.SetTraceID(pcommon.TraceID{15: byte(r.IntN(4))})
	s.SetSpanID(pcommon.SpanID{7: byte(r.IntN(6))})
	s.SetParentSpanID(pcommon.SpanID{0: byte(r.IntN(3))})
	s.SetName([]string{"", "GET /", "a\xff\xfeb", strings.Repeat("long", 100)}[r.IntN(4)])
	s.SetKind(ptrace.SpanKind(r.IntN(9) - 2))
	s.SetStartTimestamp(anyTime(r))
	s.SetEndTimestamp(anyTime(r))
	s.SetFlags(r.Uint32())
	s.TraceState().FromRaw("k=v")
	s.SetDroppedAttributesCount(r.Uint32N(3))
	s.Status().SetCode(ptrace.StatusCode(r.IntN(4) - 1))
	s.Status().SetMessage("m")
	anyAttributes(r, s.Attributes())
	for range r.IntN(3) {
		e := s.Events().AppendEmpty()
		e.SetTimestamp(anyTime(r))
		e.SetName("e")
		anyAttributes(r, e.Attributes())
	}
	for range r.IntN(3) {
		l := s.Links().AppendEmpty()
		l.SetTraceID(pcommon.TraceID{0: byte(r.IntN(3))})
		l.SetSpanID(pcommon.SpanID{0: byte(r.IntN(3))})
		anyAttributes(r, l.Attributes())
	}
}

func anyTime(r *rand.Rand) pcommon.Timestamp {
	return []pcommon.Timestamp{0, 1, 1700000000000000000, 1700000000900000000, math.MaxInt64, math.MaxUint64}[min(r.IntN(40), 5)%6]
}

func anyAttributes(r *rand.Rand, m pcommon.Map) {
	for _, key := range []string{"", "k", "http.route", strings.Repeat("key", 60)}[:r.IntN(5)] {
		anyValueOf(r, m.PutEmpty(key), 3)
	}
}

func anyValueOf(r *rand.Rand, v pcommon.Value, depth int) {
	switch n := r.IntN(10); n {
	case 0:
	case 1:
		v.SetBool(r.IntN(2) == 0)
	case 2, 3:
		v.SetInt([]int64{0, 7, -1, math.MinInt64, 1 << 40}[r.IntN(5)])
	case 4:
		v.SetDouble([]float64{0, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), -1e300}[r.IntN(6)])
	case 5:
		v.SetEmptyBytes().FromRaw([]byte("\x00\xff")[:r.IntN(3)])
	case 6, 7:
		if depth == 0 {
			return
		}
		if n == 6 {
			for range r.IntN(3) {
				anyValueOf(r, v.SetEmptySlice().AppendEmpty(), depth-1)
			}
			return
		}
		m := v.SetEmptyMap()
		for _, key := range []string{"<a>", "b\xff"}[:r.IntN(3)] {
			anyValueOf(r, m.PutEmpty(key), depth-1)
		}
	default:
		v.SetStr([]string{"", "text", "\xff", strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("y", 20_000)}[r.IntN(6)])
	}
}

func marshal(t testing.TB, traces ptrace.Traces) []byte {
	t.Helper()
	var m ptrace.ProtoMarshaler
	message, err := m.MarshalTraces(traces)
	require.NoError(t, err)
	return message
}

func TestSameAsThroughPdata(t *testing.T) {
	var d Decoder // which must not carry anything over from one message to the next
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		message := marshal(t, anything(r))
		requireSame(t, &d, message)
		_, wantErr := throughPdata(message)
		require.NoError(t, wantErr)
		other := marshal(t, anything(r))
		requireSame(t, &d, append(slices.Clone(message), other...)) // messages that follow each other are one
		for range 20 {
			damaged := slices.Clone(message)
			for range 1 + r.IntN(3) {
				damaged[r.IntN(len(damaged))] = byte(r.Uint32())
			}
			requireSame(t, &d, damaged)
		}
		requireSame(t, &d, message[:r.IntN(len(message))])
	}
}

// A field may come before or after others, and several times.
func TestFieldsInAnyOrder(t *testing.T) {
	var d Decoder
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		message := marshal(t, anything(r))
		requireSame(t, &d, shuffled(t, r, message, tracesShape()))
	}
}

// shape says which fields of a message are messages, and of what shape.
type shape map[uint32]shape

func tracesShape() shape {
	value := shape{}
	attribute := shape{2: value}
	value[5], value[6] = shape{1: value}, shape{1: attribute}
	span := shape{9: attribute, 11: {3: attribute}, 13: {4: attribute}, 15: {}}
	return shape{1: {1: {1: attribute}, 2: {1: {3: attribute}, 2: span}}}
}

// shuffled mixes the fields of a message, and leaves some out or repeats them.
func shuffled(t testing.TB, r *rand.Rand, message []byte, of shape) []byte {
	var fields [][]byte
	for rest := message; len(rest) > 0; {
		var fc easyproto.FieldContext
		before := rest
		var err error
		rest, err = fc.NextField(rest)
		require.NoError(t, err)
		field := before[:len(before)-len(rest)]
		if body, ok := fc.MessageData(); ok && of[fc.FieldNum] != nil {
			body = shuffled(t, r, body, of[fc.FieldNum])
			field = append(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(fc.FieldNum)<<3|2), uint64(len(body))), body...)
		}
		switch r.IntN(30) {
		case 0:
		case 1:
			fields = append(fields, field, field)
		default:
			fields = append(fields, field)
		}
	}
	if r.IntN(3) == 0 {
		r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	}
	return slices.Concat(fields...)
}
