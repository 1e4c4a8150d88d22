package tracefile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/internal/testdata"
	"github.com/pythia-trace/pythia/replay"
)

const openStack = "../../examples/openstack/rounds.points.jsonl.gz"

// recorded reads all traces of a file.
func recorded(tb testing.TB, path string) []*pythia.Trace {
	var mu sync.Mutex
	var traces []*pythia.Trace
	stats, err := tracefile.Read(context.Background(), []string{path}, tracefile.Options{}, func(_ int, t *pythia.Trace) {
		mu.Lock()
		defer mu.Unlock()
		traces = append(traces, t)
	})
	require.NoError(tb, err)
	require.Empty(tb, stats.Problems)
	return traces
}

// node is a span of a tree to be written in any format. Times are microseconds.
type node struct {
	trace, id, parent   int
	service, name, size int
	start, duration     int64
}

// forest draws some trees, of which some spans outlast their parents.
func forest(r *rand.Rand) (spans []node) {
	for trace := 1; trace <= 10; trace++ {
		from := len(spans)
		for id := 1; id <= 12; id++ {
			n := node{trace: trace, id: id, service: r.IntN(3), name: r.IntN(6), size: r.IntN(100), start: 1_700_000_000_000_000 + int64(trace)*1e6, duration: 10_000}
			if id > 1 {
				above := spans[from+r.IntN(id-1)]
				n.parent, n.start, n.duration = above.id, above.start+r.Int64N(500), above.duration/2+r.Int64N(above.duration/2+500)
			}
			spans = append(spans, n)
		}
	}
	return spans
}

func (n node) otlp() string {
	parent := ""
	if n.parent > 0 {
		parent = fmt.Sprintf("%016x", n.parent)
	}
	return fmt.Sprintf(`{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s%d"}}]},"scopeSpans":[{"spans":[`+
		`{"traceId":"%032x","spanId":"%016x","parentSpanId":"%s","name":"op%d","startTimeUnixNano":"%d000","endTimeUnixNano":"%d000",`+
		`"attributes":[{"key":"size","value":{"intValue":"%d"}},{"key":"kind","value":{"stringValue":"k"}}],"events":[{"name":"e","timeUnixNano":"%d000"}]}]}]}`,
		n.service, n.trace, n.id, parent, n.name, n.start, n.start+n.duration, n.size, n.start+1)
}

func (n node) jaeger() string {
	references := ""
	if n.parent > 0 {
		references = fmt.Sprintf(`{"refType":"CHILD_OF","traceID":"%x","spanID":"%x"}`, n.trace, n.parent)
	}
	return fmt.Sprintf(`{"traceID":"%x","spanID":"%x","operationName":"op%d","references":[%s],"startTime":%d,"duration":%d,`+
		`"tags":[{"key":"size","type":"int64","value":%d},{"key":"kind","type":"string","value":"k"}],"process":{"serviceName":"s%d"}}`,
		n.trace, n.id, n.name, references, n.start, n.duration, n.size, n.service)
}

func (n node) zipkin() string {
	parent := ""
	if n.parent > 0 {
		parent = fmt.Sprintf(`"parentId":"%016x",`, n.parent)
	}
	return fmt.Sprintf(`{"traceId":"%016x","id":"%016x",%s"name":"op%d","timestamp":%d,"duration":%d,"localEndpoint":{"serviceName":"s%d"},`+
		`"tags":{"size":"%d","kind":"k"}}`, n.trace, n.id, parent, n.name, n.start, n.duration, n.service, n.size)
}

// written reads a forest as it is in a format: a trace a line, between a head and a tail.
func written(t *testing.T, seed uint64, head string, span func(node) string, tail string) []*pythia.Trace {
	lines := make([]string, 10)
	for _, n := range forest(rand.New(rand.NewPCG(seed, 0))) {
		line := &lines[n.trace-1]
		if *line != "" {
			*line += ","
		}
		*line += span(n)
	}
	path := filepath.Join(t.TempDir(), "traces")
	require.NoError(t, os.WriteFile(path, []byte(head+strings.Join(lines, tail+"\n"+head)+tail), 0o600))
	traces := recorded(t, path)
	require.Len(t, traces, 10)
	return traces
}

// TestReplay: what any reader reads can be replayed, with any points on.
func TestReplay(t *testing.T) {
	for name, read := range map[string]func(t *testing.T) []*pythia.Trace{
		"OTLP":       func(t *testing.T) []*pythia.Trace { return written(t, 1, `{"resourceSpans":[`, node.otlp, `]}`) },
		"Jaeger":     func(t *testing.T) []*pythia.Trace { return written(t, 2, `{"spans":[`, node.jaeger, `]}`) },
		"Zipkin":     func(t *testing.T) []*pythia.Trace { return written(t, 3, `[`, node.zipkin, `]`) },
		"OSProfiler": func(t *testing.T) []*pythia.Trace { return replay.Sample(recorded(t, openStack), 3, 1) },
		"Nezha": func(t *testing.T) []*pythia.Trace {
			return replay.Sample(recorded(t, testdata.Shared(t, "nezha", "ob-0822-0402-frontend-return.fault.otlp.jsonl.gz")), 20, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t, read(t))
			r := rand.New(rand.NewPCG(1, 1))
			for _, odds := range []float64{0, 0.1, 0.5, 0.5, 0.9, 1} {
				p.switchAll(t, func() bool { return r.Float64() < odds })
				for range p.Len() {
					p.requireNext(t)
				}
			}
		})
	}
}

// player replays traces and knows what was asked for.
type player struct {
	*replay.Application
	points   []pythia.TracePoint
	recorded map[string]*pythia.Trace
	on       map[pythia.TracePointID]map[string]bool // with the attributes asked for; nil: all
}

func newPlayer(t *testing.T, traces []*pythia.Trace) *player {
	a, err := replay.New(replay.Config{Traces: traces, Seed: 1})
	require.NoError(t, err)
	p := &player{Application: a, recorded: make(map[string]*pythia.Trace)}
	p.points, err = a.Points(t.Context())
	require.NoError(t, err)
	for _, trace := range traces {
		p.recorded[trace.ID] = trace
	}
	require.Len(t, p.recorded, len(traces))
	return p
}

// switchAll switches points and attributes as lots fall.
func (p *player) switchAll(t *testing.T, lot func() bool) {
	p.on = make(map[pythia.TracePointID]map[string]bool)
	for _, point := range p.points {
		if point.AlwaysOn {
			p.on[point.ID] = nil
			continue
		}
		require.NoError(t, p.Disable(t.Context(), point.ID))
		if !lot() {
			continue
		}
		p.on[point.ID] = make(map[string]bool)
		require.NoError(t, p.Enable(t.Context(), point.ID))
		for _, key := range point.Attributes {
			if lot() {
				p.on[point.ID][key] = true
				require.NoError(t, p.EnableAttributes(t.Context(), point.ID, key))
			}
		}
	}
}

// requireNext requires the next request to be told of as it was recorded, what is off left out.
func (p *player) requireNext(t *testing.T) {
	reported := p.Next()
	full := p.recorded[reported.ID[:strings.LastIndex(reported.ID, "/")]]
	tracecheck.Trace(t, reported)
	require.Equal(t, full.RequestType, reported.RequestType)
	told := make(map[string]int)
	for i := range reported.Spans {
		told[reported.Spans[i].ID] = i
	}
	visible := 0
	for i := range full.Spans {
		if _, on := p.on[full.Spans[i].Point]; on {
			visible++
			at, ok := told[full.Spans[i].ID]
			require.True(t, ok)
			p.requireSpan(t, full, i, reported, at)
		}
	}
	require.Len(t, reported.Spans, visible)
}

// requireSpan compares a span as it was recorded and as it is reported. A clock that seems wrong when what lies between is hidden is set right, as that
// of a live system would be: then times differ. What never ended ends with what is seen of it.
func (p *player) requireSpan(t *testing.T, full *pythia.Trace, i int, reported *pythia.Trace, at int) {
	want, got := full.Spans[i], &reported.Spans[at]
	later := p.Now().UnixNano() - full.StartNanos()
	if reported.Repairs[pythia.RepairClockSkew] == 0 {
		require.Equal(t, want.StartNanos+later, got.StartNanos)
		require.True(t, want.Unfinished || want.EndNanos+later == got.EndNanos)
		require.Len(t, got.Events, len(want.Events))
		for k := range got.Events {
			require.Equal(t, want.Events[k].TimeNanos+later, got.Events[k].TimeNanos)
		}
	}
	above := full.Parent(i)
	for above != pythia.NoParent {
		if _, on := p.on[full.Spans[above].Point]; on {
			break
		}
		above = full.Parent(above)
	}
	want.ParentID = ""
	if above != pythia.NoParent {
		want.ParentID = full.Spans[above].ID
		require.Equal(t, want.ParentID, reported.Spans[reported.Parent(at)].ID)
	}
	attrs := slices.Collect(want.Attrs.All())
	if asked := p.on[want.Point]; asked != nil {
		attrs = slices.DeleteFunc(attrs, func(a pythia.Attr) bool { return !asked[a.Key] })
	}
	require.ElementsMatch(t, attrs, slices.Collect(got.Attrs.All()))
	want.Links, want.StartNanos, want.EndNanos, want.Events, want.Attrs = nil, got.StartNanos, got.EndNanos, got.Events, got.Attrs
	require.Equal(t, want, *got)
}

// BenchmarkReplay plays OpenStack's requests, of a hundred and more spans, with the skeleton on and with everything.
func BenchmarkReplay(b *testing.B) {
	traces := recorded(b, openStack)
	for _, on := range []string{"skeleton", "everything"} {
		b.Run(on, func(b *testing.B) {
			application, err := replay.New(replay.Config{Traces: traces})
			require.NoError(b, err)
			points, err := application.Points(b.Context())
			require.NoError(b, err)
			for _, p := range points {
				if on == "everything" {
					require.NoError(b, application.Enable(b.Context(), p.ID))
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				application.Next()
			}
		})
	}
}
