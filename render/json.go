package render

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/pythia-trace/pythia"
)

// SchemaName identifies the shape of what [JSON] writes.
const SchemaName = "pythia.report/v1"

// JSON writes a report in the shape that [Schema] describes, indented, with a newline at its end. Numbers that are not finite become
// null.
func JSON(w io.Writer, r *pythia.Report, s Sources) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(wireReportOf(r, s)); err != nil {
		return fmt.Errorf("render: writing JSON: %w", err)
	}
	return nil
}

func wireReportOf(r *pythia.Report, s Sources) wireReport {
	out := wireReport{
		Schema:    SchemaName,
		Measure:   r.Measure.String(),
		Input:     wireInputOf(r.Input, s.Input),
		Groups:    each(r.Groups, wireGroupOf),
		Findings:  each(r.Findings, wireFindingOf),
		More:      r.MoreFindings,
		Diagnoses: each(r.Diagnoses, wireDiagnosisOf),
	}
	if d := r.Dropped; d.Groups > 0 {
		out.Dropped = &wireDropped{d.Groups, d.Workflows}
	}
	if r.Baseline != nil {
		in := wireInputOf(*r.Baseline, s.Baseline)
		out.Baseline = &in
	} else if len(s.Baseline.Names) > 0 { // it was given, and nothing in it could be used
		in := wireInputOf(pythia.Input{}, s.Baseline)
		out.Baseline = &in
	}
	return out
}

func wireInputOf(in pythia.Input, f Files) wireInput {
	return wireInput{
		Files: noneNull(f.Names), Traces: in.Traces, Spans: in.Spans, Ignored: in.Ignored,
		Repairs: in.Repairs.ByName(), Rejected: f.Rejected, Problems: noneNull(f.Problems),
	}
}

func wireGroupOf(g *pythia.Group) wireGroup {
	out := wireGroup{
		Key: g.Key.String(), RequestType: g.RequestType, Traces: g.Traces,
		MeanSeconds: number(g.MeanSeconds), StdDevSeconds: number(g.StdDevSeconds), CoV: number(g.CoV),
		P50Seconds: number(g.P50Seconds), P95Seconds: number(g.P95Seconds), P99Seconds: number(g.P99Seconds),
		DipP: number(g.DipP), Modes: each(g.Modes, wireModeOf), Scores: make(map[string]number, len(g.Scores)), TooFew: g.TooFew,
	}
	if b := g.Before; b.Traces > 0 {
		out.Before = &wireBefore{b.Traces, number(b.MeanSeconds), number(b.StdDevSeconds)}
	}
	for _, s := range g.Scores {
		out.Scores[s.Metric] = number(s.Value)
	}
	return out
}

func wireModeOf(m pythia.Mode) wireMode {
	return wireMode{number(m.CenterSeconds), number(m.LowSeconds), number(m.HighSeconds), number(m.Share)}
}

func wireFindingOf(f *pythia.Finding) wireFinding {
	return wireFinding{
		Rank: f.Rank, Group: wireGroupOf(f.Group), Reason: string(f.Reason), Location: wireLocationOf(f.Location),
		StakeSeconds: number(f.StakeSeconds), VarianceShare: number(f.VarianceShare),
		VarianceShareInterval: wireIntervalOf(f.ShareInterval), CountShare: number(f.CountShare), TimeShare: number(f.TimeShare), Groups: f.Groups,
		Significance: wireSignificance{f.Significance.Test, number(f.Significance.P), number(f.Significance.Adjusted), f.Significance.Tested},
		Change:       wireChangeOf(f.Change), Explanations: each(f.Explanations, wireExplanationOf),
	}
}

func wireIntervalOf(i pythia.Interval) *wireInterval {
	if i.Level == 0 {
		return nil
	}
	return &wireInterval{number(i.Low), number(i.High), number(i.Level)}
}

func wireChangeOf(c *pythia.Change) *wireChange {
	if c == nil {
		return nil
	}
	return &wireChange{
		number(c.BeforeSeconds), number(c.AfterSeconds), number(c.Delta.Low), number(c.Delta.High), c.BeforeTraces, c.AfterTraces,
	}
}

func wireLocationOf(l pythia.Location) wireLocation {
	return wireLocation{
		Kind: string(l.Kind), Service: l.Point.Scope, Operation: l.Point.Name, CalleeService: l.Callee, Callees: l.Callees,
		From: wireEventOf(l.From), To: wireEventOf(l.To), Description: wordsOfPlace(l).sentence(), Stack: each(l.Stack, wirePointOf),
	}
}

func wireEventOf(e pythia.Event) wireEvent {
	out := wireEvent{Event: "start", Service: e.Point.Scope, Operation: e.Point.Name, Layer: e.Point.Layer.String()}
	if e.End {
		out.Event = "end"
	}
	return out
}

func wirePointOf(p pythia.TracePointID) wirePoint {
	return wirePoint{p.Scope, p.Name, p.Layer.String()}
}

func wireExplanationOf(e pythia.Explanation) wireExplanation {
	return wireExplanation{
		Variable: e.Variable, Aliases: noneNull(e.Aliases), Strength: number(e.Strength), Direction: e.Direction,
		P: number(e.P), Ranges: each(e.Ranges, wireRangeOf),
	}
}

func wireRangeOf(r pythia.ValueRange) wireRange {
	out := wireRange{Category: r.Category, Seconds: number(r.Seconds), Traces: r.Traces}
	if r.Category == "" {
		low, high := number(r.Low), number(r.High)
		out.Low, out.High = &low, &high
	}
	return out
}

// each converts a slice; it never returns nil, which would be null in JSON.
func each[A, B any](in []A, convert func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = convert(v)
	}
	return out
}

func noneNull(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
