package searchspace

// exactSiblings is up to how many children a context may have for the order of each two to be known.
const exactSiblings = 32

// bound is one end of an edge, as a position in a list of siblings.
type bound struct {
	sibling int
	end     bool
	open    bool // an event of the parent: no bound
	inner   bool // an event somewhere below the sibling, which so lies inside the edge in part
}

// within appends those of n siblings that lie between two bounds, as the package's documentation defines it.
func within(to []int32, n int, precedes func(i, k int) bool, from, until bound) []int32 {
	for k := range n {
		after := from.open || precedes(from.sibling, k) || !from.end && !precedes(k, from.sibling)
		before := until.open || precedes(k, until.sibling) || until.end && !precedes(until.sibling, k)
		partly := from.inner && k == from.sibling || until.inner && k == until.sibling
		if after && before || partly {
			to = append(to, int32(k))
		}
	}
	return to
}

// seen is when the spans of one sibling were seen below one parent span.
type seen struct {
	firstEnd, lastStart int64
	spans               int
}

func (s *seen) add(start, end int64) {
	if s.spans == 0 {
		s.firstEnd, s.lastStart = end, start
	}
	s.firstEnd, s.lastStart = min(s.firstEnd, end), max(s.lastStart, start)
	s.spans++
}

// precedes reports whether a span of s ended at or before the start of a span of o. One single span does not precede itself.
func (s *seen) precedes(o *seen) bool { return s.firstEnd <= o.lastStart && (s != o || s.spans > 1) }
