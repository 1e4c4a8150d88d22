package pythiatest

import (
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

// leastMode is the part of the requests that a mode must have.
const leastMode = outliers

// joinModes joins modes that are not clearly apart, or have too few requests, with the nearest other one: a busy machine has modes of its own. It
// returns, for each mode there was, the one that it belongs to now.
func (c Config) joinModes(modes []pythia.Mode) (joined []pythia.Mode, to []int) {
	joined = slices.Clone(modes)
	to = make([]int, len(modes))
	for i := range to {
		to[i] = i
	}
	for {
		i := c.unclear(joined)
		if i < 0 {
			return joined, to
		}
		joined[i] = joinedMode(joined[i], joined[i+1])
		joined = slices.Delete(joined, i+1, i+2)
		for k, at := range to {
			if at > i {
				to[k] = at - 1
			}
		}
	}
}

// unclear returns the mode that is to be joined with the next one; -1 if all are apart.
func (c Config) unclear(modes []pythia.Mode) int {
	for i := range len(modes) - 1 {
		usual := time.Duration(modes[i].CenterSeconds * float64(time.Second))
		near := time.Duration(modes[i+1].CenterSeconds*float64(time.Second)) <= c.acceptable(usual)
		if near || modes[i].Share < leastMode || i+2 == len(modes) && modes[i+1].Share < leastMode {
			return i
		}
	}
	return -1
}

// joinedMode has the median of the one with more requests.
func joinedMode(a, b pythia.Mode) pythia.Mode {
	center := a.CenterSeconds
	if b.Share > a.Share {
		center = b.CenterSeconds
	}
	return pythia.Mode{CenterSeconds: center, LowSeconds: a.LowSeconds, HighSeconds: b.HighSeconds, Share: a.Share + b.Share}
}
