package localize

import (
	"math"
	"slices"
)

// modeMinimum is the smallest number of values that is reported as a mode of
// its own. Fewer values are taken for stragglers of their neighbour: the dip
// of fewer than about ten values, five a side, seldom says anything.
const modeMinimum = 5

// modeTails is the part of the level that all tests of the tails of a part
// have together, on top of the level of the part itself. Small, because they
// should hardly add to the errors; a mode that they are there for is clear.
const modeTails = 0.2

// Mode is one group of a sample whose distribution has several peaks.
type Mode struct {
	Center float64 // median of the members, in the sample's unit
	Low    float64 // smallest member
	High   float64 // largest member
	Count  int     // number of members
	Share  float64 // members divided by the finite values of the sample
}

// Modes splits a sample into its modes, ascending by centre; one mode when
// the dip test does not reject unimodality at level alpha.
//
// The sorted sample is cut in two at the antimode which the dip test finds,
// and each part is treated alike, in the manner of Maurus and Plant's
// SkinnyDip, until no part is rejected or a mode would have fewer than five
// values. A part of a sample that has been cut is also searched for a small
// mode beside a large one, which dilutes it: its tails, of 2/3, 4/9, ... of
// its values on either side, are tested alone, which is valid since a piece
// of a single mode is a single mode. The antimode is sought between the two
// values that bound the stretch in which the sample is sparser than the
// closest unimodal distribution; it is the middle of the sparsest window there
// (see modeWindow).
//
// Every finite value belongs to exactly one mode, so the counts sum to their
// number and the shares to 1; NaN and infinite values are ignored. A sample
// without finite values has no modes, any other at least one. Stragglers
// between two modes go to either.
//
// Level. A sample of one mode is split with a probability of at most about
// alpha, however skewed or heavy its tail is, since the dip makes no
// assumption but the single mode; normal, exponential and lognormal samples
// are split far less often, see Dip. Every part of a sample that has been
// split is tested at alpha, and its tails at 0.2 alpha in all, without a
// correction for the number of parts; then valleys of its density count, see
// modeValleys. In simulation, three far groups of 100 to 1000 were taken for
// more than three in 0 to 3 % of the samples when they were normal, lognormal
// or exponential (groups of 30: 2 to 10 %), in 14 to 19 % when uniform, at
// alpha 0.05. An alpha below 0.0001, the smallest p-value of Dip, never splits.
//
// Scale. The test is made on the values as they are. It would not be valid on
// their logarithms, in which a single mode can turn into two (a mixture of a
// fast and a slow exponential falls all the way, but its logarithm has two
// peaks). To look for modes that differ by orders of magnitude, pass
// logarithms. A mode is found when it holds enough of the part of the sample
// it lies in: a well separated, narrow group makes a dip of about half its
// share, and is significant at 0.05 from a share of about 1.1/sqrt(n) on. A
// few values strewn over a long tail are not, even where they heap up.
//
// Ties. Values read off a coarse clock lie on a lattice, and every tick would
// be a mode of its own. When at least nine tenths of the values have a
// neighbour at exactly the smallest distance between distinct values, equal
// values are spread evenly over their tick for the test. Other ties are left
// as they are, so that a constant (a timeout, say) can be a mode.
//
// The result does not depend on the order of the sample, which is not
// modified. Cost: that of a dip for the sample, and for every split that of one
// or two dips of the part (at worst five) and O(n log n) to find the antimode;
// O(n) memory.
//
// Source: S. Maurus and C. Plant, "Skinny-dip: Clustering in a Sea of Noise",
// KDD 2016; the test is Hartigan's, see Dip.
func Modes(sample []float64, alpha float64) []Mode {
	sorted := ascending(sample)
	return modesOf(sorted, alpha, newDipHull(len(sorted)))
}

// modesOf is [Modes] of an ascending, finite sample, with a hull for that many values.
func modesOf(sorted []float64, alpha float64, hull *dipHull) []Mode {
	switch {
	case len(sorted) == 0:
		return nil
	case alpha < dipSmallestP:
		return []Mode{modeOf(sorted, len(sorted))}
	}
	tested := modeSpread(sorted)
	var modes []Mode
	start := 0
	search := modeSearch{alpha: alpha, hull: hull}
	ends := modeRefine(tested, search.ends(tested))
	for _, end := range ends[:len(ends)-1] {
		end = modeSnap(sorted, end)
		if min(end-start, len(sorted)-end) < modeMinimum {
			continue // the cut was moved too close to another
		}
		modes = append(modes, modeOf(sorted[start:end], len(sorted)))
		start = end
	}
	return append(modes, modeOf(sorted[start:], len(sorted)))
}

// modeRefine adds the ends that the density shows within the parts of a sample
// that was found to have several.
func modeRefine(sorted []float64, ends []int) []int {
	if len(ends) == 1 {
		return ends
	}
	var refined []int
	start := 0
	for _, end := range ends {
		for _, cut := range modeValleys(sorted[start:end]) {
			refined = append(refined, start+cut)
		}
		refined = append(refined, end)
		start = end
	}
	return refined
}

// modeSnap moves a cut in the middle of equal values to the nearer side. Only
// ties that were spread over a tick can be cut.
func modeSnap(sorted []float64, cut int) int {
	first, _ := slices.BinarySearch(sorted, sorted[cut])
	if first == cut {
		return cut
	}
	if end := modeTieEnd(sorted, cut); end-cut < cut-first {
		return end
	}
	return first
}

// modeOf describes the members of one mode, given in ascending order.
func modeOf(members []float64, total int) Mode {
	n := len(members)
	center, upper := members[(n-1)/2], members[n/2]
	if center != upper {
		center = center/2 + upper/2 // the sum could overflow
	}
	return Mode{
		Center: center,
		Low:    members[0],
		High:   members[n-1],
		Count:  n,
		Share:  float64(n) / float64(total),
	}
}

// modeSearch looks for the modes of a sample at a level, with the memory that all its dip tests use.
type modeSearch struct {
	alpha float64
	hull  *dipHull
}

// ends returns where the modes of an ascending sample end, ascending. The
// parts still to be tested are on a stack, so that no input makes deep
// recursion.
func (s modeSearch) ends(sorted []float64) []int {
	var ends []int
	start, pending := 0, []int{len(sorted)}
	for len(pending) > 0 {
		end := pending[len(pending)-1]
		if cut := s.cut(sorted[start:end], len(pending)+len(ends) > 1); cut > 0 {
			pending = append(pending, start+cut)
			continue
		}
		ends = append(ends, end)
		start, pending = end, pending[:len(pending)-1]
	}
	return ends
}

// cut returns the number of values before the antimode, or 0 when the
// part is one mode. The tails of the part are tested only if asked for.
func (s modeSearch) cut(part []float64, tails bool) int {
	n := len(part)
	cut, most := s.test(part, s.alpha, float64(n)/4) // no dip exceeds 1/4
	if cut > 0 || !tails {
		return cut
	}
	levels := 0
	for size := n * 2 / 3; size >= 2*modeMinimum; size = size * 2 / 3 {
		levels++
	}
	alpha := s.alpha * modeTails / float64(2*levels)
	mostLeft, mostRight := most, most
	for size := n * 2 / 3; size >= 2*modeMinimum; size = size * 2 / 3 {
		if cut, mostRight = s.test(part[n-size:], alpha, mostRight); cut > 0 {
			return n - size + cut
		}
		if cut, mostLeft = s.test(part[:size], alpha, mostLeft); cut > 0 {
			return cut
		}
	}
	return 0
}

// test returns the number of values before the antimode, or 0 when a
// single mode is not rejected or the cut would leave too few values. Most
// bounds n times the dip of the n values; test returns what bounds it for any
// piece of them.
//
// That a piece's n*dip is at most the whole's spares most of the tests: where
// the greatest dip possible would not be rejected, none is computed. For let
// G be the unimodal function closest to the counts C of the whole, |C-G| <= D;
// the counts of the piece of m values after the first s are C-s, cut off below
// 0 and above m, and G-s, cut off alike, is unimodal and no further from them.
func (s modeSearch) test(part []float64, alpha, most float64) (cut int, bound float64) {
	n := len(part)
	if n < 2*modeMinimum || !(dipPValue(n, most*(1+1e-9)/float64(n)) <= alpha) { // the factor is for rounding
		return 0, most
	}
	fit := s.hull.fit(part)
	bound = fit.dip * float64(n)
	if fit.valleyHigh <= fit.valleyLow || !(dipPValue(n, fit.dip) <= alpha) {
		return 0, bound
	}
	cut = fit.valleyLow + modeSparsest(part[fit.valleyLow:fit.valleyHigh+1])
	if cut < modeMinimum || n-cut < modeMinimum {
		return 0, bound
	}
	return cut, bound
}

// modeSparsest returns the position of the value after the antimode of a
// stretch of at least two values. It narrows the stretch to its sparsest
// window as long as there is one that is too wide for chance, and cuts at the
// middle of what is left. A clean gap is found exactly; in a shallow valley
// chance gaps are averaged out. O(n log n) at worst.
func modeSparsest(stretch []float64) (before int) {
	for {
		first, steps := modeWindow(stretch)
		if steps == 0 {
			break
		}
		stretch, before = stretch[first:first+steps+1], before+first
	}
	steps := len(stretch) - 1
	middle := stretch[0]/2 + stretch[steps]/2
	after, _ := slices.BinarySearch(stretch, middle)
	return before + min(max(after, 1), steps)
}

// modeWindow finds the widest window of half the steps of a stretch, or else
// of a quarter and so on, that is wider than chance makes it among evenly
// scattered values; steps is 0 when there is none. A window of k of m steps
// then covers Gamma(k)/m of the stretch, which exceeds
// (k + sqrt(2kt) + t)/m with a probability below exp(-t); about m/k windows
// are independent, hence t = log(m/k) + 1.
func modeWindow(stretch []float64) (first, steps int) {
	m := len(stretch) - 1
	width := stretch[m] - stretch[0]
	for k := (m + 1) / 2; m > 1; k = (k + 1) / 2 {
		best := 0
		for i := range len(stretch) - k {
			if stretch[i+k]-stretch[i] > stretch[best+k]-stretch[best] {
				best = i
			}
		}
		t := math.Log(float64(m)/float64(k)) + 1
		chance := (float64(k) + math.Sqrt(2*float64(k)*t) + t) / float64(m)
		if stretch[best+k]-stretch[best] > chance*width {
			return best, k
		}
		if k == 1 {
			break
		}
	}
	return 0, 0
}
