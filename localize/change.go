package localize

import (
	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

// A change is reported if it adds leastChange to the mean of the requests that pass the place, at a false discovery rate of changeRate or, if that is
// lower, the configured one: comparisons in time are misled by whatever else goes on in a system.
const (
	leastChange = 0.02
	changeRate  = 0.01
)

const changeTest = "the mean time is as in the baseline (Welch, on means of consecutive requests, one-sided)"

// changed returns the places at which workflows spend longer than in the baseline, most time first.
func (a *analysis) changed() []*pythia.Finding {
	comparable := func(g *groupAnalysis) bool {
		return g.before != nil && !g.TooFew && int(g.before.total.n) >= fewestTraces
	}
	for _, g := range a.groups {
		if comparable(g) {
			g.compare()
		}
	}
	places := a.places(comparable, func(g *groupAnalysis, e *edgeShare) float64 { return g.shifts[e.index].change() })
	var drafts []draft
	tested := 0
	for _, at := range places {
		d := changeDraft(at)
		least := leastChange * d.group.meanTotal(d.parts)
		// What takes too little time, before and now taken together, to matter is not tested. That sum says nothing of the difference, so
		// leaving it out costs no error and spares the correction (Bourgon, Gentleman & Huber 2010).
		if mean := (d.Change.BeforeSeconds + d.Change.AfterSeconds) / 2; !(mean >= least) {
			continue
		}
		tested++
		if d.Change.AfterSeconds-d.Change.BeforeSeconds >= least {
			drafts = append(drafts, d)
		}
	}
	return a.significant(drafts, tested, changeRate, func(d *draft) bool { return d.StakeSeconds > 0 })
}

// meanTotal is the mean duration of the sampled requests that pass any of the parts.
func (g *groupAnalysis) meanTotal(parts []part) float64 {
	passing := make([]bool, len(g.totals))
	for _, p := range parts {
		for _, r := range g.rowsOf(p.edge.index) {
			passing[r.row] = true
		}
	}
	sum, n := 0.0, 0.0
	for i, total := range g.totals {
		if passing[i] {
			sum += total
			n++
		}
	}
	return sum / n
}

func changeDraft(at *place) draft {
	d := at.draft(pythia.ReasonChanged, changeTest)
	before, after := d.group.perRequest(d.parts)
	delta, p := welch(before, after)
	d.Significance.P = max(p, beyondDrift(before, after))
	if d.mostlyNew() {
		d.Significance.P = max(d.Significance.P, d.group.totalP)
	}
	d.Change = &pythia.Change{
		BeforeSeconds: stat.Mean(before, nil), AfterSeconds: stat.Mean(after, nil), Delta: delta,
		BeforeTraces: int(d.group.before.total.n), AfterTraces: d.group.Traces,
	}
	return d
}

// mostlyNew reports whether most of what is at stake is in edges that the baseline does not know.
func (d *draft) mostlyNew() bool {
	var all, unknown float64
	for _, p := range d.parts {
		all += p.stake
		if d.group.shifts[p.edge.index].new {
			unknown += p.stake
		}
	}
	return unknown > all/2
}
