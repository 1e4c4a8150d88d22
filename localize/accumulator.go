package localize

import (
	"slices"
	"strings"
)

// accumulator holds what is known of one group.
type accumulator struct {
	requestType string
	latest      int64 // when the last of its workflows started, as Unix time in nanoseconds
	total       totalMoments
	durations   durations
	edgeTable
	rare   rareTable // of the edges
	first  int32     // the edge with which the last workflow began; see edgeStats.next
	sample reservoir
}

func newAccumulator(requestType string, sampleSize int) *accumulator {
	return &accumulator{requestType: strings.Clone(requestType), sample: reservoir{size: sampleSize}}
}

// observe adds a workflow.
func (a *accumulator) observe(o *observer) {
	t := o.trace
	sections := t.CriticalPath(o.measure)
	start, end := t.Interval(o.measure)
	total := end - start
	a.latest = max(a.latest, start)
	a.total.add(total)
	a.durations.observe(o.bins, total)
	samples := o.sumByEdge(a, sections)
	for _, s := range samples {
		a.rare.add(&a.edges[s.edge], s.nanos, int64(s.count), total)
	}
	if rank := rankOf(t.ID, start, total); a.sample.wants(rank) {
		a.sample.add(o.exemplar(rank, start, total))
	}
}

// join makes the request type of some workflows part of what the group is called: a grouper may join several.
func (a *accumulator) join(requestType string) {
	if requestType < a.requestType {
		a.requestType = strings.Clone(requestType) // it may be a piece of a large message
	}
}

// moments returns those of the i-th edge.
func (a *accumulator) moments(i int32) edgeMoments { return a.rare.unpack(&a.edges[i]) }

// clone returns a copy that has nothing in common with a that changes: exemplars never do.
func (a *accumulator) clone() *accumulator {
	c := *a
	c.durations, c.edgeTable, c.rare = a.durations.clone(), a.edgeTable.clone(), slices.Clone(a.rare)
	c.sample.heap = slices.Clone(a.sample.heap)
	return &c
}

// merge adds another accumulator, which stays as it is, and shares nothing with it that changes. Its callees have the numbers here that are given; nil
// means the same ones.
func (a *accumulator) merge(o *accumulator, callees []int32) {
	a.join(o.requestType)
	a.latest = max(a.latest, o.latest)
	a.total.merge(o.total)
	a.durations.merge(&o.durations)
	place, same := make([]int32, len(o.edges)), true
	for i := range o.edges {
		e := &o.edges[i]
		key := e.key
		if callees != nil {
			key.callee = callees[key.callee]
		}
		j := a.findOrAdd(key)
		into := &a.edges[j]
		a.rare.merge(into, e, o.rare)
		if over := into.traces - a.total.n; over > 0 { // several edges became that of the rest: what passed two of them passed it twice
			into.traces -= over
			a.rare.of(into).again.add(over, 1)
		}
		place[i] = j
		same = same && j == int32(i)
	}
	a.mergeSample(o, place, same)
}

func (a *accumulator) mergeSample(o *accumulator, place []int32, same bool) {
	for _, e := range o.sample.heap {
		switch {
		case !a.sample.wants(e.rank):
		case same:
			a.sample.add(e)
		default:
			a.sample.add(e.renumbered(place))
		}
	}
}

// renumberCallees replaces the numbers of callees by those of another catalogue.
func (a *accumulator) renumberCallees(callees []int32) {
	same := true
	for i := range a.edges {
		k := &a.edges[i].key
		same = same && callees[k.callee] == k.callee
		k.callee = callees[k.callee]
	}
	if !same {
		a.rehash()
	}
}
