package localize

import (
	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

const (
	// leastOccurrences is how many workflows must have passed an edge, before and now, for the two to be compared.
	leastOccurrences = 5
	// comparedBlocks is into how many stretches of time a sample is cut to see how much means wander by themselves.
	comparedBlocks = 10
	leastPerBlock  = 4
	// leastForDependence is how long a series must be to tell how alike neighbours are.
	leastForDependence = 20
)

// A change is reported if it adds leastChange to the mean of the group's requests, at a false discovery rate of changeRate or, if that is
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
		if !at.mayMatter() {
			continue
		}
		tested++
		if at.stake > 0 {
			drafts = append(drafts, changeDraft(at))
		}
	}
	return a.significant(drafts, tested, changeRate, func(f *pythia.Finding) bool {
		return f.StakeSeconds >= leastChange*float64(f.Group.Traces)*f.Group.MeanSeconds
	})
}

// mayMatter reports whether a place takes enough time, before and now taken together, for a change of it to be reported. That sum says nothing
// of the difference, so leaving the rest out costs no error, and spares the correction (Bourgon, Gentleman & Huber 2010).
func (at *place) mayMatter() bool {
	var time, all float64
	for _, in := range at.groups {
		all += float64(in.group.Traces) * in.group.MeanSeconds
		for _, p := range in.parts {
			s := &in.group.shifts[p.edge.index]
			time += p.weight * (s.before.mean + s.after.mean) / 2 * s.units
		}
	}
	return time >= leastChange*all
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

// totalsBefore returns the durations of the baseline's sample, in order of time.
func (g *groupAnalysis) totalsBefore() []float64 {
	var totals []float64
	for _, x := range g.before.sample.byTime() {
		totals = append(totals, seconds(x.total))
	}
	return totals
}
