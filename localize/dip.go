package localize

//go:generate go run ../internal/diptable -o dip_table.go

// dipHuge is the magnitude beyond which a sample is scaled down before the
// dip is computed, so that a range times a count cannot overflow.
const dipHuge = 1e280

// Dip returns Hartigan's dip statistic of the sample and its p-value under
// the uniform null.
//
// The dip is the largest difference, made as small as it can be, between the
// empirical distribution function F of the sample and any distribution
// function G with one mode (convex before the mode, concave after it, an atom
// allowed at the mode):
//
//	dip = min over unimodal G of sup over x of |F(x) - G(x)|
//
// It lies in [1/(2n), 1/4] for n >= 2, and does not change when the sample is
// permuted, shifted, scaled or mirrored. A large dip, hence a small p,
// contradicts a single mode.
//
// The p-value is the probability that a uniform sample of the same size has a
// dip at least as large, read from a simulated table (see dipQuantiles for its
// standard errors). The uniform is, asymptotically, the unimodal distribution
// with the largest dip, so the test is conservative for every other one: a
// normal or exponential sample is rejected far less often than p says. p is
// never below 0.0001, the smallest value that the table supports: read that
// value as "0.0001 or less". A sample with fewer than four values cannot
// contradict one mode and has p = 1.
//
// Conventions. NaN and infinite values are ignored, and n counts the others.
// A constant sample has dip 1/(2n) and p = 1, although its dip by definition
// is 0; so does every sample for which nothing larger than 1/(2n) is found
// (the convention of R's diptest). An empty sample has dip 0 and p = 1. Equal
// values are one atom: data quantised to few distinct values have as many
// atoms, which the test tells apart from one mode once n is large.
//
// The sample is not modified. Cost: O(n) to sort, O(n log n) at worst (see
// ascending), then O(n) to build the convex and concave envelopes and O(n) for
// each of the few shrinking steps; O(n) memory.
//
// Source: J. A. Hartigan and P. M. Hartigan, "The dip test of unimodality",
// Annals of Statistics 13 (1985) 70-84; P. M. Hartigan, Algorithm AS 217,
// Applied Statistics 34 (1985) 320-325. Written from the definition.
func Dip(sample []float64) (dip, p float64) {
	sorted := ascending(sample)
	return newDipHull(len(sorted)).test(sorted)
}

// test is [Dip] of an ascending, finite sample.
func (h *dipHull) test(sorted []float64) (dip, p float64) {
	fit := h.fit(sorted)
	return fit.dip, dipPValue(len(sorted), fit.dip)
}

// dipFit is the dip of a sorted sample and where it is attained. The places
// are positions in the sorted sample.
type dipFit struct {
	dip float64
	// valleyLow and valleyHigh bound the antimode that makes the dip: the
	// sample is sparser between them than the closest unimodal distribution
	// would have it. They are equal when there is no such place.
	valleyLow, valleyHigh int
}

// dipHull holds the empirical distribution function as a staircase over the
// distinct values, with its convex and concave envelopes. Heights are counts,
// that is n*F, so that they are exact. Its memory is used again for the next
// sample: counting modes takes a dozen dips.
//
// The step at x[j] rises from below[j] to below[j+1]. Its lower corner
// carries the greatest convex minorant (gcm), its upper corner the least
// concave majorant (lcm).
type dipHull struct {
	x     []float64
	below []float64
	// before[j] precedes j on the gcm of the values up to j. Since a corner
	// of a hull remains one when other points are taken away, the chain from
	// any hi back to a lo that lies on it is the gcm of [lo, hi] as well.
	before []int32
	// after[j] follows j on the lcm of the values from j on.
	after []int32
	// next is the gcm chain of the current interval in ascending order.
	next []int32
	// worst is 2n times the dip found so far, never below 1.
	worst                 float64
	valleyLow, valleyHigh int
}

// newDipHull returns a hull for samples of up to n values.
func newDipHull(n int) *dipHull {
	h := new(dipHull)
	h.reserve(n)
	return h
}

// reserve makes room for samples of up to n values.
func (h *dipHull) reserve(n int) {
	if n > 0 && n <= len(h.next) {
		return
	}
	floats, ints := make([]float64, 2*n+1), make([]int32, 3*n)
	*h = dipHull{x: floats[:n:n], below: floats[n:], before: ints[:n:n], after: ints[n : 2*n : 2*n], next: ints[2*n:]}
}

// fit computes the dip of an ascending, finite sample in the memory of the last one.
func (h *dipHull) fit(sorted []float64) dipFit {
	n := len(sorted)
	if n == 0 {
		return dipFit{}
	}
	h.climb(sorted)
	h.buildConvex()
	h.buildConcave()
	h.worst, h.valleyLow, h.valleyHigh = 1, 0, 0
	h.shrink()
	fit := dipFit{dip: h.worst / (2 * float64(n))}
	if h.valleyHigh > h.valleyLow {
		fit.valleyLow = int(h.below[h.valleyLow+1]) - 1 // last of its ties
		fit.valleyHigh = int(h.below[h.valleyHigh])     // first of its ties
	}
	return fit
}

// climb builds the staircase.
func (h *dipHull) climb(sorted []float64) {
	n, scale := len(sorted), 1.0
	if max(-sorted[0], sorted[n-1]) > dipHuge {
		scale = 0x1p-80
	}
	x, below := h.x[:n], h.below[:n+1]
	m := 0
	for i, v := range sorted {
		v *= scale
		if m == 0 || v != x[m-1] {
			x[m], below[m] = v, float64(i)
			m++
		}
	}
	below[m] = float64(n)
	h.x, h.below = x[:m], below[:m+1]
}

// buildConvex fills before: slopes must rise strictly along the chain.
func (h *dipHull) buildConvex() {
	x, y, before := h.x, h.below, h.before
	for j := 1; j < len(x); j++ {
		k := j - 1
		for k > 0 {
			b := int(before[k])
			if (y[k]-y[b])*(x[j]-x[k]) < (y[j]-y[k])*(x[k]-x[b]) {
				break
			}
			k = b
		}
		before[j] = int32(k)
	}
}

// buildConcave fills after: slopes must fall strictly along the chain.
func (h *dipHull) buildConcave() {
	x, y, after := h.x, h.below[1:], h.after
	last := len(x) - 1
	after[last] = int32(last)
	for j := last - 1; j >= 0; j-- {
		k := j + 1
		for k < last {
			a := int(after[k])
			if (y[k]-y[j])*(x[a]-x[k]) > (y[a]-y[k])*(x[k]-x[j]) {
				break
			}
			k = a
		}
		after[j] = int32(k)
	}
}

// shrink is Hartigan's algorithm. The modal interval [lo, hi] starts as the
// whole sample. Where the two envelopes of the interval are furthest apart
// lies the mode; what is cut off on the left must be convex and on the right
// concave, and costs the distance of F to the envelope there. It ends when a
// straight line fits the interval no worse than what has been cut off does,
// or when a single value is left, which may be an atom.
func (h *dipHull) shrink() {
	lo, hi := 0, len(h.x)-1
	for lo < hi {
		h.linkConvex(lo, hi)
		gap, newLo, newHi := h.widest(lo, hi)
		if gap <= h.worst {
			return
		}
		h.cutLeft(lo, newLo)
		h.cutRight(newHi, hi)
		lo, hi = newLo, newHi
	}
}

// linkConvex writes the gcm chain of [lo, hi] into next.
func (h *dipHull) linkConvex(lo, hi int) {
	for k := hi; k > lo; {
		b := int(h.before[k])
		h.next[b] = int32(k)
		k = b
	}
}

// widest finds where the envelopes of [lo, hi] are furthest apart, which is
// at a corner of one of them, and the interval between that corner and the
// nearest corner of the other envelope: the gcm's on the left, the lcm's on
// the right. One pass over both chains.
func (h *dipHull) widest(lo, hi int) (gap float64, newLo, newHi int) {
	gap, newLo, newHi = h.below[lo+1]-h.below[lo], lo, lo
	g, l := lo, lo
	for g < hi || l < hi {
		gNext, lNext := hi, hi
		if g < hi {
			gNext = int(h.next[g])
		}
		if l < hi {
			lNext = int(h.after[l])
		}
		p := min(gNext, lNext)
		d := h.concaveAt(p, l, lNext) - h.convexAt(p, g, gNext)
		if gNext == p {
			g = p
		}
		if lNext == p {
			l = p
		}
		if d > gap {
			gap, newLo, newHi = d, g, lNext
		}
	}
	return gap, newLo, newHi
}

// convexAt is the height at x[p] of the gcm edge from i to j.
func (h *dipHull) convexAt(p, i, j int) float64 {
	return dipLine(h.x[p], h.x[i], h.x[j], h.below[i], h.below[j])
}

// concaveAt is the height at x[p] of the lcm edge from i to j.
func (h *dipHull) concaveAt(p, i, j int) float64 {
	return dipLine(h.x[p], h.x[i], h.x[j], h.below[i+1], h.below[j+1])
}

// dipLine is the height at x of the line through (x0, y0) and (x1, y1),
// exact at both ends.
func dipLine(x, x0, x1, y0, y1 float64) float64 {
	switch x {
	case x0:
		return y0
	case x1:
		return y1
	}
	return y0 + (y1-y0)*((x-x0)/(x1-x0))
}

// cutLeft charges the gcm for the values from lo up to, not including, newLo.
// F lies above the edge after a crowd and before a valley, so the antimode is
// between the worst value and the right end of its edge.
func (h *dipHull) cutLeft(lo, newLo int) {
	for i := lo; i < newLo; {
		end := int(h.next[i])
		for j := i; j < end; j++ {
			if d := h.below[j+1] - h.convexAt(j, i, end); d > h.worst {
				h.worst, h.valleyLow, h.valleyHigh = d, j, end
			}
		}
		i = end
	}
}

// cutRight is the mirror image of cutLeft on the lcm: the antimode is between
// the left end of the edge and the worst value.
func (h *dipHull) cutRight(newHi, hi int) {
	for i := newHi; i < hi; {
		end := int(h.after[i])
		for j := i + 1; j <= end; j++ {
			if d := h.concaveAt(j, i, end) - h.below[j]; d > h.worst {
				h.worst, h.valleyLow, h.valleyHigh = d, i, j
			}
		}
		i = end
	}
}
