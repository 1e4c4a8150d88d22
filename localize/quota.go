package localize

import "math"

// leastExemplars is how many workflows each group keeps, if it has seen so many, however many groups there are: with fewer, nothing is said of it.
const leastExemplars = fewestTraces

// quota says how many workflows the groups of a localizer keep, all of which share it: of each group those that hash lowest, up to size; beyond the first
// leastExemplars only such as do not exceed the limit, which is the same for all groups. It falls when they keep too many in all.
//
// What is kept is a function of what was seen, in whatever order: at a given limit, a workflow that comes leaves each group with as many as it had, or more, so
// that the limit ends at the highest one, of those that it can have, at which there are not too many. A part of the workflows has no more in any group
// than all of them, so that its limit is no lower; and what is among the lowest of all is among the lowest of its part. So nothing is missing when parts
// are merged.
type quota struct {
	size  int    // the most for a group
	least int    // what each may have whatever the limit
	limit uint64 // the highest rank beyond that
	falls int    // how often the limit fell, which says what it is
}

func newQuota(size int) *quota {
	return &quota{size: size, least: min(size, leastExemplars), limit: math.MaxUint64}
}

// fall lowers the limit, so that groups that keep many let go of about an eighth. It reports whether that was possible.
func (q *quota) fall() bool {
	if q.limit == 0 {
		return false
	}
	q.limit -= max(1, q.limit/8)
	q.falls++
	return true
}

// fallTo lowers the limit until it has fallen so often. It reports whether it can fall so often.
func (q *quota) fallTo(falls int) bool {
	for q.falls < falls {
		if !q.fall() {
			return false
		}
	}
	return true
}

// boundExemplars has the limit fall until no more exemplars are kept than may be. It looks at each group for each fall, of which there are a few hundred
// in all: mostly one for an eighth of the exemplars that there may be.
func (v *Variance) boundExemplars() {
	for v.further > v.config.MaxExemplars && v.quota.fall() {
		v.trimSamples()
	}
}

// trimSamples has groups let go of what exceeds the limit, and counts what is left.
func (v *Variance) trimSamples() {
	v.further = 0
	for _, a := range v.groups {
		a.sample.trim()
		v.further += a.sample.further()
	}
}
