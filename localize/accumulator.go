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
	first  uint16    // the edge with which the last workflow began; see edgeStats.next
	sample reservoir
}

func newAccumulator(requestType string, q *quota) *accumulator {
	return &accumulator{requestType: strings.Clone(requestType), sample: reservoir{quota: q}}
}

// observe adds a workflow. It reports whether it became an exemplar.
func (a *accumulator) observe(o *observer) bool {
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
	rank := rankOf(t.ID, start, total)
	wanted := a.sample.wants(rank)
	if wanted {
		a.sample.add(o.exemplar(rank, start, total))
	}
	return wanted
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
		a.rare.again(into, a.total.n)
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
