package localize

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/pythia-trace/pythia"
)

// draft is a finding before it is known to be significant.
type draft struct {
	*pythia.Finding
	at           *place
	group        *groupAnalysis // the group in which most is at stake
	parts        []part         // what is named there
	all, varying []float64      // seconds on the parts for each workflow of the group's sample; see seriesOf
}

func (at *place) draft(reason pythia.Reason, test string) draft {
	return at.draftOf(at.groups[0].narrow(), reason, test)
}

func (at *place) draftOf(parts []part, reason pythia.Reason, test string) draft {
	d := draft{at: at, group: at.groups[0].group, parts: parts}
	d.all, d.varying = d.group.seriesOf(d.parts)
	d.Finding = &pythia.Finding{
		Group: d.group.Group, Reason: reason, Location: d.group.in.now.locate(at.key, d.parts), StakeSeconds: at.stake, Groups: len(at.groups),
		Significance: pythia.Significance{Test: test},
	}
	for _, p := range at.groups[0].parts {
		d.TimeShare += p.weight * p.edge.nanos / d.group.total.t.float()
	}
	for _, p := range d.parts {
		d.VarianceShare += p.weight * p.edge.share
		d.CountShare += p.weight * p.edge.countShare
	}
	return d
}

// significant corrects the drafts' p-values for all the places looked at, and ranks those that pass, at a false discovery rate of at most
// rate, and matter.
func (a *analysis) significant(drafts []draft, places int, rate float64, matters func(*draft) bool) []*pythia.Finding {
	p := make([]float64, len(drafts))
	for i, d := range drafts {
		p[i] = d.Significance.P
	}
	adjusted := benjaminiHochberg(p, places)
	var kept []*pythia.Finding
	for i := range drafts {
		d := &drafts[i]
		d.Significance.Adjusted, d.Significance.Tested = adjusted[i], places
		if !(adjusted[i] <= min(rate, a.config.FalseDiscoveryRate)) || !matters(d) {
			continue
		}
		d.ShareInterval = d.shareInterval()
		d.Sample = d.group.sampleOf(d.all)
		kept = append(kept, d.Finding)
	}
	rank(kept)
	return kept
}

// shareInterval is the interval of the sample, moved to the share in all workflows and narrowed by their number.
func (d *draft) shareInterval() pythia.Interval {
	iv := slopeInterval(d.all, d.group.totals)
	ofSample := slope(d.all, d.group.totals)
	narrower := math.Sqrt(float64(len(d.all)) / float64(d.group.Traces))
	iv.Low = d.VarianceShare + (iv.Low-ofSample)*narrower
	iv.High = d.VarianceShare + (iv.High-ofSample)*narrower
	return iv
}

// slope returns Cov(y,t)/Var(t); 0 if t does not vary.
func slope(y, t []float64) float64 {
	if v := stat.Variance(t, nil); v > 0 {
		return stat.Covariance(y, t, nil) / v
	}
	return 0
}
