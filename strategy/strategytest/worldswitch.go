package strategytest

import (
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// switchboard holds how the points are switched, and were switched as long as it matters: a request in flight passes some points before a switch
// and some after it.
type switchboard struct {
	history [][]setting // by operation, the last is how the point is switched now; empty: off, as it always was
}

// setting is how a point is switched from a moment on.
type setting struct {
	since      int64 // Unix time in nanoseconds
	until      int64 // when the lease ends
	on         bool
	selection  pythia.Selection
	attributes uint64 // a bit for each of the operation's switchable ones
}

const forever = math.MaxInt64

func newSwitchboard(app *application) *switchboard {
	return &switchboard{make([][]setting, len(app.operations))}
}

// tracing is what selections ask of a request.
type tracing struct {
	requestType string
	lot         uint64 // drawn from the trace ID
}

// covers reports whether a selection is for a request.
func (t *tracing) covers(s *pythia.Selection) bool {
	return (s.OneIn <= 1 || t.lot%uint64(s.OneIn) == 0) && (len(s.RequestTypes) == 0 || slices.Contains(s.RequestTypes, t.requestType))
}

// at returns how a point was switched at a moment that is no earlier than the oldest kept.
func (b *switchboard) at(o *operation, moment int64) setting {
	current := setting{on: o.entry, until: forever}
	for _, s := range slices.Backward(b.history[o.index]) {
		if s.since <= moment {
			current = s
			break
		}
	}
	if moment >= current.until {
		return setting{since: current.until, on: o.entry, until: forever}
	}
	return current
}

// recorded reports whether a request's span that starts at a moment is recorded, and with which attributes.
func (b *switchboard) recorded(o *operation, moment int64, t *tracing) (attributes uint64, on bool) {
	if len(b.history[o.index]) == 0 {
		return 0, o.entry
	}
	s := b.at(o, moment)
	return s.attributes, s.on && t.covers(&s.selection)
}

// set switches a point now. Settings that ended before the oldest moment are forgotten.
func (b *switchboard) set(o *operation, s setting, now, oldest int64) {
	s.since = now
	kept := b.history[o.index]
	if last := len(kept) - 1; last >= 0 && kept[last].since == now {
		kept = kept[:last]
	}
	for len(kept) > 1 && kept[1].since <= oldest {
		kept = slices.Delete(kept, 0, 1)
	}
	b.history[o.index] = append(kept, s)
}
