package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

// leastShare is the share of all that is at stake below which a place is not worth a finding.
const leastShare = 0.005

const varianceTest = "the place does not go along with the total (Pearson on winsorised durations, one-sided)"

// highVariance returns the places that carry the variation of groups that vary too much, most at stake first.
func (a *analysis) highVariance() []*pythia.Finding {
	places := a.places(a.unacceptable, (*groupAnalysis).stake)
	total := 0.0
	for _, g := range a.groups {
		if a.unacceptable(g) {
			total += g.StakeSeconds()
		}
	}
	var findings []*pythia.Finding
	var p []float64
	for _, at := range places {
		f := a.varianceFinding(at)
		findings = append(findings, f)
		p = append(p, f.Significance.P)
	}
	return a.significant(findings, p, 1, func(f *pythia.Finding) bool { return f.StakeSeconds > leastShare*total })
}

// significant corrects the p-values for all places looked at, and ranks the findings that pass, at a false discovery rate of at most rate, and
// matter.
func (a *analysis) significant(findings []*pythia.Finding, p []float64, rate float64, matters func(*pythia.Finding) bool) []*pythia.Finding {
	adjusted := benjaminiHochberg(p)
	var kept []*pythia.Finding
	for i, f := range findings {
		f.Significance.Adjusted, f.Significance.Tested = adjusted[i], len(p)
		if adjusted[i] <= min(rate, a.config.FalseDiscoveryRate) && matters(f) {
			kept = append(kept, f)
		}
	}
	rank(kept)
	return kept
}

func (a *analysis) varianceFinding(at *place) *pythia.Finding {
	in := at.groups[0]
	g := in.group
	parts := in.narrow()
	all, varying := g.seriesOf(parts)
	f := &pythia.Finding{
		Group: &g.Group, Reason: pythia.ReasonHighVariance, Location: locate(at.key, parts),
		StakeSeconds: at.stake / 2, Groups: len(at.groups),
		Significance: pythia.Significance{Test: varianceTest, P: correlationP(winsorised(varying).seconds, winsorised(g.varyingTotals()).seconds)},
		Sample:       g.sampleOf(all),
	}
	for _, in := range at.groups {
		_, varying := in.group.seriesOf(in.parts)
		f.StakeSeconds += in.group.persistentStake(varying, in.stake) / 2
	}
	for _, p := range parts {
		f.VarianceShare += p.weight * p.edge.share
		f.CountShare += p.weight * p.edge.countShare
	}
	if f.Significance.P < 0.05 {
		f.ShareInterval = bootstrapSlope(all, g.totals)
	}
	if len(g.Modes) > 1 && betweenModes(all, g.modeOf, len(g.Modes)) >= 0.5 {
		f.Reason = pythia.ReasonMultimodal
	}
	return f
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

// A place is always slow if it takes at least slowShare of the group's time on average and its own standard deviation is at most
// steadyCoV of its mean.
const (
	slowShare = 0.25
	steadyCoV = 0.25
)

const slowTest = "the place takes no more than a quarter of the total on average (Student, one-sided)"

// consistentlySlow returns the places that take much of their groups' time and always about as long, most time first.
func (a *analysis) consistentlySlow() []*pythia.Finding {
	judged := func(g *groupAnalysis) bool { return !g.TooFew && g.MeanSeconds > a.config.AcceptableStdDev.Seconds() }
	places := a.places(judged, func(_ *groupAnalysis, e *edgeShare) float64 { return e.x.float() / 1e9 })
	var findings []*pythia.Finding
	var p []float64
	for _, at := range places {
		if f := a.slowFinding(at); f != nil {
			findings = append(findings, f)
			p = append(p, f.Significance.P)
		}
	}
	return a.significant(findings, p, 1, func(*pythia.Finding) bool { return true })
}

func (a *analysis) slowFinding(at *place) *pythia.Finding {
	in := at.groups[0]
	g := in.group
	parts := in.narrow()
	all, _ := g.seriesOf(parts)
	mean, sd := stat.PopMeanStdDev(all, nil)
	if mean < slowShare*g.MeanSeconds || sd > steadyCoV*mean {
		return nil
	}
	excess := make([]float64, len(all))
	for i := range all {
		excess[i] = all[i] - slowShare*g.totals[i]
	}
	m, s := stat.MeanStdDev(excess, nil)
	n := float64(len(excess))
	f := &pythia.Finding{
		Group: &g.Group, Reason: pythia.ReasonConsistentlySlow, Location: locate(at.key, parts), StakeSeconds: at.stake, Groups: len(at.groups),
		Significance: pythia.Significance{Test: slowTest, P: studentP(m/math.Max(s/math.Sqrt(n), 1e-12), n-1)},
		Sample:       g.sampleOf(all),
	}
	for _, p := range parts {
		f.VarianceShare += p.weight * p.edge.share
		f.CountShare += p.weight * p.edge.countShare
	}
	f.ShareInterval = bootstrapSlope(all, g.totals)
	return f
}
