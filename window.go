package pythia

import (
	"fmt"
	"math"
	"time"
)

// window holds what was observed of the requests of one type lately, in two panes, the newer of which replaces the older from time to time. So
// what is older than a whole window never counts and, unless it began anew meanwhile, at least half a window does.
type window struct {
	older, newer pane
	begun        time.Time // when the newer pane was
	// since is when something was switched for the requests: workflows that started earlier saw it partly switched, and do not count.
	since time.Time
	// leased is until when all is on that should be, even if it cannot be renewed.
	leased time.Time
}

// pane is what was observed in a part of a window.
type pane struct {
	localizer Localizer // nil: nothing yet
	total     moments
}

// copy returns a pane of its own.
func (p pane) copy(template Localizer) (pane, error) {
	if p.localizer == nil {
		return p, nil
	}
	c := pane{template.New(), p.total}
	return c, c.localizer.Merge(p.localizer)
}

func (w *window) total() moments { return w.older.total.plus(w.newer.total) }

// counts reports whether a workflow that started then belongs to the window.
func (w *window) counts(startNanos int64) bool {
	return w.since.IsZero() || startNanos >= w.since.UnixNano()
}

// add adds a workflow.
func (w *window) add(template Localizer, key GroupKey, t *Trace) {
	if w.newer.localizer == nil {
		w.newer.localizer = template.New()
	}
	w.newer.localizer.Observe(key, t)
	start, end := t.Interval(template.Measure())
	w.newer.total.add(float64(end-start) / 1e9)
}

// restart forgets everything: something was switched.
func (w *window) restart(now time.Time) {
	w.older, w.newer, w.begun, w.since = pane{}, pane{}, now, now
}

// never is later than any workflow.
var never = time.Unix(0, math.MaxInt64)

// suspend forgets everything, and counts nothing until the next restart: what should be on is not.
func (w *window) suspend() { w.restart(never) }

func (w *window) suspended() bool { return w.since.Equal(never) }

// skip leaves out workflows that began before now: they saw points partly switched.
func (w *window) skip(now time.Time) {
	if !w.suspended() {
		w.since = now
	}
}

// age replaces the older pane by the newer one when that is half a window old. Both go if that is a whole window old: no step was made meanwhile.
func (w *window) age(now time.Time, length time.Duration) {
	if w.begun.IsZero() || w.begun.After(now) {
		w.begun = now
	}
	switch since := now.Sub(w.begun); {
	case since >= length:
		w.older, w.newer, w.begun = pane{}, pane{}, now
	case since >= length/2:
		w.older, w.newer, w.begun = w.newer, pane{}, now
	}
}

// seen returns a localizer of its own with all that the window holds.
func (w *window) seen(template Localizer) (Localizer, error) {
	all := template.New()
	for _, p := range []pane{w.older, w.newer} {
		if p.localizer == nil {
			continue
		}
		if err := all.Merge(p.localizer); err != nil {
			return nil, fmt.Errorf("pythia: joining the panes of a window: %w", err)
		}
	}
	return all, nil
}
