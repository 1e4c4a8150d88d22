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
	var findings []*pythia.Finding
	var p []float64
	for _, at := range places {
		if at.stake <= 0 {
			break
		}
		f := a.changeFinding(at)
		findings = append(findings, f)
		p = append(p, f.Significance.P)
	}
	return a.significant(findings, p, changeRate, func(f *pythia.Finding) bool {
		return f.StakeSeconds >= leastChange*float64(f.Group.Traces)*f.Group.MeanSeconds
	})
}

func (a *analysis) changeFinding(at *place) *pythia.Finding {
	in := at.groups[0]
	g := in.group
	parts := in.narrow()
	all, _ := g.seriesOf(parts)
	before, after := g.perRequest(parts)
	delta, p := welch(before, after)
	p = max(p, beyondDrift(before, after))
	f := &pythia.Finding{
		Group: &g.Group, Reason: pythia.ReasonChanged, Location: locate(at.key, parts), StakeSeconds: at.stake, Groups: len(at.groups),
		Significance:  pythia.Significance{Test: changeTest, P: p},
		ShareInterval: bootstrapSlope(all, g.totals),
		Change: &pythia.Change{
			BeforeSeconds: stat.Mean(before, nil), AfterSeconds: stat.Mean(after, nil), Delta: delta,
			BeforeTraces: int(g.before.total.n), AfterTraces: g.Traces,
		},
		Sample: g.sampleOf(all),
	}
	for _, p := range parts {
		f.VarianceShare += p.weight * p.edge.share
		f.CountShare += p.weight * p.edge.countShare
	}
	return f
}
