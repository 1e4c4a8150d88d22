package localize

import (
	"cmp"
	"maps"
	"slices"

	"github.com/DataDog/sketches-go/ddsketch"

	"github.com/pythia-trace/pythia"
)

// quantileAccuracy is the relative error of the quantiles that groups report. Saved data depend on it: see dataVersion.
const quantileAccuracy = 0.01

// accumulator holds what is known of one group.
type accumulator struct {
	requestType string
	total       totalMoments
	sketch      *ddsketch.DDSketch // of durations in seconds
	index       map[edgeKey]int32
	edges       []edgeStats
	sample      reservoir
}

type edgeStats struct {
	key edgeKey
	edgeInfo
	edgeMoments
}

func newAccumulator(requestType string, sampleSize int) *accumulator {
	sketch, err := ddsketch.NewDefaultDDSketch(quantileAccuracy)
	if err != nil {
		panic(err) // only for an accuracy outside (0,1)
	}
	return &accumulator{requestType: requestType, sketch: sketch, index: make(map[edgeKey]int32), sample: reservoir{size: sampleSize}}
}

// observe adds a workflow.
func (a *accumulator) observe(t *pythia.Trace, m pythia.Measure, c *scratch) {
	sections := t.CriticalPath(m)
	start, end := t.Interval(m)
	total := end - start
	samples := a.sumByEdge(t, sections, c)
	a.total.add(total)
	_ = a.sketch.Add(float64(total) / 1e9) // fails only beyond the range of float64
	for _, s := range samples {
		a.edges[s.edge].add(s.nanos, s.count, total)
	}
	rank := rankOf(t.ID, start, total)
	if a.sample.wants(rank) {
		a.sample.add(&exemplar{rank, t.ID, start, total, slices.Clone(samples), variablesOf(t), countsOf(t)})
	}
}

// sumByEdge adds up a workflow's sections, in order of edge.
func (a *accumulator) sumByEdge(t *pythia.Trace, sections []pythia.Section, c *scratch) []edgeSample {
	clear(c.called)
	out := c.samples[:0]
	for _, s := range sections {
		out = append(out, edgeSample{a.edge(t, s, c), s.Nanos(), 1})
	}
	c.samples = out
	slices.SortFunc(out, func(x, y edgeSample) int { return cmp.Compare(x.edge, y.edge) })
	summed := out[:0]
	for _, s := range out {
		if n := len(summed); n > 0 && summed[n-1].edge == s.edge {
			summed[n-1].nanos += s.nanos
			summed[n-1].count++
			continue
		}
		summed = append(summed, s)
	}
	return summed
}

func (a *accumulator) edge(t *pythia.Trace, s pythia.Section, c *scratch) int32 {
	key := c.keyOf(t, s)
	i, ok := a.index[key]
	if !ok {
		i = int32(len(a.edges))
		a.index[key] = i
		a.edges = append(a.edges, edgeStats{key: key, edgeInfo: describe(t, s)})
	}
	return i
}

// clone returns a copy that has nothing in common with a that changes: exemplars, stacks and the sketch's mapping never do.
func (a *accumulator) clone() *accumulator {
	return &accumulator{
		requestType: a.requestType, total: a.total, sketch: a.sketch.Copy(), index: maps.Clone(a.index), edges: slices.Clone(a.edges),
		sample: reservoir{size: a.sample.size, heap: slices.Clone(a.sample.heap)},
	}
}

// merge adds another accumulator, which stays as it is, and shares nothing with it that changes.
func (a *accumulator) merge(o *accumulator) error {
	if err := a.sketch.MergeWith(o.sketch); err != nil {
		return err
	}
	a.requestType = min(a.requestType, o.requestType)
	a.total.merge(o.total)
	place := make([]int32, len(o.edges))
	for i := range o.edges {
		e := &o.edges[i]
		j, ok := a.index[e.key]
		if !ok {
			j = int32(len(a.edges))
			a.index[e.key] = j
			a.edges = append(a.edges, edgeStats{key: e.key, edgeInfo: e.edgeInfo})
		}
		a.edges[j].edgeMoments.merge(&e.edgeMoments)
		place[i] = j
	}
	for _, e := range o.sample.heap {
		if a.sample.wants(e.rank) {
			a.sample.add(e.renumbered(place))
		}
	}
	return nil
}

// sortEdges numbers the edges by what they are. Until then numbers depend on which workflow came first, and with them the order of
// floating-point sums. The exemplars are replaced, since a clone may have them too.
func (a *accumulator) sortEdges() {
	order := make([]int32, len(a.edges))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return a.edges[i].compare(&a.edges[j]) })
	place := make([]int32, len(order))
	edges := make([]edgeStats, len(order))
	for to, from := range order {
		place[from], edges[to] = int32(to), a.edges[from]
		a.index[edges[to].key] = int32(to)
	}
	a.edges = edges
	for i, e := range a.sample.heap {
		a.sample.heap[i] = e.renumbered(place)
	}
}
