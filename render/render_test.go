package render_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

// example returns a report with a finding of every reason and every kind of location.
func example() (*pythia.Report, render.Sources) {
	create := &pythia.Group{
		Key: pythia.NewGroupKey("create", "services:7#238b30fc", "points:60#cfbd307f"), RequestType: "create", Traces: 118, MeanSeconds: 12.18,
		StdDevSeconds: 3.5, CoV: 0.29, P50Seconds: 10, P95Seconds: 19, P99Seconds: 21, DipP: 0.001, Scores: []pythia.Score{{Metric: "cov", Value: 0.29}},
		Modes: []pythia.Mode{{CenterSeconds: 9.07, LowSeconds: 7.8, HighSeconds: 10.3, Share: 0.51}, {CenterSeconds: 14.6, LowSeconds: 11.6, HighSeconds: 17, Share: 0.49}},
	}
	other := &pythia.Group{Key: pythia.NewGroupKey("create"), RequestType: "create", Traces: 20, MeanSeconds: 0.014, StdDevSeconds: 0.00082}
	few := &pythia.Group{Key: pythia.NewGroupKey("list"), RequestType: "list", Traces: 3, TooFew: true}
	wait := pythia.TracePointID{Scope: "compute", Name: "semaphore"}
	build := pythia.TracePointID{Scope: "compute", Name: "build"}
	save := pythia.TracePointID{Scope: "conductor", Name: "save"}
	sure := pythia.Significance{Test: "no link", P: 1e-12, Adjusted: 1e-9, Tested: 102}
	sample := &pythia.Sample{}
	for i := range 118 {
		total := 9 + 5.5*float64(i%2) + float64(i%7)/10
		sample.TotalSeconds = append(sample.TotalSeconds, total)
		sample.PlaceSeconds = append(sample.PlaceSeconds, total-9)
	}
	r := &pythia.Report{
		Input: pythia.Input{Traces: 141, Spans: 15536}, Baseline: &pythia.Input{Traces: 1, Spans: 2}, Groups: []*pythia.Group{create, other, few},
		Findings: []*pythia.Finding{
			{
				Rank: 1, Group: create, Reason: pythia.ReasonMultimodal, StakeSeconds: 345, VarianceShare: 0.833, CountShare: 0.06, Groups: 1,
				ShareInterval: pythia.Interval{Low: 0.808, High: 0.859, Level: 0.95}, Significance: sure, Sample: sample,
				Location: pythia.Location{Kind: pythia.LocationSpan, Point: wait, From: pythia.Event{Point: wait}, To: pythia.Event{Point: wait, End: true}, Stack: []pythia.TracePointID{build, wait}},
				Explanations: []pythia.Explanation{{
					Variable: "compute semaphore: queue_length", Aliases: []string{"compute semaphore: in_use", "compute build: queue_length"}, Strength: 0.87, Direction: 1, P: 0.001,
					Ranges: []pythia.ValueRange{{Low: 0, High: 0, Seconds: 9.1, Traces: 60}, {Low: 1, High: 2, Seconds: 14.6, Traces: 49}, {Low: 3, High: 5, Seconds: 19.7, Traces: 9}},
				}, {
					Variable: "compute: zone", Strength: 0.5, P: 0.002, Ranges: []pythia.ValueRange{{Category: "a|b", Seconds: 9.1, Traces: 60}, {Category: "c", Seconds: 14.6, Traces: 58}},
				}},
			},
			{
				Rank: 2, Group: create, Reason: pythia.ReasonHighVariance, Groups: 3, Significance: sure, Sample: sample, VarianceShare: 0.2,
				Location: pythia.Location{Kind: pythia.LocationGap, Point: build, From: pythia.Event{Point: build}, To: pythia.Event{Point: save}},
			},
			{
				Rank: 3, Group: other, Reason: pythia.ReasonChanged, Groups: 1, Significance: sure, VarianceShare: math.NaN(),
				Location: pythia.Location{Kind: pythia.LocationCall, Point: build, Callee: "images"},
				Change:   &pythia.Change{BeforeSeconds: 0.0049, AfterSeconds: 0.61, Delta: pythia.Interval{Low: 0.597, High: 0.612, Level: 0.95}, BeforeTraces: 158, AfterTraces: 131},
			},
			{
				Rank: 4, Group: other, Reason: pythia.ReasonConsistentlySlow, Groups: 1, Significance: sure, Sample: sample,
				Location: pythia.Location{Kind: pythia.LocationGap, From: pythia.Event{}, To: pythia.Event{Point: save, End: true}},
			},
		},
	}
	r.Input.Repairs.Add(pythia.RepairClockSkew, 1)
	r.Input.Repairs.Add(pythia.RepairAsynchronous, 2072)
	s := render.Sources{
		Input:    render.Files{Names: []string{"a.jsonl", "-"}, Rejected: 2, Problems: []string{"a.jsonl:7: not valid JSON"}},
		Baseline: render.Files{Names: []string{"before.json"}},
	}
	return r, s
}

func text(t *testing.T, r *pythia.Report, s render.Sources, o render.Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.Text(&b, r, s, o))
	return b.String()
}

func markdown(t *testing.T, r *pythia.Report, s render.Sources) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.Markdown(&b, r, s))
	return b.String()
}

// unwrapped joins the lines of a text, so that sentences can be looked for.
func unwrapped(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTextSaysWhatMatters(t *testing.T) {
	r, s := example()
	out := unwrapped(text(t, r, s, render.Options{}))
	for _, part := range []string{
		"Read 141 requests (15,536 spans) from a.jsonl, standard input.",
		"Compared with 1 request (2 spans) from before.json.",
		"Durations are taken until all work was done",
		"Put right: 1 span moved for clock skew, 2,072 spans that outlasted their parent.",
		"Left out as unusable: 2 spans or records.",
		"create 60 trace points 118 12.2 ± 3.5 s 9.1, 14.6 s",
		"create the rest 20 14 ms ± 820 µs",
		"1 group of fewer than 8 requests, too few to judge",
		`#1 multimodal create (same 60 trace points) compute, "semaphore" inside "build"`,
		"carries 83 % (81–86 % with 95 % confidence) of the variance of create; 6 % of the variance comes from its being passed more often",
		"p < 0.001, corrected for the 102 places looked at",
		"modes: 9.1 s (51 %), 14.6 s (49 %)",
		"queue_length 0 → 9.1 s, 1–2 → 14.6 s, ≥ 3 → 19.7 s at compute semaphore also in_use correlation 0.87, p = 0.001",
		"zone a|b → 9.1 s, c → 14.6 s at compute",
		`nothing is instrumented in compute from the start of "build" to the start of conductor "save"`,
		"carries 20 % of the variance of create; p < 0.001; it matters in 3 groups",
		"No recorded attribute goes along with it.",
		`#3 changed create (the rest) the call from compute to images, "build"`,
		"takes 610 ms, before it took 4.9 ms: a difference of 597 to 612 ms; 131 requests now, 158 before",
		"nothing is instrumented in the client from the start of the workflow to the end of conductor \"save\"",
		"#4 consistently slow",
		`Next: look at "semaphore" in compute (#1)`,
	} {
		require.Contains(t, out, part)
	}
}

func TestMarkdownSaysTheSame(t *testing.T) {
	r, s := example()
	out := markdown(t, r, s)
	for _, part := range []string{
		"### 1. multimodal: create (same 60 trace points)", "| create | 60 trace points | 118 | 12.2 ± 3.5 s | 9.1, 14.6 s |",
		"carries 83 % (81–86 % with 95 % confidence) of the variance of create", "**queue\\_length**", "0 → 9.1 s, 1–2 → 14.6 s, ≥ 3 → 19.7 s",
		`a\|b → 9.1 s`, "```text\nrequests by duration\n",
	} {
		require.Contains(t, out, part)
	}
}

func TestJSON(t *testing.T) {
	r, s := example()
	var b bytes.Buffer
	require.NoError(t, render.JSON(&b, r, s))
	var got map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	require.Equal(t, "pythia.report/v1", got["schema"])
	require.Equal(t, "work_done", got["measure"])
	require.Equal(t, map[string]any{
		"files": []any{"a.jsonl", "-"}, "traces": 141.0, "spans": 15536.0, "ignored": 0.0, "rejected": 2.0, "problems": []any{"a.jsonl:7: not valid JSON"},
		"repairs": map[string]any{"clock_skew": 1.0, "asynchronous": 2072.0},
	}, got["input"])
	findings := got["findings"].([]any)
	first, third := findings[0].(map[string]any), findings[2].(map[string]any)
	require.Equal(t, `compute, "semaphore" inside "build"`, first["location"].(map[string]any)["description"])
	require.NotContains(t, first["location"], "callee_service")
	require.Equal(t, map[string]any{"low": 0.808, "high": 0.859, "level": 0.95}, first["variance_share_interval"])
	require.NotContains(t, first, "change")
	require.Equal(t, "images", third["location"].(map[string]any)["callee_service"])
	require.Nil(t, third["variance_share"], "not a number")
	require.Nil(t, third["variance_share_interval"])
	require.Equal(t, []any{}, third["explanations"])
	zone := first["explanations"].([]any)[1].(map[string]any)["ranges"].([]any)[0]
	require.Equal(t, map[string]any{"category": "a|b", "seconds": 9.1, "traces": 60.0}, zone)
}

func TestUnusableBaselineIsNamed(t *testing.T) {
	r, s := example()
	r.Baseline = nil
	require.Contains(t, text(t, r, s, render.Options{}), "Nothing in the baseline from before.json could be used")
	var b bytes.Buffer
	require.NoError(t, render.JSON(&b, r, s))
	require.Contains(t, b.String(), `"before.json"`)
}

func TestNoFindings(t *testing.T) {
	group := func(n int) *pythia.Group { return &pythia.Group{Key: "a", RequestType: "a", Traces: n, TooFew: n < 8} }
	for want, r := range map[string]*pythia.Report{
		"no request belongs to any group": {},
		"too few requests. A group of like requests needs at least 8 to be judged; the largest here has 5.": {Groups: []*pythia.Group{group(5), group(2)}},
		"in none of the 1 group do durations vary more than is acceptable":                                  {Groups: []*pythia.Group{group(50)}},
		"nothing takes longer than in the baseline":                                                         {Groups: []*pythia.Group{group(50)}, Baseline: &pythia.Input{}},
	} {
		out := unwrapped(text(t, r, render.Sources{}, render.Options{}))
		require.Contains(t, out, "No findings: "+want)
		require.Contains(t, markdown(t, r, render.Sources{}), "No findings: ")
	}
}

func TestAnsweredIsSaid(t *testing.T) {
	out := text(t, &pythia.Report{Measure: pythia.UntilAnswered}, render.Sources{}, render.Options{})
	require.Contains(t, out, "until the client was answered")
}
