package pythia

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// listPoints asks the controller what there is. If it does not answer, what it said last counts.
func (r *round) listPoints() {
	points, err := pass(r.ctx, &r.controller, r.config.Timeout, func(ctx context.Context) ([]TracePoint, error) {
		return r.config.Controller.Points(ctx)
	})
	if err != nil {
		r.problem(fmt.Errorf("pythia: listing the trace points: %w", err))
		points = r.withEarlier(points)
	}
	r.listed = r.listed || err == nil || len(points) > 0
	r.points = r.points[:0:0]
	switchable := make(map[TracePointID]bool)
	for _, p := range points {
		r.points = append(r.points, PointState{TracePoint: p, HitCost: HitCost{CPU: DefaultSpanCPU, Bytes: DefaultSpanBytes}})
		if !p.AlwaysOn {
			switchable[p.ID] = true
		}
	}
	slices.SortStableFunc(r.points, func(a, b PointState) int { return a.ID.Compare(b.ID) })
	r.measureCosts()
	r.mu.Lock()
	r.switchable = switchable
	r.mu.Unlock()
}

// withEarlier adds the points that were listed before to those that some layers list now.
func (r *round) withEarlier(points []TracePoint) []TracePoint {
	listed := make(map[TracePointID]bool, len(points))
	for _, p := range points {
		listed[p.ID] = true
	}
	all := slices.Clone(points)
	for _, p := range r.points {
		if !listed[p.ID] {
			all = append(all, p.TracePoint)
		}
	}
	return all
}

// measureCosts asks the controller what passing its points costs, if it can tell.
func (r *round) measureCosts() {
	meter, ok := r.config.Controller.(Coster)
	if !ok {
		return
	}
	points := slices.Clone(r.points)
	measured, err := pass(r.ctx, &r.controller, r.config.Timeout, func(context.Context) ([]PointState, error) {
		for i := range points {
			if cost, ok := meter.HitCost(points[i].ID); ok {
				cost.Bytes = orDefault(cost.Bytes, points[i].HitCost.Bytes)
				points[i].HitCost = cost
			}
		}
		return points, nil
	})
	if err != nil {
		r.problem(fmt.Errorf("pythia: asking what trace points cost: %w", err))
		return
	}
	r.points = measured
}

// pointStates returns all points as they are now.
func (r *round) pointStates() []PointState {
	wanted := r.wanted()
	sizes := r.spanSizes()
	states := slices.Clone(r.points)
	for i := range states {
		s := &states[i]
		if on := wanted[s.ID]; on != nil {
			s.On = slices.Sorted(maps.Keys(on.types))
		}
		if size, ok := sizes[s.ID]; ok {
			s.HitCost.Bytes = size
		}
	}
	return states
}

// spanSizes returns how large the spans of each point are, where any were seen.
func (r *round) spanSizes() map[TracePointID]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := make(map[TracePointID]pointUsage)
	for _, w := range r.sorted() {
		for id, p := range w.usage.Points {
			s := sum[id]
			sum[id] = pointUsage{Spans: s.Spans + p.Spans, Bytes: s.Bytes + p.Bytes}
		}
	}
	sizes := make(map[TracePointID]int, len(sum))
	for id, s := range sum {
		if s.Spans > 0 {
			sizes[id] = int(s.Bytes / s.Spans)
		}
	}
	return sizes
}

// wanted says what shall be on, from the hypotheses.
func (l *loop) wanted() map[TracePointID]*switchedOn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wantedLocked()
}

func (l *loop) wantedLocked() map[TracePointID]*switchedOn {
	wanted := make(map[TracePointID]*switchedOn)
	for _, w := range l.watches {
		if w.diagnosis == nil {
			continue
		}
		for i := range w.diagnosis.Hypotheses {
			h := &w.diagnosis.Hypotheses[i]
			if !h.On() {
				continue
			}
			s := wanted[h.Point]
			if s == nil {
				s = &switchedOn{types: make(map[string]bool), attributes: make(map[string]bool), everybody: l.lacksSelect[h.Point]}
				wanted[h.Point] = s
			}
			s.types[w.requestType] = true
			s.everybody = s.everybody || w.requestType == otherTypes
			for _, key := range h.Attributes {
				s.attributes[key] = true
			}
		}
	}
	return wanted
}

// switchOn adds a hypothesis; apply makes it so.
func (r *round) switchOn(w *watch, h Hypothesis) {
	h.Enabled, h.Outcome = r.now, OutcomeOpen
	w.diagnosis.Hypotheses = append(w.diagnosis.Hypotheses, h)
	r.cycle.Enabled = append(r.cycle.Enabled, Switched{h.Point, h.Attributes, w.requestType, h.Why})
}

// switchOff ends a hypothesis; apply makes it so.
func (r *round) switchOff(w *watch, h *Hypothesis, why string) {
	if !h.On() {
		return
	}
	if h.Outcome == OutcomeOpen {
		h.Outcome = OutcomeGone
	}
	h.Disabled, h.WhyDisabled = r.now, why
	r.cycle.Disabled = append(r.cycle.Disabled, Switched{h.Point, h.Attributes, w.requestType, why})
}

// apply switches what has changed, and renews the leases of what stays on.
func (r *round) apply() {
	before, wanted := r.on, r.wanted()
	left := make(map[TracePointID][]string) // attributes that may be on, and should not be
	r.disable(before, wanted, left)
	failed := r.enable(wanted)
	r.enableAttributes(wanted, failed, left)
	r.giveUp(failed)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = r.wantedLocked()
	for id, keys := range left {
		r.noteLeft(id, keys)
	}
	now := r.config.Now()
	for _, w := range r.affectedWatches(before) {
		w.window.restart(now)
	}
	r.followLeases(failed, now)
}

// followLeases has nothing counted while points may be off that should be on, since their leases end and could not be renewed: what requests show
// then would be held against the points.
func (r *round) followLeases(failed map[TracePointID]error, now time.Time) {
	unsure := make(map[*watch]bool)
	for id, s := range r.on {
		if failed[id] == nil {
			continue
		}
		for t := range s.types {
			unsure[r.watches[t]] = true
		}
	}
	for _, w := range r.watches {
		switch win := &w.window; {
		case !unsure[w]:
			win.leased = now.Add(r.config.Lease)
			if win.suspended() {
				win.restart(now)
			}
		case !win.leased.After(now.Add(r.config.Interval)):
			win.suspend()
		}
	}
}

// noteLeft has the next step switch attributes off, if they are not wanted then.
func (l *loop) noteLeft(id TracePointID, keys []string) {
	s := l.on[id]
	if s == nil {
		s = &switchedOn{types: make(map[string]bool), attributes: make(map[string]bool)}
		l.on[id] = s
	}
	for _, key := range keys {
		s.attributes[key] = true
	}
}

// affectedWatches returns those whose requests see something switched: all, if it was switched for everybody.
func (r *round) affectedWatches(before map[TracePointID]*switchedOn) []*watch {
	for id, s := range r.on {
		b := before[id]
		if s.everybody && (b == nil || !b.everybody || len(b.attributes) != len(s.attributes)) {
			return r.sorted()
		}
	}
	for id, b := range before {
		if b.everybody && r.on[id] == nil {
			return r.sorted()
		}
	}
	return slices.DeleteFunc(r.sorted(), func(w *watch) bool { return !r.affected[w] && !r.sees(w.requestType, before) })
}

// sees reports whether requests of a type show other points than before, or more attributes. Attributes that go off change no workflow's shape.
func (r *round) sees(requestType string, before map[TracePointID]*switchedOn) bool {
	for id, s := range r.on {
		if !s.types[requestType] {
			continue
		}
		b := before[id]
		if b == nil || !b.types[requestType] {
			return true
		}
		for key := range s.attributes {
			if !b.attributes[key] {
				return true
			}
		}
	}
	for id, b := range before {
		if s := r.on[id]; b.types[requestType] && (s == nil || !s.types[requestType]) && !r.alwaysOn(id) {
			return true
		}
	}
	return false
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
	failed, err := pointErrors(r.call(func(ctx context.Context) error { return r.config.Controller.Disable(ctx, ids...) }))
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
	batches := make(map[string][]TracePointID)
	for _, id := range sortedPoints(maps.Keys(wanted)) {
		types := strings.Join(slices.Sorted(maps.Keys(wanted[id].types)), "\x00")
		batches[types] = append(batches[types], id)
	}
	failed := make(map[TracePointID]error)
	for _, types := range slices.Sorted(maps.Keys(batches)) {
		selection := Selection{RequestTypes: strings.Split(types, "\x00")}
		if slices.Contains(selection.RequestTypes, otherTypes) {
			selection = Selection{}
		}
		maps.Copy(failed, r.enableFor(selection, batches[types]))
	}
	return failed
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
	r.mu.Lock()
	for _, id := range done.everybody {
		r.lacksSelect[id] = true
	}
	r.mu.Unlock()
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
		_, whole := pointErrors(err)
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

// giveUp ends the hypotheses of points that could not be switched on. Those that were on before stay: the lease may still hold, and the next step
// renews it. They are switched off all the same: who knows what the controller did.
func (r *round) giveUp(failed map[TracePointID]error) {
	for _, id := range sortedPoints(maps.Keys(failed)) {
		r.eachOn(id, func(w *watch, h *Hypothesis) {
			if h.Outcome != OutcomeOpen || !h.Enabled.Equal(r.now) {
				return
			}
			h.Outcome = OutcomeFailed
			r.switchOff(w, h, failed[id].Error())
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

// eachOn goes through the hypotheses about a point that are on.
func (r *round) eachOn(id TracePointID, do func(*watch, *Hypothesis)) {
	r.mu.Lock()
	watches := r.sorted()
	r.mu.Unlock()
	for _, w := range watches {
		if w.diagnosis == nil {
			continue
		}
		for i := range w.diagnosis.Hypotheses {
			if h := &w.diagnosis.Hypotheses[i]; h.Point == id && h.On() {
				do(w, h)
			}
		}
	}
}

func (r *round) alwaysOn(id TracePointID) bool {
	i, known := slices.BinarySearchFunc(r.points, id, func(p PointState, id TracePointID) int { return p.ID.Compare(id) })
	return known && r.points[i].AlwaysOn
}
