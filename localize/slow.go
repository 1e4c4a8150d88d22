package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

// A place is always slow if it takes at least slowShare of the group's time on average and its own standard deviation is at most
// steadyCoV of its mean.
const (
	slowShare = 0.25
	steadyCoV = 0.25
)

const slowTest = "the place takes no more than a quarter of the total on average (Student, one-sided)"

// consistentlySlow returns the places that take much of their groups' time and always about as long, most time first.
func (a *analysis) consistentlySlow() []*pythia.Finding {
	judged := func(g *groupAnalysis) bool { return !g.TooFew && g.MeanSeconds > a.config.NegligibleStdDev.Seconds() }
	places := a.places(judged, func(_ *groupAnalysis, e *edgeShare) float64 { return e.nanos / 1e9 })
	var drafts []draft
	for _, at := range places {
		if d, slow := slowDraft(at); slow {
			drafts = append(drafts, d)
		}
	}
	return a.significant(drafts, len(places), 1, func(*draft) bool { return true })
}

// slowDraft looks at the edge that dominates the place, and at the place as a whole: where it is passed in several ways, only that is steady.
func slowDraft(at *place) (draft, bool) {
	for _, parts := range [][]part{at.groups[0].narrow(), at.groups[0].byStake()} {
		d := at.draftOf(parts, pythia.ReasonConsistentlySlow, slowTest)
		mean, sd := stat.PopMeanStdDev(d.all, nil)
		if mean >= slowShare*d.group.MeanSeconds && sd <= steadyCoV*mean {
			d.Significance.P = d.slowP()
			return d, true
		}
	}
	return draft{}, false
}

// slowP is the p-value of the test.
func (d *draft) slowP() float64 {
	excess := make([]float64, len(d.all))
	for i, total := range d.group.totals {
		excess[i] = d.all[i] - slowShare*total
	}
	m, s := stat.MeanStdDev(excess, nil)
	n := float64(len(excess))
	return studentP(m/math.Max(s/math.Sqrt(n), 1e-12), n-1)
}
