package osprofiler

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
)

const build = `{"base_id":"B","type":"server_create","points":[
{"name":"wsgi-start","base_id":"B","trace_id":"1","parent_id":"B","timestamp":"2026-11-23T01:01:10.467783","project":"nova","service":"osapi_compute","info":{"request":{"method":"POST","path":"/v2.1/servers/11c0feda-a51f-4dbc-a90f-55fcea67fc08/action","query":""},"host":"ctl"}},
{"name":"db-stop","base_id":"B","trace_id":"2","parent_id":"1","timestamp":"2026-11-23T01:01:10.5","project":"nova","service":"osapi_compute","info":{"host":"ctl"}},
{"name":"db-start","base_id":"B","trace_id":"2","parent_id":"1","timestamp":"2026-11-23T01:01:10.468","project":"nova","service":"osapi_compute","info":{"db":{"statement":"SELECT \"1\"","params":[1,"a"]},"host":"ctl"}},
{"name":"wsgi-stop","base_id":"B","trace_id":"1","parent_id":"B","timestamp":"2026-11-23T01:01:11","project":"nova","service":"osapi_compute","info":{"host":"ctl"}},
{"name":"rpc-start","base_id":"B","trace_id":"3","parent_id":"1","timestamp":"2026-11-23T01:01:12","project":"nova","service":"nova-compute","info":{"function":{"name":"nova.compute.manager.ComputeManager.build_and_run_instance","args":null},"build_semaphore":{"queue_length":4,"limit":3},"host":"cmp"}},
{"name":"rpc-stop","base_id":"B","trace_id":"3","parent_id":"1","timestamp":"2026-11-23T01:01:15.25","project":"nova","service":"nova-compute","info":{"host":"cmp","build_semaphore":{"queue_length":5},"etype":"NoValidHost","message":"no room"}}
]}`

func decode(t *testing.T, text string) (traces []*pythia.Trace, reasons string, rejected int) {
	t.Helper()
	var d Decoder
	r, err := d.Decode([]byte(text))
	require.NoError(t, err)
	for _, e := range r.Reasons {
		reasons += e.Error() + "\n"
	}
	return tracecheck.Record(t, r), reasons, r.Rejected
}

func TestPointList(t *testing.T) {
	traces, reasons, rejected := decode(t, build)
	require.Zero(t, rejected, reasons)
	require.Len(t, traces, 1)
	tr := traces[0]
	require.Equal(t, "B", tr.ID)
	require.Equal(t, "server_create", tr.RequestType)
	require.Len(t, tr.Spans, 3)

	root := tr.Spans[0]
	require.Equal(t, pythia.TracePointID{Scope: "nova-osapi_compute", Name: "wsgi POST /v2.1/servers/{id}/action"}, root.Point)
	require.Equal(t, pythia.KindServer, root.Kind)
	require.Empty(t, root.ParentID)
	require.Equal(t, "ctl", root.Process.Host)
	require.Equal(t, int64(1795395670467783000), root.StartNanos)

	db := tr.Spans[1]
	require.Equal(t, pythia.TracePointID{Scope: "nova-osapi_compute", Name: "db"}, db.Point)
	require.Equal(t, []pythia.Attr{pythia.String("db.statement", `SELECT "1"`), pythia.String("db.params", `[1,"a"]`)}, slices.Collect(db.Attrs.All()))
	require.Same(t, root.Process, db.Process)
	require.Equal(t, int64(32_000_000), db.DurationNanos(), "a fraction may be short")

	rpc := tr.Spans[2]
	require.Equal(t, "rpc nova.compute.manager.ComputeManager.build_and_run_instance", rpc.Point.Name)
	require.Equal(t, "nova-compute", rpc.Point.Scope)
	require.True(t, rpc.Failed)
	require.Equal(t, []pythia.Attr{
		pythia.Number("build_semaphore.queue_length", 5), pythia.Number("build_semaphore.limit", 3),
		pythia.String("etype", "NoValidHost"), pythia.String("message", "no room"),
	}, slices.Collect(rpc.Attrs.All()), "the stop's word counts")
}

func TestBareListHoldsSeveralTraces(t *testing.T) {
	traces, _, _ := decode(t, `[
	{"name":"db-start","base_id":"A","trace_id":"1","parent_id":"A","timestamp":"2026-11-23T01:01:10","project":"glance","service":"api","info":{}},
	{"name":"db-start","base_id":"B","trace_id":"2","parent_id":"B","timestamp":"2026-11-23T01:01:10","project":"neutron","service":"neutron-server","info":{}},
	{"name":"db-stop","base_id":"A","trace_id":"1","parent_id":"A","timestamp":"2026-11-23T01:01:11","project":"glance","service":"api"}]`)
	require.Len(t, traces, 2)
	require.Equal(t, "glance-api", traces[0].Spans[0].Point.Scope)
	require.Equal(t, "glance-api db", traces[0].RequestType)
	require.Equal(t, "neutron-server", traces[1].Spans[0].Point.Scope)
	require.Equal(t, 1, traces[1].Repairs[pythia.RepairUnfinished])
}

func TestRejected(t *testing.T) {
	point := func(name, id, timestamp string) string {
		return `{"name":"` + name + `","base_id":"A","trace_id":"` + id + `","parent_id":"A","timestamp":"` + timestamp + `"}`
	}
	const now = "2026-11-23T01:01:10"
	for name, c := range map[string]struct {
		points []string
		reason string
	}{
		"stop without start": {[]string{point("db-stop", "1", now)}, "never started"},
		"no trace_id":        {[]string{point("db-start", "", now)}, "no trace_id"},
		"no timestamp":       {[]string{point("db-start", "1", "")}, "timestamp"},
		"year 0":             {[]string{point("db-start", "1", "0001-01-01T00:00:00")}, "outside the years"},
		"neither":            {[]string{point("db", "1", now)}, "neither in -start nor in -stop"},
		"second stop":        {[]string{point("db-start", "1", now), point("db-stop", "1", now), point("db-stop", "1", now)}, "stopped twice"},
		"no base_id":         {[]string{strings.Replace(point("db-start", "1", now), `"A"`, `""`, 1)}, "no base_id"},
		"wrong type":         {[]string{`{"name":7,"base_id":"A","trace_id":"1","timestamp":"` + now + `"}`, point("db-start", "2", now)}, "cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			traces, reasons, rejected := decode(t, "["+strings.Join(c.points, ",")+"]")
			require.Positive(t, rejected)
			require.Contains(t, reasons, c.reason)
			require.LessOrEqual(t, len(traces), 1)
		})
	}
}

func TestStartedTwiceIsADuplicate(t *testing.T) {
	start := `{"name":"db-start","base_id":"A","trace_id":"1","parent_id":"A","timestamp":"2026-11-23T01:01:10"}`
	traces, _, rejected := decode(t, `{"base_id":"A","points":[`+start+`,`+start+`]}`)
	require.Zero(t, rejected)
	require.Equal(t, 1, traces[0].Repairs[pythia.RepairDuplicate])
}

func TestNotARecord(t *testing.T) {
	for _, text := range []string{``, `{`, `{}`, `7`, `"x"`, `{"a":[]}`} {
		var d Decoder
		r, err := d.Decode([]byte(text))
		require.True(t, err != nil || r.Rejected > 0, text)
		require.Empty(t, r.Traces)
	}
}

func TestTreeWithPayloads(t *testing.T) {
	tr := treeOf(t, build)
	require.Equal(t, "B", tr.ID)
	require.Len(t, tr.Spans, 3)
	require.Equal(t, int64(1795395670467783000), tr.Spans[0].StartNanos)
	require.Equal(t, "wsgi POST /v2.1/servers/{id}/action", tr.Spans[0].Point.Name)
	require.True(t, tr.Spans[2].Failed)
	require.Equal(t, 0, tr.Parent(2))
}

// treeOf makes the tree that the command would print of a list of points.
func treeOf(t *testing.T, list string) *pythia.Trace {
	t.Helper()
	var doc document
	require.NoError(t, json.Unmarshal([]byte(list), &doc))
	raw := func(v any) json.RawMessage {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return text
	}
	nodes := map[string]map[string]any{}
	infos := map[string]map[string]any{}
	for _, p := range doc.Points {
		if nodes[p.TraceID] == nil {
			infos[p.TraceID] = map[string]any{"project": p.Project, "service": p.Service, "host": "h", "name": strings.Split(p.Name, "-")[0], "started": 0, "finished": 1}
			nodes[p.TraceID] = map[string]any{"info": infos[p.TraceID], "parent_id": p.ParentID, "trace_id": p.TraceID, "children": []any{}}
		}
		infos[p.TraceID]["meta.raw_payload."+p.Name] = map[string]any{"name": p.Name, "base_id": p.BaseID, "trace_id": p.TraceID,
			"parent_id": p.ParentID, "timestamp": p.Timestamp, "project": p.Project, "service": p.Service, "info": p.Info}
	}
	nodes["1"]["children"] = []any{nodes["2"], nodes["3"]}
	traces, reasons, rejected := decode(t, string(raw(map[string]any{
		"info": map[string]any{"name": "total", "started": 0, "finished": 5000}, "children": []any{nodes["1"]}, "stats": map[string]any{},
	})))
	require.Zero(t, rejected, reasons)
	require.Len(t, traces, 1)
	return traces[0]
}

func TestTreeWithoutPayloads(t *testing.T) {
	traces, reasons, rejected := decode(t, `{"info":{"name":"total","started":0,"finished":20},"stats":{},"children":[
	{"info":{"project":"keystone","service":"public","host":"h","name":"wsgi","started":0,"finished":20},"parent_id":"B","trace_id":"1","children":[
	  {"info":{"project":"keystone","service":"public","host":"h","name":"db","started":5,"finished":7},"parent_id":"1","trace_id":"2","children":[]},
	  {"info":{"project":"keystone","service":"public","host":"h","name":"db"},"parent_id":"1","trace_id":"3","children":[]}]}]}`)
	require.Equal(t, 1, rejected)
	require.Contains(t, reasons, "timestamp")
	tr := traces[0]
	require.Equal(t, "B", tr.ID)
	require.Len(t, tr.Spans, 2)
	require.Equal(t, int64(5_000_000), tr.Spans[1].StartNanos)
	require.Equal(t, int64(2_000_000), tr.Spans[1].DurationNanos())
	require.Equal(t, "h", tr.Spans[1].Process.Host)
}

func TestDecoderKeepsNothingOfTheRecordBefore(t *testing.T) {
	var d Decoder
	_, err := d.Decode([]byte(build))
	require.NoError(t, err)
	r, err := d.Decode([]byte(`[{"name":"db-start","base_id":"A","trace_id":"1","timestamp":"2026-11-23T01:01:10"}]`))
	require.NoError(t, err)
	require.Len(t, r.Traces, 1)
	require.Empty(t, r.Traces[0].RequestType)
	require.Empty(t, r.Traces[0].Spans[0].Attrs)
	require.Empty(t, r.Traces[0].Spans[0].Process.Host)
}

func FuzzOSProfiler(f *testing.F) {
	f.Add([]byte(build))
	f.Add([]byte(`{"children":[{"trace_id":"1","parent_id":"B","info":{"name":"db","started":1e999,"finished":-5,"meta.raw_payload.db-start":{"name":7}}}]}`))
	f.Add([]byte(`[{"name":"a-start","base_id":"A","trace_id":"1","parent_id":"1","timestamp":"2026-11-23T01:01:10","info":{"":{"":[{}],"n":1e999,"s":"\ud800\\"}}}]`))
	f.Fuzz(func(t *testing.T, record []byte) {
		var d Decoder
		r, _ := d.Decode(record)
		tracecheck.Record(t, r)
	})
}
