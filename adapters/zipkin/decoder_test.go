package zipkin

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
	"github.com/pythia-trace/pythia/adapters/partial"
)

const (
	root = `{"traceId":"86154a4ba6e91385","id":"4d1e00c0db9010db","name":"get /","kind":"SERVER","timestamp":1700000000000000,"duration":90000,
	 "localEndpoint":{"serviceName":"Frontend","ipv4":"10.0.0.1","port":8081},"tags":{"http.path":"/","http.status_code":"200"},
	 "annotations":[{"timestamp":1700000000001000,"value":"ws"}]}`
	client = `{"traceId":"86154a4ba6e91385","parentId":"4d1e00c0db9010db","id":"5b4185666d50f68b","name":"get /api","kind":"CLIENT","timestamp":1700000000010000,
	 "duration":60000,"localEndpoint":{"serviceName":"frontend","ipv4":"10.0.0.1"},"remoteEndpoint":{"serviceName":"backend","ipv4":"10.0.0.2"},"tags":{"error":"500"}}`
	server = `{"traceId":"86154a4ba6e91385","parentId":"4d1e00c0db9010db","id":"5b4185666d50f68b","name":"get /api","kind":"SERVER","shared":true,
	 "timestamp":1700000000020000,"duration":40000,"localEndpoint":{"serviceName":"backend","ipv4":"10.0.0.2"}}`
	query = `{"traceId":"86154a4ba6e91385","parentId":"5b4185666d50f68b","id":"6b4185666d50f68b","name":"query","timestamp":1700000000030000,"duration":1,
	 "localEndpoint":{"serviceName":"backend","ipv4":"10.0.0.2"},"tags":{"error":"false"}}`
	encode = `{"traceId":"86154a4ba6e91385","parentId":"5b4185666d50f68b","id":"7b4185666d50f68b","name":"encode","timestamp":1700000000011000,
	 "localEndpoint":{"serviceName":"frontend","ipv4":"10.0.0.1"}}`
)

func decode(t *testing.T, text string) partial.Record {
	t.Helper()
	var d Decoder
	r, err := d.Decode([]byte(text))
	require.NoError(t, err)
	return r
}

func list(spans ...string) string { return "[" + strings.Join(spans, ",") + "]" }

func TestDecode(t *testing.T) {
	r := decode(t, list(server, query, client, encode, root))
	require.Equal(t, r.Traces[0].Spans, decode(t, "["+list(server, query)+","+list(client, encode, root)+"]").Traces[0].Spans)
	require.Zero(t, r.Rejected)
	traces := tracecheck.Record(t, r)
	require.Len(t, traces, 1)
	require.Equal(t, "86154a4ba6e91385", traces[0].ID)

	s := traces[0].Spans // ordered by start: root, client, encode, server, query
	require.Equal(t, pythia.TracePointID{Scope: "frontend", Name: "get /"}, s[0].Point)
	require.Equal(t, []pythia.Attr{pythia.String("http.path", "/"), pythia.String("http.status_code", "200")}, slices.Collect(s[0].Attrs.All()))
	require.Equal(t, []pythia.SpanEvent{{Name: "ws", TimeNanos: 1700000000001000000}}, s[0].Events)
	require.Equal(t, "10.0.0.1", s[0].Process.Host)
	require.Same(t, s[0].Process, s[1].Process)
	require.Equal(t, []pythia.Attr{pythia.String("error", "500"), pythia.String("peer.service", "backend")}, slices.Collect(s[1].Attrs.All()))
	require.True(t, s[1].Failed)
	require.False(t, s[4].Failed)
	require.Equal(t, int64(1000), s[4].DurationNanos())
	require.Equal(t, 1, traces[0].Repairs[pythia.RepairUnfinished], "a span without a duration")

	require.Equal(t, pythia.KindServer, s[3].Kind)
	require.Equal(t, "5b4185666d50f68b-server", s[3].ID)
	require.Equal(t, 1, traces[0].Parent(3), "the client is the server's parent")
	require.Equal(t, 3, traces[0].Parent(4), "what the server did lies below it")
	require.Equal(t, 1, traces[0].Parent(2), "what the client did lies below the client")
}

func TestSharedIDWithoutSayingSo(t *testing.T) {
	r := decode(t, list(strings.Replace(server, `"shared":true,`, ``, 1), client, root, query))
	traces := tracecheck.Record(t, r)
	require.Len(t, traces[0].Spans, 4)
	require.Zero(t, traces[0].Repairs[pythia.RepairDuplicate])
	require.Equal(t, 2, traces[0].Parent(3))
}

func TestServerWhoseClientIsMissing(t *testing.T) {
	traces := tracecheck.Record(t, decode(t, list(server, root, query)))
	s := traces[0].Spans
	require.Equal(t, "5b4185666d50f68b", s[1].ID)
	require.Equal(t, 0, traces[0].Parent(1))
	require.Equal(t, 1, traces[0].Parent(2))
}

func TestSingleSpan(t *testing.T) {
	require.Len(t, decode(t, root).Traces, 1)
}

func TestRejected(t *testing.T) {
	for name, c := range map[string]struct{ from, to, reason string }{
		"no trace ID":   {`"traceId":"86154a4ba6e91385",`, ``, "no traceId"},
		"no ID":         {`"id":"6b4185666d50f68b",`, ``, "valid span id"},
		"malformed ID":  {`"id":"6b4185666d50f68b",`, `"id":"xyz",`, "invalid syntax"},
		"no timestamp":  {`"timestamp":1700000000030000,`, ``, "no timestamp"},
		"far future":    {`"timestamp":1700000000030000,`, `"timestamp":9300000000000000,`, "2262"},
		"endless":       {`"duration":1,`, `"duration":9000000000000000,`, "2262"},
		"negative":      {`"duration":1,`, `"duration":-1,`, "cannot unmarshal"},
		"not a span":    {query, `7`, "cannot be read"},
		"null":          {query, `null`, "cannot be read"},
		"list too deep": {query, `[[` + query + `]]`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			r := decode(t, list(root, strings.Replace(query, c.from, c.to, 1)))
			require.Equal(t, 1, r.Rejected)
			require.ErrorContains(t, r.Reasons[0], c.reason)
			require.Len(t, tracecheck.Record(t, r), 1)
		})
	}
	var d Decoder
	_, err := d.Decode([]byte(`[{`))
	require.ErrorContains(t, err, "zipkin: not valid JSON")
}

func FuzzZipkin(f *testing.F) {
	f.Add([]byte(list(root, client, server, query, encode)))
	f.Add([]byte(`[[` + server + `],[[]]]`))
	f.Fuzz(func(t *testing.T, record []byte) {
		var d Decoder
		r, _ := d.Decode(record)
		tracecheck.Record(t, r)
	})
}
