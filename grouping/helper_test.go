package grouping_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/grouping"
)

// span makes a span at a point written "service name".
func span(id, parent, point string, start, end int64, attrs ...pythia.Attr) pythia.Span {
	scope, name, _ := strings.Cut(point, " ")
	return pythia.Span{
		ID: id, ParentID: parent, Point: pythia.TracePointID{Scope: scope, Name: name}, StartNanos: start, EndNanos: end, Attrs: pythia.AttrsOf(attrs...),
	}
}

func build(tb testing.TB, spans ...pythia.Span) *pythia.Trace {
	tb.Helper()
	trace, err := pythia.NewTrace("t", spans)
	require.NoError(tb, err)
	return trace
}

func keyOf(tb testing.TB, g pythia.Grouper, t *pythia.Trace) pythia.GroupKey {
	tb.Helper()
	key, ok := g.Group(t)
	require.True(tb, ok)
	return key
}

// request makes "web GET /" that calls each of the points in turn, a call taking 10.
func request(tb testing.TB, points ...string) *pythia.Trace {
	tb.Helper()
	spans := []pythia.Span{span("root", "", "web GET /", 0, int64(10*len(points)+5))}
	for i, p := range points {
		spans = append(spans, span(fmt.Sprint(i), "root", p, int64(10*i), int64(10*i+10)))
	}
	return build(tb, spans...)
}

// skeleton holds for points whose names start with an upper-case letter.
func skeleton(p pythia.TracePointID) bool {
	return p.Name != "" && p.Name[0] >= 'A' && p.Name[0] <= 'Z'
}

// onSkeleton shows a grouper what the Engine shows it.
type onSkeleton struct{ pythia.Grouper }

func (g onSkeleton) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return g.Grouper.Group(t.Without(func(p pythia.TracePointID) bool { return !skeleton(p) }))
}

// all are the groupers of this package.
func all() map[string]pythia.Grouper {
	return map[string]pythia.Grouper{
		"request type":    grouping.ByRequestType{},
		"services":        grouping.ByServices{},
		"trace points":    grouping.ByTracePoints{},
		"critical path":   grouping.ByCriticalPath{},
		"finest":          grouping.Finest{},
		"attribute":       grouping.ByAttribute{Key: "tenant", Within: grouping.Finest{}},
		"attribute twice": grouping.ByAttribute{Key: "tenant", Within: grouping.ByAttribute{Key: "region", Within: grouping.ByServices{}}},
	}
}

// randomSpans makes a tree below "web GET /" whose points are in the skeleton or not. Attributes are on the root.
func randomSpans(r *rand.Rand) []pythia.Span {
	spans := []pythia.Span{span("00", "", "web GET /", 0, 1000, pythia.String("tenant", "acme"), pythia.String("region", "eu"))}
	for i := range 30 {
		parent := spans[r.IntN(len(spans))]
		name := string("ABCabc"[r.IntN(6)])
		start := parent.StartNanos + r.Int64N(20)
		point := fmt.Sprintf("svc%d %s", r.IntN(3), name)
		spans = append(spans, span(fmt.Sprintf("%02d", i+1), parent.ID, point, start, start+r.Int64N(200)))
	}
	return spans
}

// hide removes some of the spans that are not in the skeleton; their children move to the nearest span above that is left.
func hide(spans []pythia.Span, r *rand.Rand) []pythia.Span {
	left := make(map[string]string, len(spans)) // by ID: itself, or the nearest span above that is left
	var kept []pythia.Span
	for _, s := range spans { // parents come first
		s.ParentID = left[s.ParentID]
		if skeleton(s.Point) || r.IntN(2) == 0 {
			left[s.ID] = s.ID
			kept = append(kept, s)
			continue
		}
		left[s.ID] = s.ParentID
	}
	return kept
}
