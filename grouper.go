package pythia

import "strings"

// Grouper states the expectation: requests with equal keys are expected to perform alike. It returns false for a request that is to
// be left out. An [Engine] that switches trace points shows it the workflow without those that can be switched, see [Trace.Without], so that
// switching one makes no new group.
//
// Implementations are safe for concurrent use.
type Grouper interface {
	Group(t *Trace) (GroupKey, bool)
}

// GroupKey names a group. A key may have several levels, from coarse to fine; groups of one coarse key that are too small to judge at a
// fine level are judged together at a coarser one.
type GroupKey string

const levelSeparator = "\x1f"

// NewGroupKey makes a key from its levels, coarsest first. The control character that separates levels becomes a space within them.
func NewGroupKey(levels ...string) GroupKey {
	size := len(levels)
	for _, l := range levels {
		size += len(l)
	}
	var b strings.Builder
	b.Grow(size)
	for i, l := range levels {
		if i > 0 {
			b.WriteString(levelSeparator)
		}
		b.WriteString(strings.ReplaceAll(l, levelSeparator, " "))
	}
	return GroupKey(b.String())
}

// Levels returns the key's levels, coarsest first.
func (k GroupKey) Levels() []string { return strings.Split(string(k), levelSeparator) }

// Truncate returns the key's coarsest n levels; all, if there are fewer.
func (k GroupKey) Truncate(n int) GroupKey {
	levels := k.Levels()
	return NewGroupKey(levels[:min(max(n, 0), len(levels))]...)
}

// String returns the levels separated by " | ".
func (k GroupKey) String() string { return strings.ReplaceAll(string(k), levelSeparator, " | ") }
