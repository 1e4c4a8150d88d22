package render_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

const evil = "\x1b[2Jx\r\n\u202e|`<img src=x>@all, \": \xff"

// hostileDiagnosis has evil names and impossible numbers wherever there is room for any.
func hostileDiagnosis() *pythia.Diagnosis {
	p := pythia.TracePointID{Layer: 99, Scope: evil, Name: evil}
	nan := math.NaN()
	finding := func(kind pythia.LocationKind, reason pythia.Reason) *pythia.Finding {
		return &pythia.Finding{
			Rank: -1, Reason: reason, StakeSeconds: nan, VarianceShare: math.Inf(1), CountShare: nan, Groups: 1,
			Group: &pythia.Group{
				Key: pythia.NewGroupKey(evil), RequestType: evil, Traces: 1, MeanSeconds: nan, CoV: math.Inf(1),
				Modes: []pythia.Mode{{CenterSeconds: nan, Share: nan}, {CenterSeconds: math.Inf(1)}},
			},
			Location:      pythia.Location{Kind: kind, Point: p, Callee: evil, From: pythia.Event{Point: p}},
			ShareInterval: pythia.Interval{Low: nan, High: math.Inf(1), Level: nan}, Significance: pythia.Significance{P: nan, Adjusted: nan, Tested: -1},
			Explanations: []pythia.Explanation{{Variable: evil, Aliases: []string{evil}, Strength: nan, P: nan, Ranges: []pythia.ValueRange{
				{Category: evil, Seconds: 1}, {Low: nan, High: math.Inf(-1), Seconds: nan}, {Category: evil, Seconds: 2, Traces: -1},
			}}},
		}
	}
	return &pythia.Diagnosis{
		RequestType: evil, Started: at(100), Ended: at(0), Stop: pythia.StopReason(evil),
		Findings: []*pythia.Finding{
			finding(pythia.LocationSpan, pythia.ReasonMultimodal), finding(pythia.LocationGap, pythia.ReasonConsistentlySlow), finding(pythia.LocationCall, pythia.Reason(evil)),
		},
		Hypotheses: []pythia.Hypothesis{
			{Point: p, Attributes: []string{evil}, Why: evil, Enabled: at(0), After: nan, Outcome: pythia.OutcomeHelped, WhyDisabled: evil},
			{Point: p, Why: evil, Before: nan, After: math.Inf(1), Outcome: pythia.OutcomeNoHelp, Disabled: time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC), WhyDisabled: evil},
			{Outcome: pythia.Outcome(evil), Enabled: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)},
		},
	}
}

func hostileCycle() *pythia.Cycle {
	d := hostileDiagnosis()
	s := pythia.Switched{Point: d.Hypotheses[0].Point, Attributes: []string{evil, ""}, RequestType: evil, Why: evil}
	c := &pythia.Cycle{
		Number: -1, Requests: -1, ProfiledOneIn: math.MaxInt, Searching: []*pythia.Diagnosis{hostileDiagnosis(), {}}, Concluded: []*pythia.Diagnosis{hostileDiagnosis(), {}},
		Enabled: []pythia.Switched{s, s, {}}, Disabled: []pythia.Switched{s, {}}, Problems: []string{evil, "", strings.Repeat("long ", 1000)},
		Cost: pythia.Cost{Points: -1, SpansPerSecond: math.NaN(), BytesPerSecond: math.Inf(1), CPU: math.NaN()},
	}
	c.Searching[0].Stop = ""
	return c
}

// requireHarmless checks that nothing in it is markup for a terminal.
func requireHarmless(t *testing.T, out string) {
	t.Helper()
	require.NotRegexp(t, "[\x1b\r\u202e\u00a0]", out)
	require.NotContains(t, out, "NaN")
	require.NotContains(t, out, "Inf")
}

func TestHostileDiagnosesAreHarmless(t *testing.T) {
	r := &pythia.Report{Diagnoses: []*pythia.Diagnosis{hostileDiagnosis(), {}}}
	for _, d := range r.Diagnoses {
		line := render.Line(d)
		requireHarmless(t, line)
		require.NotContains(t, line, "\n")
	}
	out := text(t, r, render.Sources{}, render.Options{})
	requireHarmless(t, out)
	requireWidth(t, out, 80)
	out = markdown(t, r, render.Sources{})
	requireHarmless(t, out)
	require.NotRegexp(t, "<img|[^`\\\\]`[^`]", out)
	require.NotContains(t, out, "@all")
	requireFollowsSchema(t, jsonOf(t, &pythia.Report{Diagnoses: []*pythia.Diagnosis{{}}}, render.Sources{}))
	jsonOf(t, r, render.Sources{})
}

func TestHostileCyclesAreHarmless(t *testing.T) {
	for _, width := range []int{40, 80, 200} {
		out := cycle(t, hostileCycle(), render.Options{Width: width})
		requireHarmless(t, out)
		requireWidth(t, out, width)
	}
	requireHarmless(t, cycle(t, &pythia.Cycle{}, render.Options{}))
}

func TestCyclesAndDiagnosesFitTheirWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 110} {
		o := render.Options{Width: width, Color: true}
		requireWidth(t, cycle(t, eventful(), o), width)
		requireWidth(t, text(t, live(), render.Sources{}, o), width)
		r := live()
		longNames(&pythia.Report{Groups: r.Groups, Findings: append(r.Findings, r.Diagnoses[0].Findings[0], r.Diagnoses[1].Findings[0])})
		for _, d := range r.Diagnoses {
			d.RequestType = strings.Repeat(d.RequestType, 30)
		}
		requireWidth(t, text(t, r, render.Sources{}, o), width)
		c := &pythia.Cycle{Searching: r.Diagnoses}
		requireWidth(t, cycle(t, c, o), width)
		c.Concluded = r.Diagnoses
		requireWidth(t, cycle(t, c, o), width)
	}
	require.Equal(t, cycle(t, eventful(), render.Options{}), ansi.ReplaceAllString(cycle(t, eventful(), render.Options{Color: true}), ""))
}
