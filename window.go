package pythia

import (
	"fmt"
	"math"
	"time"
)

// window holds what was observed of the requests of one type lately, in two panes, the newer of which replaces the older from time to time. So
// what is older than a whole window never counts and, unless it began anew meanwhile, at least half a window does.
type window struct {
	intake       intake // what has yet to be added to the newer pane
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

func (w *window) total() moments { return w.older.total.plus(w.newer.total) }

// add adds what was taken from the intake to the newer pane.
func (w *window) add(c *came) error {
	w.newer.total = w.newer.total.plus(c.total)
	switch {
	case c.localizer == nil:
	case w.newer.localizer == nil:
		w.newer.localizer = c.localizer
	default:
		if err := w.newer.localizer.Merge(c.localizer); err != nil {
			return fmt.Errorf("pythia: adding to a window: %w", err)
		}
	}
	return nil
}

// restart forgets everything: something was switched.
func (w *window) restart(now time.Time) {
	w.older, w.newer, w.begun, w.since = pane{}, pane{}, now, now
	w.intake.restart(now)
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
		w.intake.skip(now)
	}
}

// ages reports whether the newer pane is half a window old.
func (w *window) ages(now time.Time, length time.Duration) bool {
	return !w.begun.IsZero() && now.Sub(w.begun) >= length/2
}

// age replaces the older pane by the newer one when that is half a window old. Both go if that is a whole window old: no step was made meanwhile.
func (w *window) age(now time.Time, length time.Duration) {
	if w.begun.IsZero() || w.begun.After(now) {
		w.begun = now
	}
	switch since := now.Sub(w.begun); {
	case since >= length:
		w.older, w.newer, w.begun = pane{}, pane{}, now
	case w.ages(now, length):
		w.older, w.newer, w.begun = w.newer, pane{}, now
	}
}

// seen returns a localizer with all that the panes hold. It may be that of one of them.
func (w *window) seen(l *loop) (Localizer, error) {
	older, newer := w.older.localizer, w.newer.localizer
	switch {
	case older == nil && newer == nil:
		return l.newLocalizer(), nil
	case older == nil:
		return newer, nil
	case newer == nil:
		return older, nil
	}
	both := l.newLocalizer()
	return both, w.mergeInto(both)
}

// mergeInto adds all that the panes hold to a localizer.
func (w *window) mergeInto(all Localizer) error {
	for _, p := range []pane{w.older, w.newer} {
		if p.localizer == nil {
			continue
		}
		if err := all.Merge(p.localizer); err != nil {
			return fmt.Errorf("pythia: joining the panes of a window: %w", err)
		}
	}
	return nil
}
