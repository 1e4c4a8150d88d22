package localize

import "math"

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
	cut := winsorise(x, nil)
	sum, present := 0.0, 0
	for _, v := range cut {
		if !math.IsNaN(v) {
			sum += v
			present++
		}
	}
	if present == 0 {
		return series{}
	}
	return series{cut, sum / float64(present), present}
}

// winsorise returns the values, the largest cut, in the memory given if that suffices. NaN stays.
func winsorise(x, into []float64) []float64 {
	into = append(into[:0], x...)
	limit := winsorLimit(into)
	for i, v := range x {
		into[i] = math.Min(v, limit)
	}
	return into
}

// winsorLimit returns the least value that a share winsor of those present do not exceed: their empirical quantile. It moves them about.
func winsorLimit(values []float64) float64 {
	present := values[:0]
	for _, v := range values {
		if !math.IsNaN(v) {
			present = append(present, v)
		}
	}
	if len(present) == 0 {
		return math.NaN()
	}
	return kthLeast(present, max(0, int(math.Ceil(winsor*float64(len(present))))-1))
}

// kthLeast returns the value that would be at k if the values were sorted. It has the largest ones change places only, in a heap of which the least
// comes first: there are few, and no order makes it slow.
func kthLeast(values []float64, k int) float64 {
	largest := values[k:]
	for i := len(largest)/2 - 1; i >= 0; i-- {
		siftDown(largest, i)
	}
	for i, v := range values[:k] {
		if v > largest[0] {
			values[i], largest[0] = largest[0], v
			siftDown(largest, 0)
		}
	}
	return largest[0]
}

// siftDown restores a heap of which only the i-th value may be out of place.
func siftDown(heap []float64, i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(heap); c++ {
			if heap[c] < heap[least] {
				least = c
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
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
