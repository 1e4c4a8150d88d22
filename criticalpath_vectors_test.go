package pythia_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/testdata"
)

// peerTrace is a trace in the form of Jaeger's user interface, in µs.
type peerTrace struct {
	TraceID string
	Spans   []struct {
		SpanID, OperationName, ProcessID string
		StartTime, Duration              int64
		References                       []struct{ RefType, SpanID string }
		Tags                             []struct {
			Key   string
			Value any
		}
	}
	Processes map[string]struct{ ServiceName string }
}

func (p peerTrace) build(t *testing.T) *pythia.Trace {
	t.Helper()
	kinds := map[string]pythia.SpanKind{
		"server": pythia.KindServer, "client": pythia.KindClient, "producer": pythia.KindProducer, "consumer": pythia.KindConsumer,
	}
	var spans []pythia.Span
	for _, s := range p.Spans {
		span := pythia.Span{
			ID: s.SpanID, Point: pythia.TracePointID{Scope: p.Processes[s.ProcessID].ServiceName, Name: s.OperationName},
			StartNanos: s.StartTime * 1000, EndNanos: (s.StartTime + s.Duration) * 1000,
		}
		for _, r := range s.References {
			span.ParentID = r.SpanID
		}
		for _, tag := range s.Tags {
			if tag.Key == "span.kind" {
				span.Kind = kinds[tag.Value.(string)]
			}
		}
		spans = append(spans, span)
	}
	trace, err := pythia.NewTrace(p.TraceID, spans)
	require.NoError(t, err)
	return trace
}

func readVectors(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := os.ReadFile(testdata.Shared(t, "vectors", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, v))
}

// TestCriticalPathJaeger: all test cases of Jaeger's user interface.
func TestCriticalPathJaeger(t *testing.T) {
	var file struct {
		Cases []struct {
			ID       string
			Trace    peerTrace
			Sections []struct {
				SpanID                   string
				SectionStart, SectionEnd int64
			} `json:"expected_sections"`
		}
	}
	readVectors(t, "critical_path_jaegerui.json", &file)
	require.Len(t, file.Cases, 9)
	for _, c := range file.Cases {
		trace := c.Trace.build(t)
		var got, want []string
		for _, s := range trace.CriticalPath(pythia.UntilAnswered) {
			got = append(got, fmt.Sprint(trace.Spans[s.Owner].ID, s.StartNanos/1000, s.EndNanos/1000))
		}
		for i := len(c.Sections) - 1; i >= 0; i-- { // theirs come last first
			s := c.Sections[i]
			want = append(want, fmt.Sprint(s.SpanID, s.SectionStart, s.SectionEnd))
		}
		assert.Equal(t, want, got, c.ID)
	}
}

// crispDiffers lists the cases in which the spans on the path are others than CRISP's, with the reason.
var crispDiffers = map[string]string{
	"crisp-test_graph-excludeGraph":   "their test leaves a service out by configuration",
	"crisp-test_graph-timeskew_graph": "a child 1,000 ms off, neither client nor server: CRISP moves it in, we take it for asynchronous",
	"crisp-test_slack_drag-leaf_slack_capped_by_root_endtime_via_nested_only_child_graph": "two children end together: CRISP takes the shorter, we the longer",
}

// crispOverlaps lists the cases whose siblings overlap by up to 5 µs each. CRISP counts the overlap with both siblings and takes it from the
// parent; here every moment counts once, so times differ by the overlaps.
var crispOverlaps = map[string]float64{
	"crisp-10": 2, "crisp-19": 10, "crisp-20": 10, "crisp-21": 10, "crisp-test_graph-mild_overlap_graph": 5,
	"crisp-test_slack_drag-earliest_ending_sibling_with_own_child_graph":            5,
	"crisp-test_slack_drag-exclusive_formula_branch_graph":                          5,
	"crisp-test_slack_drag-mild_overlap_two_siblings_graph":                         5,
	"crisp-test_slack_drag-sequential_siblings_with_dependent_off_cp_sibling_graph": 5,
	"crisp-test_slack_drag-sequential_siblings_with_slight_overlap_graph":           5,
}

// TestCriticalPathCRISP: all test cases of Uber's CRISP, 36 to the digit, 10 but for the overlap, 3 different.
func TestCriticalPathCRISP(t *testing.T) {
	var file struct {
		Cases []struct {
			ID      string
			Trace   peerTrace
			Profile map[string]struct{ Excl float64 } `json:"expected_profile_by_call_path"`
		}
	}
	readVectors(t, "critical_path_crisp.json", &file)
	require.Len(t, file.Cases, 49)
	for _, c := range file.Cases {
		trace := c.Trace.build(t)
		got, want := make(map[string]float64), make(map[string]float64)
		for _, s := range trace.CriticalPath(pythia.UntilAnswered) {
			got[callPath(trace, s.Owner)] += float64(s.Nanos()) / 1000
		}
		same := true
		for path, p := range c.Profile {
			want[path] = p.Excl
			same = same && math.Abs(got[path]-p.Excl) <= crispOverlaps[c.ID]
		}
		for path, v := range got {
			same = same && math.Abs(v-want[path]) <= crispOverlaps[c.ID]
		}
		if _, differs := crispDiffers[c.ID]; same == differs {
			t.Errorf("%s\n got %v\nwant %v\n%s", c.ID, got, want, dump(trace))
		}
	}
}

func callPath(t *pythia.Trace, span int32) string {
	var up []string
	for i := int(span); i != pythia.NoParent; i = t.Parent(i) {
		p := t.Spans[i].Point
		up = append([]string{"[" + p.Scope + "] " + p.Name}, up...)
	}
	return strings.Join(up, "->")
}

func dump(t *pythia.Trace) string {
	var b strings.Builder
	for i, s := range t.Spans {
		fmt.Fprintf(&b, "%s %d-%d parent %d\n", s.ID, s.StartNanos/1000, s.EndNanos/1000, t.Parent(i))
	}
	return b.String()
}
