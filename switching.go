package pythia

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// apply switches what has changed, and renews the leases of what stays on.
func (r *round) apply() {
	before, wanted := r.on, r.wanted()
	left := make(map[TracePointID][]string) // attributes that may be on, and should not be
	r.disable(before, wanted, left)
	renewed := r.config.Now() // the leases begin later, if anything
	failed := r.enable(wanted)
	r.enableAttributes(wanted, failed, left)
	r.giveUp(failed)
	r.on = r.wanted()
	for id, keys := range left {
		r.noteLeft(id, keys)
	}
	now := r.config.Now()
	for _, w := range r.affectedWatches(before) {
		w.window.restart(now)
	}
	r.followLeases(failed, renewed, now)
	r.afterProfile(now)
	r.publish()
}

// disable switches off what is wanted no more, and what could not be switched off before.
func (r *round) disable(before, wanted map[TracePointID]*switchedOn, left map[TracePointID][]string) {
	for _, id := range sortedPoints(maps.Keys(before)) {
		s := wanted[id]
		if s == nil && !r.alwaysOn(id) {
			r.unpaid[id] = true
			continue // its attributes go off with it
		}
		keys := without(before[id].attributes, s)
		if len(keys) == 0 {
			continue
		}
		if err := r.call(func(ctx context.Context) error { return switchAttributes(ctx, r.config.Controller, false, id, keys) }); err != nil {
			left[id] = append(left[id], keys...)
			r.problem(fmt.Errorf("pythia: switching attributes of %q off, which the next step tries again: %w", id, err))
		}
	}
	for id := range wanted {
		delete(r.unpaid, id)
	}
	if len(r.unpaid) > 0 {
		r.disablePoints(sortedPoints(maps.Keys(r.unpaid)))
	}
}

func (r *round) disablePoints(ids []TracePointID) {
	failed, err := PointErrors(r.call(func(ctx context.Context) error { return r.config.Controller.Disable(ctx, ids...) }))
	if err != nil {
		r.problem(fmt.Errorf("pythia: switching trace points off, which the next step tries again: %w", err))
		return
	}
	for _, id := range ids {
		switch err := failed[id]; {
		case err == nil, errors.Is(err, ErrUnknownPoint), errors.Is(err, ErrAlwaysOn):
			delete(r.unpaid, id)
		default:
			r.problem(fmt.Errorf("pythia: switching %q off, which the next step tries again: %w", id, err))
		}
	}
}

// without returns the attributes that are not wanted, in order.
func without(attributes map[string]bool, wanted *switchedOn) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		if wanted == nil || !wanted.attributes[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

func switchAttributes(ctx context.Context, c TracePointController, on bool, id TracePointID, keys []string) error {
	switcher, ok := c.(AttributeSwitcher)
	switch {
	case !ok:
		return &PointError{ID: id, Err: errors.ErrUnsupported}
	case on:
		return switcher.EnableAttributes(ctx, id, keys...)
	}
	return switcher.DisableAttributes(ctx, id, keys...)
}

// call calls the controller.
func (r *round) call(f func(context.Context) error) error {
	_, err := pass(r.ctx, &r.controller, r.config.Timeout, func(ctx context.Context) (none struct{}, err error) { return none, f(ctx) })
	return err
}

// enable switches on, or renews, what is wanted, with one call for all points that are on for the same requests. It returns the points that could not
// be switched on, with the reason.
func (r *round) enable(wanted map[TracePointID]*switchedOn) map[TracePointID]error {
	failed := make(map[TracePointID]error)
	for _, b := range batched(wanted) {
		maps.Copy(failed, r.enableFor(b.selection, b.ids))
	}
	return failed
}

// batch are points that are on for the same requests.
type batch struct {
	selection Selection
	ids       []TracePointID
}

// batched puts the points into batches, in the order of their types.
func batched(wanted map[TracePointID]*switchedOn) (batches []batch) {
	for _, id := range sortedPoints(maps.Keys(wanted)) {
		var s Selection
		if !wanted[id].others {
			s.RequestTypes = slices.Sorted(maps.Keys(wanted[id].types))
		}
		i, found := slices.BinarySearchFunc(batches, s, func(b batch, s Selection) int {
			return slices.Compare(b.selection.RequestTypes, s.RequestTypes)
		})
		if !found {
			batches = slices.Insert(batches, i, batch{selection: s})
		}
		batches[i].ids = append(batches[i].ids, id)
	}
	return batches
}

func (r *round) enableFor(s Selection, ids []TracePointID) map[TracePointID]error {
	e := enabling{r.config.Controller, r.config.Lease, s}
	done, err := pass(r.ctx, &r.controller, r.config.Timeout, func(ctx context.Context) (enabled, error) { return e.run(ctx, ids) })
	if err != nil {
		r.problem(fmt.Errorf("pythia: switching trace points on: %w", err))
		done.failed = make(map[TracePointID]error)
		for _, id := range ids {
			done.failed[id] = errNotReached
		}
		return done.failed
	}
	for _, id := range done.everybody {
		r.lacksSelect[id] = true
	}
	r.problemsOf(done.failed)
	return done.failed
}

// problemsOf notes points that could not be switched on, once for each reason.
func (r *round) problemsOf(failed map[TracePointID]error) {
	ids := sortedPoints(maps.Keys(failed))
	number := make(map[string]int)
	for _, id := range ids {
		number[failed[id].Error()]++
	}
	for _, id := range ids {
		reason := failed[id].Error()
		switch n := number[reason]; {
		case n == 1:
			r.problem(fmt.Errorf("pythia: switching %q on: %w", id, failed[id]))
		case n > 1:
			r.problem(fmt.Errorf("pythia: switching %q and %d more on: %w", id, n-1, failed[id]))
		}
		delete(number, reason)
	}
}

// errNotReached stands for the failure of a whole call: the points may be on, and are not to blame.
var errNotReached = errors.New("the controller failed as a whole")

// enableAttributes switches on, or renews, the attributes that are wanted.
func (r *round) enableAttributes(wanted map[TracePointID]*switchedOn, failed map[TracePointID]error, left map[TracePointID][]string) {
	for _, id := range sortedPoints(maps.Keys(wanted)) {
		keys := slices.Sorted(maps.Keys(wanted[id].attributes))
		if len(keys) == 0 || failed[id] != nil {
			continue
		}
		err := r.call(func(ctx context.Context) error { return switchAttributes(ctx, r.config.Controller, true, id, keys) })
		if err == nil {
			continue
		}
		r.problem(fmt.Errorf("pythia: switching attributes of %q on: %w", id, err))
		left[id] = append(left[id], keys...)
		_, whole := PointErrors(err)
		r.eachOn(id, func(w *watch, h *Hypothesis) {
			if len(h.Attributes) == 0 || h.Outcome != OutcomeOpen || !h.Enabled.Equal(r.now) {
				return
			}
			h.Outcome = OutcomeFailed
			r.switchOff(w, h, err.Error())
			if whole != nil && w.diagnosis.attempts(h) < mostAttempts {
				delete(w.asked, id)
			}
		})
	}
}

// mostAttempts is how often attributes are asked for while the controller fails as a whole.
const mostAttempts = 3

// attempts returns how often the same was tried.
func (d *Diagnosis) attempts(h *Hypothesis) (n int) {
	for i := range d.Hypotheses {
		if o := &d.Hypotheses[i]; o.Point == h.Point && slices.Equal(o.Attributes, h.Attributes) {
			n++
		}
	}
	return n
}

// giveUp ends the hypotheses of points that could not be switched on: those that are new, those whose point is there no more, and those whose
// renewal has failed for too long. Others stay: the lease may still hold, and the next step renews it. What the controller may have done is
// undone all the same.
func (r *round) giveUp(failed map[TracePointID]error) {
	maps.DeleteFunc(r.failing, func(id TracePointID, _ int) bool { return failed[id] == nil })
	for _, id := range sortedPoints(maps.Keys(failed)) {
		r.failing[id]++
		_, there := r.find(id)
		gone := !there && errors.Is(failed[id], ErrUnknownPoint)
		r.eachOn(id, func(w *watch, h *Hypothesis) {
			why := failed[id].Error()
			switch isNew := h.Outcome == OutcomeOpen && h.Enabled.Equal(r.now); {
			case isNew:
			case gone:
				why = "it is there no more"
			case r.failing[id] <= r.config.Patience:
				return
			}
			if h.Outcome == OutcomeOpen {
				h.Outcome = OutcomeFailed
			}
			r.switchOff(w, h, why)
			r.unpaid[id] = true
		})
		if errors.Is(failed[id], errNotReached) {
			r.forget(id)
		}
	}
}

// forget drops the hypotheses about a point that came to nothing because the controller did not answer, so that it can be proposed again.
func (r *round) forget(id TracePointID) {
	for _, w := range r.watched {
		if w.diagnosis != nil {
			w.diagnosis.Hypotheses = slices.DeleteFunc(w.diagnosis.Hypotheses, func(h Hypothesis) bool {
				came := h.Point == id && h.Outcome == OutcomeFailed && h.Enabled.Equal(r.now)
				if came && len(h.Attributes) > 0 {
					delete(w.asked, id)
				}
				return came
			})
		}
	}
}
