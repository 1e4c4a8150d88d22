package localize

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// shift compares an edge with the baseline. A steady edge, which nearly every workflow passes, is compared per workflow, so that a loop of more iterations
// and a call that is new both show; another edge per occurrence, so that a different mix of requests does not.
//
// An edge that the baseline does not know is compared with 0. It may be work that is new, or work of before that shows now because a trace
// point was enabled; only the total can tell.
type shift struct {
	known, new    bool
	before, after series
	units         float64 // workflows or occurrences of now
}

// series holds the seconds per unit of an edge, a value for each workflow of a sample by time, the largest cut; NaN where the edge is
// absent.
type series struct {
	seconds []float64
	mean    float64 // of those present
	present int
}

// change is the seconds that the shift adds over all requests of now.
func (s *shift) change() float64 {
	if !s.known {
		return 0
	}
	return (s.after.mean - s.before.mean) * s.units
}

// totalLevel is the level at which a group's total must be longer than before for edges that are new to count as new work.
const totalLevel = 0.05

// compare fills the shifts of a group's edges.
func (g *groupAnalysis) compare() {
	g.shifts = make([]shift, len(g.accumulator.edges))
	was := g.before.sample.byTime()
	_, g.totalP = welch(totalsOf(was), g.totals)
	now, then := byEdge(g.exemplars, len(g.accumulator.edges)), byEdge(was, len(g.before.edges))
	for i := range g.edges {
		e := &g.edges[i]
		var past []edgeSample
		j := g.in.find(g.before, e)
		ok := j >= 0
		if ok {
			past = then[j]
		}
		s := &g.shifts[e.index]
		s.new = !ok
		if e.steady || s.new {
			s.before, s.after, s.units = winsorised(perWorkflow(past, len(was))), winsorised(perWorkflow(now[e.index], len(g.exemplars))), float64(g.Traces)
		} else {
			s.before, s.after, s.units = winsorised(perOccurrence(past)), winsorised(perOccurrence(now[e.index])), e.count
		}
		s.known = min(s.before.present, s.after.present) >= leastOccurrences && (!s.new || g.totalP < totalLevel)
	}
}

// find returns the index of an edge of now in an accumulator of the baseline; -1 if it is not there.
func (a *analysis) find(before *accumulator, e *edgeShare) int32 {
	key := *e.key
	callee, known := a.before.callees.index[e.callee]
	if !known {
		return -1
	}
	key.callee = callee
	return before.find(&key)
}

// byEdge returns what each workflow of a sample spent on each edge; nil for an edge that none passes.
func byEdge(sample []*exemplar, edges int) [][]edgeSample {
	out := make([][]edgeSample, edges)
	for i, x := range sample {
		for s := range x.passed {
			if out[s.edge] == nil {
				out[s.edge] = make([]edgeSample, len(sample))
			}
			out[s.edge][i] = s
		}
	}
	return out
}

func perWorkflow(samples []edgeSample, n int) []float64 {
	out := make([]float64, n)
	for i, s := range samples {
		out[i] = seconds(s.nanos)
	}
	return out
}

func perOccurrence(samples []edgeSample) []float64 {
	out := make([]float64, len(samples))
	for i, s := range samples {
		out[i] = math.NaN()
		if s.count > 0 {
			out[i] = seconds(s.nanos) / float64(s.count)
		}
	}
	return out
}

// winsor is the quantile at which values are cut before means are compared, so that a single stall makes no change.
const winsor = 0.99

func winsorised(x []float64) series {
	var present []float64
	for _, v := range x {
		if !math.IsNaN(v) {
			present = append(present, v)
		}
	}
	if len(present) == 0 {
		return series{}
	}
	slices.Sort(present)
	limit := stat.Quantile(winsor, stat.Empirical, present, nil)
	cut := make([]float64, len(x))
	sum := 0.0
	for i, v := range x {
		cut[i] = math.Min(v, limit) // keeps NaN
		if !math.IsNaN(v) {
			sum += cut[i]
		}
	}
	return series{cut, sum / float64(len(present)), len(present)}
}

// perRequest returns the seconds that requests spent on the parts, before and now, with as many passes as now; a part that a request lacks
// counts with its mean. Requests that lack all parts are left out.
func (g *groupAnalysis) perRequest(parts []part) (before, after []float64) {
	after, passing := sumParts(parts, g.shifts, func(s *shift) *series { return &s.after })
	before, _ = sumParts(parts, g.shifts, func(s *shift) *series { return &s.before })
	for _, side := range [][]float64{before, after} {
		for i := range side {
			side[i] /= float64(g.Traces) * passing
		}
	}
	return before, after
}

// sumParts adds up the parts of each request, as often as all requests pass them; passing is the share of requests that pass any.
func sumParts(parts []part, shifts []shift, side func(*shift) *series) (sums []float64, passing float64) {
	n := 0
	for _, p := range parts {
		n = max(n, len(side(&shifts[p.edge.index]).seconds))
	}
	for i := range n {
		sum, any := 0.0, false
		for _, p := range parts {
			s := &shifts[p.edge.index]
			if !s.known {
				continue
			}
			v := side(s).seconds[i]
			if math.IsNaN(v) {
				v = side(s).mean
			} else {
				any = true
			}
			sum += p.weight * v * s.units
		}
		if any {
			sums = append(sums, sum)
		}
	}
	return sums, float64(len(sums)) / float64(n)
}
