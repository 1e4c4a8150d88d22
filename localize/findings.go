package localize

import (
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

// leastShare is the share of all that is at stake below which a place is not worth a finding.
const leastShare = 0.01

const varianceTest = "the place does not go along with the total (Pearson on winsorised durations, one-sided)"

// highVariance returns the places that carry the variation of groups that vary too much, most at stake first.
func (a *analysis) highVariance() []*pythia.Finding {
	places := a.places(a.unacceptable, (*groupAnalysis).stake)
	drafts := make([]draft, len(places))
	for i, at := range places {
		drafts[i] = varianceDraft(at)
	}
	total := 0.0
	for _, g := range a.groups {
		if a.unacceptable(g) {
			total += g.StakeSeconds()
		}
	}
	return a.significant(drafts, len(places), 1, func(d *draft) bool {
		d.StakeSeconds = a.lastingStake(d.at) // only now: it takes most of the time that all this takes
		return d.StakeSeconds > leastShare*total
	})
}

func varianceDraft(at *place) draft {
	d := at.draft(pythia.ReasonHighVariance, varianceTest)
	a := d.group.in
	a.cut = winsorise(d.varying, a.cut)
	d.Significance.P = correlationP(a.cut, d.group.winsorisedTotals())
	if len(d.group.Modes) > 1 && betweenModes(d.all, d.group.modeOf, len(d.group.Modes)) >= 0.5 {
		d.Reason = pythia.ReasonMultimodal
	}
	return d
}

// winsorisedTotals are the varying totals, the largest cut.
func (g *groupAnalysis) winsorisedTotals() []float64 {
	if g.varyingCut == nil {
		g.varyingCut = winsorise(g.varyingTotals(), nil)
	}
	return g.varyingCut
}

// lastingStake is what is at stake at a place, what lasts over many requests counting more.
func (a *analysis) lastingStake(at *place) float64 {
	persistent := 0.0
	for _, in := range at.groups {
		n := len(in.group.exemplars)
		a.series = slices.Grow(a.series[:0], n)[:n]
		clear(a.series)
		persistent += in.group.persistentStake(in.group.varyingOf(in.parts, a.series), in.stake)
	}
	return (at.stake + persistent) / 2
}

// betweenModes returns η², the share of a sample's variance that lies between the modes.
func betweenModes(x []float64, modeOf []int, modes int) float64 {
	sums, counts := make([]float64, modes), make([]float64, modes)
	for i, v := range x {
		sums[modeOf[i]] += v
		counts[modeOf[i]]++
	}
	mean, variance := stat.PopMeanVariance(x, nil)
	between := 0.0
	for k, n := range counts {
		if n > 0 {
			between += n * (sums[k]/n - mean) * (sums[k]/n - mean)
		}
	}
	if variance == 0 {
		return 0
	}
	return between / float64(len(x)) / variance
}
