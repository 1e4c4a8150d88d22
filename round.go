package pythia

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// round is one step of the loop in progress.
type round struct {
	*loop
	ctx     context.Context
	now     time.Time
	cycle   *Cycle
	watched []*watch // by request type
	spent   Cost     // what is on, by estimate
	// affected are the watches whose windows begin anew, besides those whose requests see something switched.
	affected  map[*watch]bool
	localised int // groups
	// statesAfter is how many switchings there were in this step when the states of the points were looked up, if statesKnown.
	statesAfter int
	statesKnown bool
}

// step observes, decides and switches once. Only a context that is done stops it; all else that goes wrong is in the Cycle.
func (l *loop) step(ctx context.Context) (*Cycle, error) {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.cycle++
	now := l.config.Now()
	r := &round{loop: l, ctx: ctx, now: now, cycle: &Cycle{Number: l.cycle, Time: now}, affected: make(map[*watch]bool)}
	r.listPoints()
	r.takeStock()
	r.measureSizes()
	r.spent = r.costOfAll()
	r.keepWithinBudget()
	if r.listed && !r.runProfile() {
		for _, w := range r.mostAtStakeFirst() {
			r.advance(w)
		}
	}
	r.apply()
	l.stepped = now
	if err := ctx.Err(); err != nil { // what failed is not to be held against anybody
		return nil, err
	}
	r.complete()
	return r.cycle, nil
}

// takeStock looks up what is watched, and brings it up to date.
func (r *round) takeStock() {
	r.watched = r.loop.sorted()
	for _, w := range r.watched {
		if err := r.collect(w, w.window.ages(r.now, r.config.Window)); err != nil {
			r.problem(err)
		}
		r.cycle.Requests += w.arrived
		if w.arrived > 0 || w.seen.IsZero() {
			w.seen = r.now
		}
		if r.stepped.IsZero() {
			w.arrived = 0 // since nobody knows when
		} else {
			w.measureRate(r.now.Sub(r.stepped))
		}
		if r.lapsed(w, r.now) {
			w.window.suspend() // until the leases are renewed
		}
		w.window.age(r.now, r.config.Window)
	}
	r.forgetTypes()
}

// forgetTypes makes room for new request types: those of which nothing was seen for a window go, unless there is a diagnosis.
func (r *round) forgetTypes() {
	if len(r.watched) < maxTypes/2 {
		return
	}
	r.watched = slices.DeleteFunc(r.watched, func(w *watch) bool {
		forgotten := w.diagnosis == nil && r.now.Sub(w.seen) > r.config.Window && w.window.intake.close(false)
		if forgotten {
			r.mu.Lock()
			delete(r.watches, w.requestType)
			r.mu.Unlock()
		}
		return forgotten
	})
}

// mostAtStakeFirst orders the watches by the seconds that their requests spread by, per second: the budget goes to where it matters most. Those that had
// to wait in the last step come before all others.
func (r *round) mostAtStakeFirst() []*watch {
	stake := func(w *watch) float64 { return w.rate * w.window.total().stdDev() }
	ordered := slices.Clone(r.watched)
	slices.SortStableFunc(ordered, func(a, b *watch) int {
		switch {
		case a.postponed && !b.postponed:
			return -1
		case b.postponed && !a.postponed:
			return 1
		}
		return cmp.Compare(stake(b), stake(a))
	})
	return ordered
}

// mostLocalised bounds how many groups a step localises, give or take one request type: with thousands of groups it would take seconds otherwise. It goes
// by their number and not by time, so that the same workflows give the same decisions.
const mostLocalised = 1000

// leastLocalised is how many groups a request type counts for at least: what is found in them is tested and explained, and small groups were put together
// for it.
const leastLocalised = 100

// postpone leaves a request type to the next step, in which it comes first, if this one has done enough.
func (r *round) postpone(w *watch) bool {
	w.postponed = r.localised >= mostLocalised
	return w.postponed
}

// advance takes the search for one request type a step on.
func (r *round) advance(w *watch) {
	total := w.window.total()
	w.postponed = false
	if total.N < r.config.MinRequests {
		r.wait(w)
		return
	}
	w.waited = 0
	switch {
	case w.searching():
		r.search(w, total)
	case w.diagnosis != nil:
		r.hold(w, total)
	default:
		r.rest(w, total)
	}
}

// wait counts the steps in which too few requests came, and gives up on them in the end.
func (r *round) wait(w *watch) {
	if w.diagnosis == nil {
		return
	}
	if w.reported {
		r.dismiss(w, "it was reported")
		return
	}
	if w.waited++; w.searching() && w.waited > r.config.Patience {
		for i := range w.diagnosis.Hypotheses {
			if h := &w.diagnosis.Hypotheses[i]; h.Outcome == OutcomeOpen {
				h.Outcome = OutcomeTooFew
				r.switchOff(w, h, "too few requests came")
			}
		}
		r.end(w, StopTooFew, w.window.total())
	}
}

// rest looks into requests that were never looked into, or that have got worse since, for two steps in a row.
func (r *round) rest(w *watch, total moments) {
	w.varying, w.steady = true, true
	if w.normal != nil {
		varies, longer := total.worse(*w.normal, surely)
		if !varies && !longer {
			r.feelNormal(w, total)
			return
		}
	}
	if w.noticed++; w.noticed < 2 || r.postpone(w) {
		return
	}
	w.noticed = 0
	seen, err := r.look(w)
	if err != nil {
		r.problem(err)
		return
	}
	if len(r.relevant(w, seen)) == 0 {
		w.normal = &total
		return
	}
	w.diagnosis = &Diagnosis{RequestType: w.requestType, Started: r.now}
	if n := w.normal; n != nil {
		w.diagnosis.Before = Before{Traces: n.N, MeanSeconds: n.Mean, StdDevSeconds: n.stdDev()}
	}
	w.reported, w.waited, w.asked, w.began = false, 0, make(map[TracePointID]bool), moments{}
	w.shown = r.now
	if w.normal != nil { // the window still holds better times: what has got worse is seen without them
		w.varying, w.steady = false, false
		r.affected[w] = true
		return
	}
	w.began = total
	r.pursue(w, seen, total, false)
}

// feelNormal has what is normal follow requests that are as they were, or better for two steps in a row.
func (r *round) feelNormal(w *watch, total moments) {
	if !total.better(*w.normal) {
		w.noticed = 0
		w.learnNormal(w.window.older.total)
		return
	}
	if w.noticed++; w.noticed == 2 {
		w.noticed, w.normal = 0, &total
	}
}

// hold keeps on what an ended search has found until the developer knows it, or it is gone, or things get worse.
func (r *round) hold(w *watch, total moments) {
	varies, longer := total.worse(*w.normal, surely)
	switch {
	case w.reported:
		r.dismiss(w, "it was reported")
	case varies || longer:
		if w.noticed++; w.noticed == 2 {
			r.dismiss(w, "it has got worse: the search begins anew")
		}
	case total.better(*w.normal):
		if w.noticed++; w.noticed == 2 {
			r.dismiss(w, "the variation is gone")
			w.normal = &total
		}
	default:
		w.noticed = 0
	}
}

// dismiss switches off what an ended search has on, and files it.
func (r *round) dismiss(w *watch, why string) {
	for i := range w.diagnosis.Hypotheses {
		r.switchOff(w, &w.diagnosis.Hypotheses[i], why)
	}
	r.file(w.diagnosis)
	w.diagnosis, w.reported, w.noticed = nil, false, 0
}

// mostHistory bounds how many ended diagnoses are kept.
const mostHistory = 100

func (l *loop) file(d *Diagnosis) {
	l.history = append(l.history, d.copy()) // lets go of the samples
	if over := len(l.history) - mostHistory; over > 0 {
		l.history = slices.Delete(l.history, 0, over)
	}
}

func (r *round) problem(err error) {
	r.complain(r.ctx, err)
	r.cycle.Problems = append(r.cycle.Problems, err.Error())
}

// complete adds to the Cycle how things stand now.
func (r *round) complete() {
	r.cycle.Cost = r.costOfAll()
	for _, w := range r.watched {
		if w.searching() {
			r.cycle.Searching = append(r.cycle.Searching, w.diagnosis.copy())
		}
	}
	r.cycle.ProfiledOneIn = r.profiles.oneIn
}
