package replay

import (
	"math"
	"time"
)

// Row is what a contender came to in a [Comparison]: means over its trials. They hold for the requests and the place that were replayed: the intervals say
// what other profiles and orders of arrival would change, not what other faults would.
type Row struct {
	Contender string
	Results   []*Result // by seed, that of seed 1 first
	// Found is the proportion of trials that ended with the true place first, and Named of those that ended with it at all.
	Found, Named Estimate
	// Cycles is how many decisions a trial took, and Requests how many requests it played.
	Cycles, Requests Estimate
	// EnabledShare is the share of the contexts that were on at some time, beyond the skeleton, and Enabled how many those were. Astray are those
	// of them that neither led to the true place nor lay in it. StillOnShare is the share of the contexts that were on at the end.
	EnabledShare, Enabled, Astray, StillOnShare Estimate
	// VarianceShare is the share of the variation at the place that the search ended with, and Explained the correlation of what explains it best; 0
	// where a search named no place, or nothing that explains it.
	VarianceShare, Explained Estimate
	// DecisionSeconds is what a call of the strategy took in the mean, and LongestDecision the longest of all trials. It is time by the wall clock:
	// trials that run at the same time slow each other down.
	DecisionSeconds Estimate
	LongestDecision time.Duration
}

// Trials is how many trials there were: one for each seed.
func (r *Row) Trials() int { return len(r.Results) }

func newRow(contender string, results []*Result) Row {
	row := Row{Contender: contender, Results: results}
	for _, q := range quantities() {
		*q.in(&row) = q.estimate(results)
	}
	for _, r := range results {
		for _, d := range r.Decisions {
			row.LongestDecision = max(row.LongestDecision, d)
		}
	}
	return row
}

// quantity is something that is estimated over trials.
type quantity struct {
	name, head string // in CSV, and in text
	unit       unit
	of         func(*Result) float64
	in         func(*Row) *Estimate
}

// quantities returns all, in the order in which they are written.
func quantities() []quantity {
	return []quantity{
		{"found", "found", unitProportion, func(r *Result) float64 { return oneIf(r.Found) }, func(r *Row) *Estimate { return &r.Found }},
		{"named", "named", unitProportion, func(r *Result) float64 { return oneIf(r.Named) }, func(r *Row) *Estimate { return &r.Named }},
		{"cycles", "cycles", unitCount, func(r *Result) float64 { return float64(r.Cycles) }, func(r *Row) *Estimate { return &r.Cycles }},
		{"requests", "requests", unitCount, func(r *Result) float64 { return float64(r.Requests) }, func(r *Row) *Estimate { return &r.Requests }},
		{"enabled_share", "enabled", unitShare, func(r *Result) float64 { return r.shareOf(r.Enabled) }, func(r *Row) *Estimate { return &r.EnabledShare }},
		{"enabled", "contexts", unitCount, func(r *Result) float64 { return float64(r.Enabled) }, func(r *Row) *Estimate { return &r.Enabled }},
		{"astray", "astray", unitCount, func(r *Result) float64 { return float64(r.Astray) }, func(r *Row) *Estimate { return &r.Astray }},
		{"still_on_share", "still on", unitShare, func(r *Result) float64 { return r.shareOf(r.StillOn) }, func(r *Row) *Estimate { return &r.StillOnShare }},
		{"variance_share", "variance", unitShare, func(r *Result) float64 { return r.VarianceShare }, func(r *Row) *Estimate { return &r.VarianceShare }},
		{"explained", "explained", unitCorrelation, func(r *Result) float64 { return r.Explained }, func(r *Row) *Estimate { return &r.Explained }},
		{"decision_seconds", "decision", unitSeconds, (*Result).decisionSeconds, func(r *Row) *Estimate { return &r.DecisionSeconds }},
	}
}

func (q *quantity) estimate(results []*Result) Estimate {
	values := make([]float64, len(results))
	for i, r := range results {
		values[i] = q.of(r)
	}
	switch q.unit {
	case unitProportion:
		return ProportionOf(values)
	case unitShare, unitCorrelation:
		return MeanOf(values).within(0, 1)
	}
	return MeanOf(values).within(0, math.Inf(1))
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// shareOf returns which share of the contexts so many are.
func (r *Result) shareOf(contexts int) float64 {
	return float64(contexts) / float64(max(r.Contexts, 1))
}

// decisionSeconds is the mean of a trial's decisions; NaN if it made none, so that it does not count.
func (r *Result) decisionSeconds() float64 {
	if len(r.Decisions) == 0 {
		return math.NaN()
	}
	var sum time.Duration
	for _, d := range r.Decisions {
		sum += d
	}
	return sum.Seconds() / float64(len(r.Decisions))
}
