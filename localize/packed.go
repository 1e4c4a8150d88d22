package localize

import "math/bits"

// packedMoments are [edgeMoments] as they are stored, of which there are very many: in as many words as an edge ever needs that no workflow passes
// twice, within centuries of time spent on it and billions of workflows, which [edgeStats] counts. What does not fit is in rareMoments.
type packedMoments struct {
	x, t uint64
	xt   [2]uint64
}

// rareMoments hold what few edges have: the words above those in packedMoments, and what repeats add.
type rareMoments struct {
	traces        uint32
	x, t, xt      uint64
	again, againT sum
}

// rareTable holds the rareMoments of a group's edges. It is apart from them, and they refer to it by number, so that edges hold no pointers: the
// garbage collector has nothing to look for in them, which costs more than all else where there are very many.
type rareTable []rareMoments

func (r *rareTable) of(e *edgeStats) *rareMoments {
	if e.rare == 0 {
		*r = append(*r, rareMoments{})
		e.rare = uint16(len(*r))
	}
	return &(*r)[e.rare-1]
}

// add adds a workflow that took total and spent nanos on the edge, in count passes.
func (r *rareTable) add(e *edgeStats, nanos, count, total int64) {
	if e.traces++; e.traces == 0 {
		r.of(e).traces++
	}
	hi, lo := bits.Mul64(uint64(nanos), uint64(total))
	if x, t, xt := e.addWords(uint64(nanos), uint64(total), lo, hi); x|t|xt != 0 || count > 1 {
		above := rareMoments{x: x, t: t, xt: xt}
		above.again.add(count-1, 1)
		above.againT.add(count-1, total)
		r.of(e).merge(&above)
	}
}

// addWords adds to the words of m, and returns what is carried beyond them.
func (m *packedMoments) addWords(x, t, xtLow, xtHigh uint64) (aboveX, aboveT, aboveXT uint64) {
	var carry uint64
	m.x, aboveX = bits.Add64(m.x, x, 0)
	m.t, aboveT = bits.Add64(m.t, t, 0)
	m.xt[0], carry = bits.Add64(m.xt[0], xtLow, 0)
	m.xt[1], aboveXT = bits.Add64(m.xt[1], xtHigh, carry)
	return aboveX, aboveT, aboveXT
}

// merge adds the moments of an edge of another table.
func (r *rareTable) merge(e, o *edgeStats, others rareTable) {
	var above rareMoments
	if e.traces += o.traces; e.traces < o.traces {
		above.traces = 1
	}
	above.x, above.t, above.xt = e.addWords(o.x, o.t, o.xt[0], o.xt[1])
	if o.rare != 0 {
		above.merge(&others[o.rare-1])
	}
	if above != (rareMoments{}) {
		r.of(e).merge(&above)
	}
}

func (r *rareMoments) merge(o *rareMoments) {
	r.traces += o.traces
	r.x += o.x
	r.t += o.t
	r.xt += o.xt
	r.again.merge(o.again)
	r.againT.merge(o.againT)
}

// unpack returns the moments of an edge.
func (r rareTable) unpack(e *edgeStats) edgeMoments {
	u := edgeMoments{traces: int64(e.traces), x: sum{e.x}, t: sum{e.t}, xt: sum{e.xt[0], e.xt[1]}}
	if e.rare != 0 {
		rare := &r[e.rare-1]
		u.traces |= int64(rare.traces) << 32
		u.x[1], u.t[1], u.xt[2], u.again, u.againT = rare.x, rare.t, rare.xt, rare.again, rare.againT
	}
	return u
}

// pack is the inverse of unpack. It fails on what no workflows add up to: sums of single durations have two words.
func (r *rareTable) pack(e *edgeStats, u edgeMoments) bool {
	e.traces, e.packedMoments = uint32(u.traces), packedMoments{x: u.x[0], t: u.t[0], xt: [2]uint64{u.xt[0], u.xt[1]}}
	if above := (rareMoments{uint32(u.traces >> 32), u.x[1], u.t[1], u.xt[2], u.again, u.againT}); above != (rareMoments{}) {
		*r.of(e) = above
	}
	return u.x[2]|u.t[2] == 0
}

// again counts, of all workflows, those that an edge was given twice, as passing it twice: several edges became that of the rest.
func (r *rareTable) again(e *edgeStats, all int64) {
	m := r.unpack(e)
	if over := m.traces - all; over > 0 {
		m.traces = all
		m.again.add(over, 1)
		r.pack(e, m)
	}
}
