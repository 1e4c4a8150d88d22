package jaeger

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
	"github.com/pythia-trace/pythia/adapters/partial"
)

const dispatch = `{"traceID":"7f2","spans":[
 {"traceID":"7f2","spanID":"a","operationName":"HTTP GET /dispatch","references":[],"startTime":1700000000000000,"duration":90000,
  "tags":[{"key":"span.kind","type":"string","value":"server"},{"key":"http.status_code","type":"int64","value":500},{"key":"error","type":"bool","value":true},
   {"key":"size","type":"int64","value":"12"},{"key":"id","type":"string","value":"12"},{"key":"ratio","type":"float64","value":0.5},{"key":"none","value":null}],
  "logs":[{"timestamp":1700000000010000,"fields":[{"key":"event","type":"string","value":"retry"},{"key":"n","type":"int64","value":2}]}],"processID":"p1","warnings":null},
 {"traceID":"7f2","spanID":"b","operationName":"find","references":[{"refType":"FOLLOWS_FROM","traceID":"7f2","spanID":"x"},
   {"refType":"CHILD_OF","traceID":"other","spanID":"a"},{"refType":"CHILD_OF","traceID":"7f2","spanID":"a"}],
  "startTime":1700000000020000,"duration":30000,"tags":[{"key":"span.kind","type":"string","value":"client"}],"logs":[],"processID":"p1"},
 {"traceID":"7f2","spanID":"c","operationName":"later","references":[{"refType":"FOLLOWS_FROM","traceID":"7f2","spanID":"b"}],
  "startTime":1700000000060000,"duration":1000,"tags":[],"logs":null,"processID":"p2"}],
 "processes":{"p1":{"serviceName":"dispatch","tags":[{"key":"hostname","type":"string","value":"h1"},{"key":"ip","type":"string","value":"10.0.0.1"}]},
  "p2":{"serviceName":"driver","tags":[{"key":"ip","type":"string","value":"10.0.0.2"},{"key":"host.name","type":"string","value":"h2"}]}}}`

func decode(t *testing.T, text string) partial.Record {
	t.Helper()
	var d Decoder
	r, err := d.Decode([]byte(text))
	require.NoError(t, err)
	return r
}

func TestDecode(t *testing.T) {
	bare := decode(t, dispatch)
	require.Zero(t, bare.Rejected)
	require.Equal(t, bare, decode(t, `{"data":[`+dispatch+`],"total":0,"errors":null}`))
	traces := tracecheck.Record(t, bare)
	require.Len(t, traces, 1)
	require.Equal(t, "7f2", traces[0].ID)
	a, b, c := traces[0].Spans[0], traces[0].Spans[1], traces[0].Spans[2]

	require.Equal(t, pythia.TracePointID{Scope: "dispatch", Name: "HTTP GET /dispatch"}, a.Point)
	require.Equal(t, pythia.KindServer, a.Kind)
	require.True(t, a.Failed)
	require.Equal(t, int64(1700000000000000000), a.StartNanos)
	require.Equal(t, int64(90_000_000), a.DurationNanos())
	require.Equal(t, []pythia.Attr{
		pythia.String("span.kind", "server"), pythia.Number("http.status_code", 500), pythia.Bool("error", true), pythia.Number("size", 12),
		pythia.String("id", "12"), pythia.Number("ratio", 0.5),
	}, slices.Collect(a.Attrs.All()))
	require.Equal(t, []pythia.SpanEvent{{Name: "retry", TimeNanos: 1700000000010000000, Attrs: []pythia.Attr{pythia.Number("n", 2)}}}, a.Events)
	require.Equal(t, "h1", a.Process.Host)
	require.Same(t, a.Process, b.Process)

	require.Equal(t, "a", b.ParentID)
	require.Equal(t, []pythia.Link{{TraceID: "7f2", SpanID: "x"}, {TraceID: "other", SpanID: "a"}}, b.Links)
	require.Equal(t, "b", c.ParentID, "FOLLOWS_FROM stands in for a parent")
	require.Empty(t, c.Links)
	require.Equal(t, "h2", c.Process.Host)
}

func TestRejected(t *testing.T) {
	for name, c := range map[string]struct{ from, to, reason string }{
		"no ID":        {`"spanID":"c",`, ``, "no spanID"},
		"no start":     {`"startTime":1700000000060000,`, ``, "no startTime"},
		"nanoseconds":  {`"startTime":1700000000060000,`, `"startTime":1700000000060000000,`, "microseconds"},
		"log":          {`"timestamp":1700000000010000`, `"timestamp":-1`, "log at no possible time"},
		"wrong type":   {`"startTime":1700000000060000,`, `"startTime":"x",`, "cannot unmarshal"},
		"no trace IDs": {`"traceID":"7f2"`, `"traceID":""`, "no traceID"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 1
			if name == "no trace IDs" {
				n = -1
			}
			r := decode(t, strings.Replace(dispatch, c.from, c.to, n))
			require.Positive(t, r.Rejected)
			require.ErrorContains(t, r.Reasons[0], c.reason)
			require.Len(t, tracecheck.Record(t, r), max(0, n))
		})
	}
}

func TestSpansBelowTheApplication(t *testing.T) {
	const last = `"duration":1000,"tags":[`
	require.Contains(t, dispatch, last)
	for _, key := range []string{"otel.scope.name", "otel.library.name"} {
		for scope, want := range map[string]pythia.TracePointID{
			"pythia/kernel/linux": {Layer: pythia.LayerKernel, Scope: "linux", Name: "later"},
			"pythia/kernel/":      {Scope: "driver", Name: "later"},
			"otelgrpc":            {Scope: "driver", Name: "later"},
		} {
			r := decode(t, strings.Replace(dispatch, last, last+`{"key":"`+key+`","type":"string","value":"`+scope+`"}`, 1))
			require.Equal(t, want, r.Traces[0].Spans[2].Point)
			require.Equal(t, "driver", r.Traces[0].Spans[2].Process.Service)
		}
	}
}

func TestUnknownProcess(t *testing.T) {
	r := decode(t, strings.Replace(dispatch, `"processID":"p2"`, `"processID":"p9"`, 1))
	s := r.Traces[0].Spans[2]
	require.Nil(t, s.Process)
	require.Empty(t, s.Point.Scope)
}

func TestNotADocument(t *testing.T) {
	for _, text := range []string{``, `{`, `{}`, `{"x":1}`, dispatch + "x"} {
		var d Decoder
		_, err := d.Decode([]byte(text))
		require.Error(t, err, text)
	}
}

func FuzzJaeger(f *testing.F) {
	f.Add([]byte(dispatch))
	f.Add([]byte(`{"data":[{"traceID":"t","spans":[{"spanID":"a","startTime":9223372036854775,"duration":-9223372036854775808,"parentSpanID":"a","tags":[{"key":"k","type":"int64","value":"1e999"}]}]}]}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		var d Decoder
		r, _ := d.Decode(record)
		tracecheck.Record(t, r)
	})
}
