package pythia

import "context"

// Localizer accumulates workflows by group and finds the places where their durations vary.
//
// Accumulating is associative and commutative: workflows observed by several localizers that are then merged give what one would
// give that had seen them all. One localizer is not safe for concurrent use.
type Localizer interface {
	// New returns an empty localizer of the same settings.
	New() Localizer
	// Observe adds a workflow of a group.
	Observe(key GroupKey, t *Trace)
	// Merge adds what another localizer has seen, which stays as it is: the two share nothing that changes, so that both may be used
	// afterwards, at the same time too. It fails on one of another type or settings.
	Merge(other Localizer) error
	// Localize changes nothing that is kept. It returns the groups, the one with most time at stake first, and the findings in them, best first. A baseline, seen
	// by a localizer of the same settings, may be nil. It stops with the context's error when ctx is done.
	Localize(ctx context.Context, baseline Localizer) ([]*Group, []*Finding, error)
	// Measure says until when the durations are taken. It may be called at any time.
	Measure() Measure
}

// Dropper is implemented by a [Localizer] that bounds how many groups it keeps apart.
type Dropper interface {
	// Dropped returns what was let go so far, what merged localizers had let go included.
	Dropped() Dropped
}

// Dropped counts what a localizer no longer keeps apart.
type Dropped struct {
	Groups    int // let go; one that came again, and was let go again, counts as two
	Workflows int // that were in them then; they still count, at a coarser level
}
