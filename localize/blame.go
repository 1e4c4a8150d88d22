package localize

import (
	"slices"
)

// blame decides whose fault slow calls are. The time of a call from i to j that neither spent in spans of its own may be lost at i (no CPU to
// send and receive), at j or between them. What the calls of i to several others have in common is taken to be i's: of the stake per call
// to j, as much as the median over i's other callees. A service that calls fewer than three others says too little about itself.
type blame struct {
	pairs   map[servicePair]*pairStake
	perCall map[string][]float64 // of each caller to its callees, ascending
}

type servicePair struct{ caller, callee string }

type pairStake struct{ stake, calls float64 }

func (p *pairStake) perCall() float64 {
	if p.calls == 0 {
		return 0
	}
	return max(0, p.stake/p.calls)
}

func newBlame(groups []*groupAnalysis, include func(*groupAnalysis) bool, w weigh) *blame {
	b := &blame{pairs: make(map[servicePair]*pairStake)}
	for _, g := range groups {
		if !include(g) {
			continue
		}
		calls := make(map[segmentKey]float64)
		for i := range g.edges {
			e := &g.edges[i]
			if e.key.flags.has(flagCall) {
				b.add(e, w(g, e), calls)
			}
		}
	}
	b.settle()
	return b
}

// add counts an edge. A call has two edges when its server is traced, out and back, and one when not: their counts are not added, the
// larger is taken.
func (b *blame) add(e *edgeShare, stake float64, calls map[segmentKey]float64) {
	key := servicePair{e.owner.Scope, e.callee}
	p := b.pairs[key]
	if p == nil {
		p = &pairStake{}
		b.pairs[key] = p
	}
	p.stake += stake
	segment := e.key.segment()
	if n := e.count; n > calls[segment] {
		p.calls += n - calls[segment]
		calls[segment] = n
	}
}

// settle finds every caller's stakes per call, ascending, once all edges have been added.
func (b *blame) settle() {
	b.perCall = make(map[string][]float64, len(b.pairs))
	for k, p := range b.pairs {
		b.perCall[k.caller] = append(b.perCall[k.caller], p.perCall())
	}
	for _, stakes := range b.perCall {
		slices.Sort(stakes)
	}
}

// callersShare returns which share of an edge's stake is its caller's, in [0,1].
func (b *blame) callersShare(e *edgeShare) float64 {
	if !e.key.flags.has(flagCall) {
		return 0
	}
	own := b.pairs[servicePair{e.owner.Scope, e.callee}].perCall()
	stakes := b.perCall[e.owner.Scope]
	if len(stakes) < 3 || own <= 0 {
		return 0
	}
	return min(1, medianWithout(stakes, own)/own)
}

// medianWithout returns the median of ascending values but for one of them.
func medianWithout(sorted []float64, without float64) float64 {
	skip, _ := slices.BinarySearch(sorted, without)
	at := func(i int) float64 {
		if i >= skip {
			i++
		}
		return sorted[i]
	}
	n := len(sorted) - 1
	return (at((n-1)/2) + at(n/2)) / 2
}
