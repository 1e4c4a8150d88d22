package localize

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia"
)

const (
	// leastOccurrences is how many workflows must have passed an edge, before and now, for the two to be compared.
	leastOccurrences = 5
	// winsor is the quantile at which durations per occurrence are cut before means are compared, so that a single stall makes no change.
	winsor = 0.99
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

const changeTest = "the mean time per occurrence is as in the baseline (Welch, on means of consecutive requests, one-sided)"

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
	places := a.places(comparable, func(g *groupAnalysis, e *edgeShare) float64 { return g.shifts[e.index].stake })
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

// shift compares an edge with the baseline.
type shift struct {
	known         bool
	before, after occurrences
	stake         float64 // seconds, over all requests of now
}

// occurrences are the seconds per occurrence of an edge, for each workflow of a sample by time; NaN where it is absent.
type occurrences struct {
	seconds []float64
	mean    float64 // of those present
	present int
}

// compare fills the shifts of a group's edges.
func (g *groupAnalysis) compare() {
	g.shifts = make([]shift, len(g.accumulator.edges))
	now, then := perOccurrence(g.exemplars, len(g.accumulator.edges)), perOccurrence(g.before.sample.byTime(), len(g.before.edges))
	for i := range g.edges {
		e := &g.edges[i]
		j, ok := g.before.index[e.key]
		if !ok {
			continue
		}
		s := &g.shifts[e.index]
		s.before, s.after = winsorised(then[j]), winsorised(now[e.index])
		if min(s.before.present, s.after.present) < leastOccurrences {
			continue
		}
		s.known = true
		s.stake = (s.after.mean - s.before.mean) * e.count.float()
	}
}

func perOccurrence(sample []*exemplar, edges int) [][]float64 {
	out := make([][]float64, edges)
	for i, x := range sample {
		for _, s := range x.edges {
			if out[s.edge] == nil {
				out[s.edge] = make([]float64, len(sample))
				for k := range out[s.edge] {
					out[s.edge][k] = math.NaN()
				}
			}
			out[s.edge][i] = float64(s.nanos) / float64(s.count) / 1e9
		}
	}
	return out
}

func winsorised(x []float64) occurrences {
	var present []float64
	for _, v := range x {
		if !math.IsNaN(v) {
			present = append(present, v)
		}
	}
	if len(present) == 0 {
		return occurrences{}
	}
	slices.Sort(present)
	limit := stat.Quantile(winsor, stat.Empirical, present, nil)
	for i := range present {
		present[i] = min(present[i], limit)
	}
	cut := make([]float64, len(x))
	for i, v := range x {
		cut[i] = math.Min(v, limit) // keeps NaN
	}
	return occurrences{cut, stat.Mean(present, nil), len(present)}
}

func (a *analysis) changeFinding(at *place) *pythia.Finding {
	in := at.groups[0]
	g := in.group
	parts := in.narrow()
	all, _ := g.seriesOf(parts)
	before, after := g.perRequest(parts, func(s *shift) *occurrences { return &s.before }), g.perRequest(parts, func(s *shift) *occurrences { return &s.after })
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

// perRequest adds up the parts of each workflow, as often as a workflow of now passes them on average; a part that a workflow lacks counts
// with its mean. A workflow that lacks all is left out.
func (g *groupAnalysis) perRequest(parts []part, side func(*shift) *occurrences) []float64 {
	var n int
	for _, p := range parts {
		n = max(n, len(side(&g.shifts[p.edge.index]).seconds))
	}
	var out []float64
	for i := range n {
		sum, any := 0.0, false
		for _, p := range parts {
			s := &g.shifts[p.edge.index]
			if !s.known {
				continue
			}
			o := side(s)
			v := o.seconds[i]
			if math.IsNaN(v) {
				v = o.mean
			} else {
				any = true
			}
			sum += p.weight * v * p.edge.count.float() / float64(g.Traces)
		}
		if any {
			out = append(out, sum)
		}
	}
	return out
}

// welch compares two series in order of time. The standard errors allow for neighbours being alike: they are the larger of what single
// requests give and what the means of blocks of consecutive requests give.
func welch(before, after []float64) (pythia.Interval, float64) {
	if len(before) < leastOccurrences || len(after) < leastOccurrences {
		return pythia.Interval{Level: confidenceLevel}, 1
	}
	v1, n1 := errorOfMean(before)
	v2, n2 := errorOfMean(after)
	delta := stat.Mean(after, nil) - stat.Mean(before, nil)
	se := math.Sqrt(v1 + v2)
	if se == 0 {
		p := 0.0
		if delta <= 0 {
			p = 1
		}
		return pythia.Interval{Low: delta, High: delta, Level: confidenceLevel}, p
	}
	df := (v1 + v2) * (v1 + v2) / (v1*v1/(n1-1) + v2*v2/(n2-1))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	margin := t.Quantile((1+confidenceLevel)/2) * se
	return pythia.Interval{Low: delta - margin, High: delta + margin, Level: confidenceLevel}, t.Survival(delta / se)
}

// errorOfMean returns the squared standard error of a series' mean and the number of observations that it rests on.
func errorOfMean(x []float64) (squared, n float64) {
	single := stat.Variance(x, nil) / float64(len(x))
	if len(x) < leastPerBlock*comparedBlocks {
		return single, float64(len(x))
	}
	means := make([]float64, comparedBlocks)
	for b := range means {
		means[b] = stat.Mean(x[b*len(x)/comparedBlocks:(b+1)*len(x)/comparedBlocks], nil)
	}
	if blocked := stat.Variance(means, nil) / comparedBlocks; blocked > single {
		return blocked, comparedBlocks
	}
	return single, float64(len(x))
}

// beyondDrift is the p-value of the change's being what one would expect if the baseline's own drift went on: the second half of the
// baseline less the first, twice. It is 0 if the baseline does not drift.
func beyondDrift(before, after []float64) float64 {
	half := len(before) / 2
	if half < leastOccurrences {
		return 0
	}
	v1, _ := errorOfMean(before[:half])
	v2, _ := errorOfMean(before[half:])
	drift := stat.Mean(before[half:], nil) - stat.Mean(before[:half], nil)
	if drift <= 1.7*math.Sqrt(v1+v2) { // one-sided, at about 0.05
		return 0
	}
	va, n := errorOfMean(after)
	rest := stat.Mean(after, nil) - stat.Mean(before, nil) - 2*drift
	// The mean of the baseline and its drift are independent: their errors add.
	se := math.Sqrt(va + (v1+v2)/4 + 4*(v1+v2))
	return studentP(rest/se, math.Max(n-1, 1))
}
