package searchspace_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/testdata"
	"github.com/pythia-trace/pythia/searchspace"
)

// TestOpenStack fills spaces from OpenStack fully traced, and asks for every edge of the critical paths.
func TestOpenStack(t *testing.T) {
	traces := openStack(t, "server_create", 20)
	var c, half searchspace.CCT
	var flat searchspace.Flat
	observe(&c, traces[10:]...)
	observe(&half, traces[:10]...)
	observe(&flat, traces...)
	c.Merge(&half)
	t.Logf("%d workflows: %+v; flat: %+v", len(traces), c.Stats(), flat.Stats())
	require.InDelta(t, 210, c.Stats().Contexts, 60)
	require.Less(t, flat.Stats().Contexts, c.Stats().Contexts)

	edges, exact, found, of := 0, 0, 0, 0
	for _, tr := range traces {
		for _, s := range tr.CriticalPath(pythia.UntilWorkDone) {
			if s.Owner == pythia.NoParent {
				continue
			}
			owner := int(s.Owner)
			inside := contextSet(c.Inside(tr.Stack(owner, 32), eventOf(tr, s.From), eventOf(tr, s.To)))
			edges++
			found += len(inside)
			of += len(c.Children(tr.Context(owner)))
			if onStack(tr, owner) || len(c.Children(tr.Context(owner))) > 32 {
				continue
			}
			exact++
			for _, k := range tr.Children(owner) {
				if sp := tr.Spans[k]; sp.StartNanos >= s.StartNanos && sp.EndNanos <= s.EndNanos && !onStack(tr, int(k)) && k != s.From.Span && k != s.To.Span {
					require.Contains(t, inside, tr.Context(int(k)), "%v", sp.Point)
				}
			}
		}
	}
	t.Logf("%d edges, %d of them of contexts with few children; inside lie %d of %d children", edges, exact, found, of)
	require.Positive(t, exact)
}

func contextSet(nodes []pythia.SearchNode) map[pythia.ContextID]bool {
	set := make(map[pythia.ContextID]bool)
	for _, n := range nodes {
		set[n.Context] = true
	}
	return set
}

func eventOf(t *pythia.Trace, b pythia.Boundary) pythia.Event {
	if b.Span == pythia.NoParent {
		return pythia.Event{End: b.End}
	}
	return pythia.Event{Point: t.Spans[b.Span].Point, End: b.End}
}

// notification is what of OSProfiler's records matters here; the adapter osprofiler reads all of it.
type notification struct {
	Name, Project, Service, Timestamp string
	TraceID                           string `json:"trace_id"`
	ParentID                          string `json:"parent_id"`
	Info                              struct {
		Function struct{ Name string }
		Request  struct{ Method, Path string }
	}
}

// openStack reads the first workflows of a type.
func openStack(t *testing.T, kind string, most int) (traces []*pythia.Trace) {
	t.Helper()
	f, err := os.Open(testdata.Shared(t, "openstack", "rounds.points.jsonl.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	for len(traces) < most && lines.Scan() {
		if !strings.Contains(lines.Text()[:min(200, len(lines.Text()))], kind) {
			continue
		}
		var record struct {
			BaseID string `json:"base_id"`
			Points []notification
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &record))
		tr, err := pythia.NewTrace(record.BaseID, spansOf(t, record.BaseID, record.Points))
		require.NoError(t, err)
		traces = append(traces, tr)
	}
	require.NoError(t, lines.Err())
	return traces
}

func spansOf(t *testing.T, base string, points []notification) []pythia.Span {
	t.Helper()
	at := map[string]int{}
	var spans []pythia.Span
	for _, p := range points {
		when, err := time.Parse("2006-01-02T15:04:05.999999", p.Timestamp)
		require.NoError(t, err)
		if i, ok := at[p.TraceID]; ok {
			spans[i].EndNanos, spans[i].Unfinished = when.UnixNano(), false
			continue
		}
		name := strings.TrimSuffix(p.Name, "-start")
		switch {
		case p.Info.Function.Name != "":
			name += " " + p.Info.Function.Name
		case p.Info.Request.Path != "":
			name += " " + p.Info.Request.Method + " " + pythia.Template(p.Info.Request.Path)
		}
		at[p.TraceID] = len(spans)
		spans = append(spans, pythia.Span{
			ID: p.TraceID, ParentID: strings.TrimPrefix(p.ParentID, base), Unfinished: true,
			Point: pythia.TracePointID{Scope: p.Service, Name: name}, StartNanos: when.UnixNano(),
		})
	}
	return spans
}
