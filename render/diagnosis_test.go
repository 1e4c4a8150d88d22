package render_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/render"
)

var (
	checkout = pythia.TracePointID{Scope: "shop", Name: "POST /checkout"}
	reserve  = pythia.TracePointID{Scope: "inventory", Name: "inventory.Reserve"}
	charge   = pythia.TracePointID{Scope: "payment", Name: "Charge"}
	lock     = pythia.TracePointID{Scope: "inventory", Name: "lock"}
	began    = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
)

func at(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

// bimodal returns a finding of a diagnosis: two modes, explained by a shard.
func bimodal() *pythia.Finding {
	return &pythia.Finding{
		Rank: 1, Reason: pythia.ReasonMultimodal, StakeSeconds: 20, VarianceShare: 0.93, Groups: 1,
		Group: &pythia.Group{
			Key: pythia.NewGroupKey("shop POST /checkout"), RequestType: "shop POST /checkout", Traces: 312, MeanSeconds: 0.06, StdDevSeconds: 0.029, CoV: 0.48,
			Modes: []pythia.Mode{{CenterSeconds: 0.04, Share: 0.75}, {CenterSeconds: 0.12, Share: 0.25}},
		},
		ShareInterval: pythia.Interval{Low: 0.9, High: 0.96, Level: 0.95}, Significance: pythia.Significance{Test: "no link", P: 1e-12, Adjusted: 1e-11, Tested: 9},
		Location: pythia.Location{
			Kind: pythia.LocationSpan, Point: reserve, From: pythia.Event{Point: reserve}, To: pythia.Event{Point: reserve, End: true},
			Stack: []pythia.TracePointID{checkout, reserve},
		},
		Explanations: []pythia.Explanation{{
			Variable: "inventory inventory.Reserve: cache.shard", Strength: 0.98, P: 1e-9,
			Ranges: []pythia.ValueRange{{Category: "0", Seconds: 0.04, Traces: 80}, {Category: "1", Seconds: 0.041, Traces: 80}, {Category: "3", Seconds: 0.12, Traces: 78}},
		}},
	}
}

// explained returns a search that has ended with an explanation.
func explained() *pythia.Diagnosis {
	return &pythia.Diagnosis{
		RequestType: "shop POST /checkout", Started: began, Ended: at(90), Stop: pythia.StopExplained, Findings: []*pythia.Finding{bimodal()},
		Hypotheses: []pythia.Hypothesis{
			{
				Point: reserve, Why: `inside "POST /checkout", varied most when profiled (sd 28 ms in 60 workflows)`, Enabled: at(0), Before: 1, After: 0.93, Requests: 305,
				Outcome: pythia.OutcomeHelped,
			},
			{
				Point: charge, Why: `inside "POST /checkout", varied when profiled (sd 3 ms in 60 workflows)`, Enabled: at(0), Before: 1, After: 0.02, Requests: 305,
				Outcome: pythia.OutcomeNoHelp, Disabled: at(30), WhyDisabled: "it carries 2 % only",
			},
			{
				Point: lock, Why: `inside "inventory.Reserve", varied most when profiled (sd 1 ms in 60 workflows)`, Enabled: at(30), Before: 0.93,
				Outcome: pythia.OutcomeTooFew, Disabled: at(60), WhyDisabled: "too few requests came",
			},
			{
				Point: reserve, Attributes: []string{"cache.shard", "cache.hit"}, Why: `nothing explains yet why inventory, "inventory.Reserve" varies`, Enabled: at(60),
				After: 0.98, Requests: 312, Outcome: pythia.OutcomeHelped,
			},
		},
	}
}

// slow returns a search in progress for what always takes long.
func slow() *pythia.Diagnosis {
	return &pythia.Diagnosis{RequestType: "shop GET /", Started: at(100), Findings: []*pythia.Finding{{
		Rank: 2, Reason: pythia.ReasonConsistentlySlow, TimeShare: 0.81, Groups: 1, Group: &pythia.Group{RequestType: "shop GET /", Traces: 100, MeanSeconds: 1},
		Location:     pythia.Location{Kind: pythia.LocationCall, Point: pythia.TracePointID{Scope: "shop", Name: "GET /"}, Callee: "catalog"},
		Explanations: []pythia.Explanation{},
	}}}
}

func live() *pythia.Report {
	f := bimodal()
	return &pythia.Report{
		Input: pythia.Input{Traces: 412, Spans: 4120}, Groups: []*pythia.Group{f.Group}, Findings: []*pythia.Finding{f},
		Diagnoses: []*pythia.Diagnosis{slow(), explained()},
	}
}

// diagnosed is how the report begins for explained and slow.
const diagnosed = `Diagnosis: POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve
  (p < 0.001)
    shop POST /checkout: searched from 2026-03-01 10:00:00 to 10:01:30 UTC;
      ended since key-values go along with what varies, and nothing more that
      could be switched on lies inside
    multimodal  shop POST /checkout
    inventory, "inventory.Reserve"
      inside  shop "POST /checkout"
      (time of its own, its calls and children aside)
    carries 93 % (90–96 % with 95 % confidence) of the variance of shop POST
      /checkout; p < 0.001, corrected for the 9 places looked at; modes:
      40 ms (75 %), 120 ms (25 %)
    goes along with
      cache.shard  0 → 40 ms, 1 → 41 ms, 3 → 120 ms
          at inventory inventory.Reserve
          correlation 0.98, p < 0.001
    how: what was switched on, with the share before → after
      at once, inside "POST /checkout":
        inventory inventory.Reserve: varied most when profiled (sd 28 ms in 60
            workflows)
          100 % → 93 %: helped (305 requests); still on
        payment Charge: varied when profiled (sd 3 ms in 60 workflows)
          100 % → 2 %: did not help (305 requests); off after 30 s: it carries
            2 % only
      after 30 s, inside "inventory.Reserve", varied most when profiled (sd 1 ms
          in 60 workflows):
        inventory lock
          93 % before: too few requests; off after 60 s: too few requests came
      after 60 s, nothing explains yet why inventory, "inventory.Reserve"
          varies:
        the attributes cache.shard, cache.hit of inventory inventory.Reserve
          correlation 0.98: helped (312 requests); still on
    3 trace points were on, at most 2 at a time

Diagnosis: GET / is always slow: 81 % of the time in the call from shop to
  catalog (the search goes on)
    shop GET /: searched since 2026-03-01 10:01:40 UTC
    consistently slow  shop GET /
    the call from shop to catalog, "GET /"
      (time between caller and callee: the network, queues, waiting to be
      served)
    takes 810 ms of the 1.0 s that shop GET / lasts on average, hardly varying;
      p < 0.001

Requests expected to perform alike, most time at stake first
`

func TestTextTellsDiagnosesFirst(t *testing.T) {
	out := text(t, live(), render.Sources{}, render.Options{})
	_, out, _ = strings.Cut(out, "\n\n")
	require.Equal(t, diagnosed, out[:min(len(diagnosed), len(out))])
	require.Contains(t, out, "#1  multimodal  shop POST /checkout\n")
	require.Contains(t, out, "\nNext, for POST /checkout: look at \"inventory.Reserve\" in inventory, or add trace\npoints inside it.\n")
}

func TestMarkdownTellsDiagnoses(t *testing.T) {
	out := markdown(t, live(), render.Sources{})
	for _, part := range []string{
		"\n### Diagnosis: POST /checkout is bimodal: cache.shard = 3 on inventory.Reserve (p &lt; 0.001)\n\nshop POST /checkout: searched from",
		"\n#### multimodal: shop POST /checkout\n\n**inventory, \"inventory.Reserve\"**\n", "- modes: 40 ms (75 %), 120 ms (25 %)\n",
		"| 0 s | payment Charge | inside \"POST /checkout\", varied when profiled (sd 3 ms in 60 workflows) | 100 % → 2 % | did not help (305 requests) | off after 30 s: it carries 2 % only |\n",
		"\n3 trace points were on, at most 2 at a time.\n",
	} {
		require.Contains(t, out, part)
	}
	require.Less(t, strings.Index(out, "### Diagnosis: GET /"), strings.Index(out, "### 1. multimodal"))
}

func TestWithoutDiagnosesNothingIsSaidOfThem(t *testing.T) {
	r, s := example()
	for _, out := range []string{text(t, r, s, render.Options{}), markdown(t, r, s), jsonOf(t, r, s)} {
		require.NotContains(t, strings.ToLower(out), "diagnos")
	}
}

func TestResultsComeFirstAndTheLatestOfThem(t *testing.T) {
	ended := func(name string, s int, stop pythia.StopReason, findings ...*pythia.Finding) *pythia.Diagnosis {
		return &pythia.Diagnosis{RequestType: name, Started: began, Ended: at(s), Stop: stop, Findings: findings}
	}
	searching := &pythia.Diagnosis{RequestType: "going on", Started: began}
	r := &pythia.Report{Diagnoses: []*pythia.Diagnosis{
		ended("gone", 1, pythia.StopGone), ended("early", 2, pythia.StopLeaf, bimodal()), ended("late", 3, pythia.StopSpread, bimodal()), searching,
	}}
	out := text(t, r, render.Sources{}, render.Options{Width: 100})
	require.Equal(t, []string{
		"Diagnosis: late is bimodal in many places, none of which carries enough",
		"Diagnosis: early is bimodal: cache.shard = 3 on inventory.Reserve (p < 0.001)",
		"Diagnosis: going on is being looked into (the search goes on)",
		"Diagnosis: gone varies no more",
	}, linesWith(out, "Diagnosis: "))
	require.Contains(t, out, "Next, for early: look at")

	r.Diagnoses = r.Diagnoses[2:]
	require.Contains(t, text(t, r, render.Sources{}, render.Options{}), "Nothing is diagnosed yet; 1 search goes on.")
	r.Diagnoses = r.Diagnoses[:1]
	require.Contains(t, text(t, r, render.Sources{}, render.Options{}), "No place is to blame")
	for range 20 {
		r.Diagnoses = append(r.Diagnoses, explained())
	}
	out = text(t, r, render.Sources{}, render.Options{})
	require.Len(t, linesWith(out, "Diagnosis: "), 8)
	require.Contains(t, out, "\nand 13 more diagnoses (--format json has all)\n")
	require.Contains(t, markdown(t, r, render.Sources{}), "\nAnd 13 more diagnoses.\n")
}

func linesWith(s, prefix string) []string {
	var out []string
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, prefix) {
			out = append(out, strings.TrimSuffix(line, "\n"))
		}
	}
	return out
}

func TestRemedyDependsOnThePlace(t *testing.T) {
	for want, l := range map[string]pythia.Location{
		"look at the network and the queue in front of catalog.": {Kind: pythia.LocationCall, Callee: "catalog"},
		`add a trace point between the start of "lock" and the end of shop "POST /checkout" in inventory.`: {
			Kind: pythia.LocationGap, Point: lock, From: pythia.Event{Point: lock}, To: pythia.Event{Point: checkout, End: true},
		},
	} {
		d := explained()
		d.Findings[0].Location = l
		out := text(t, &pythia.Report{Diagnoses: []*pythia.Diagnosis{d}}, render.Sources{}, render.Options{Width: 200})
		require.Contains(t, out, "Next, for POST /checkout: "+want)
	}
}

func TestPointsAreCountedAtATime(t *testing.T) {
	on := func(p pythia.TracePointID, from, to int, attributes ...string) pythia.Hypothesis {
		h := pythia.Hypothesis{Point: p, Attributes: attributes, Enabled: at(from)}
		if to > 0 {
			h.Disabled = at(to)
		}
		return h
	}
	failed := on(checkout, 0, 0)
	failed.Outcome = pythia.OutcomeFailed
	for want, all := range map[string][]pythia.Hypothesis{
		`{"total": 0, "at_once": 0}`: {failed, on(charge, 0, 0, "always on, so only its attributes")},
		`{"total": 1, "at_once": 1}`: {on(lock, 0, 10), on(lock, 5, 20, "a"), on(lock, 30, 0)},
		`{"total": 2, "at_once": 1}`: {on(lock, 0, 10), on(charge, 10, 0)}, // points go off before others go on
		`{"total": 3, "at_once": 2}`: {on(lock, 0, 10), on(charge, 0, 20), on(reserve, 10, 0), on(lock, 30, 30)},
	} {
		out := jsonOf(t, &pythia.Report{Diagnoses: []*pythia.Diagnosis{{Hypotheses: all}}}, render.Sources{})
		require.Contains(t, unwrapped(out), `"points_on": `+strings.NewReplacer("{", "{ ", "}", " }").Replace(want))
	}
}

func TestHistoryOfWhatWasNeverJudged(t *testing.T) {
	d := explained()
	d.Stop, d.Ended = "", time.Time{}
	d.Hypotheses = []pythia.Hypothesis{
		{Point: lock, Enabled: at(5), Before: 0.5, Outcome: pythia.OutcomeOpen},
		{Point: charge, Enabled: at(5), Before: 0.5, Outcome: pythia.OutcomeFailed, Disabled: at(5), WhyDisabled: "unsupported"},
		{Point: reserve, Enabled: at(300), Attributes: []string{"x"}, Why: "w", Outcome: pythia.OutcomeDropped, Disabled: at(400)},
		{Point: reserve, Attributes: []string{"1", "2", "3", "4", "5", "6", "7", "8"}, Outcome: "odd"},
	}
	out := text(t, &pythia.Report{Diagnoses: []*pythia.Diagnosis{d}}, render.Sources{}, render.Options{})
	require.Contains(t, out, `    how: what was switched on, with the share before → after
      after 5.0 s:
        inventory lock
          50 % before: not judged yet; still on
        payment Charge
          50 % before: could not be switched on; off after 5.0 s: unsupported
      after 5 min, w:
        the attribute x of inventory inventory.Reserve
          dropped, being too costly; off after 6 min 40 s
        the attributes 1, 2, 3, 4, 5, 6 and 2 more of
            inventory inventory.Reserve
          odd; still on
    1 trace point was on
`)
}

func TestNothingExplainsADiagnosis(t *testing.T) {
	d := explained()
	d.Stop = pythia.StopLeaf
	d.Findings[0].Explanations = []pythia.Explanation{}
	r := &pythia.Report{Diagnoses: []*pythia.Diagnosis{d}}
	require.Contains(t, text(t, r, render.Sources{}, render.Options{}), "\n    No recorded attribute goes along with it.\n")
	d.Findings[0].Explanations = nil // it was not looked for
	require.NotContains(t, text(t, r, render.Sources{}, render.Options{}), "No recorded attribute")
}

func TestSearchTimes(t *testing.T) {
	d := explained()
	for want, ended := range map[string]time.Time{
		"searched from 2026-03-01 10:00:00 to 10:00:05 UTC; ended":                at(5),
		"searched from 2026-03-01 10:00:00 UTC to 2026-03-02 10:00:00 UTC; ended": at(86400),
		"searched; ended": at(-1),
	} {
		d.Ended = ended
		require.Contains(t, unwrapped(text(t, &pythia.Report{Diagnoses: []*pythia.Diagnosis{d}}, render.Sources{}, render.Options{})), want)
	}
}
