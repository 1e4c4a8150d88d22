package pythia

import (
	"slices"
	"time"
)

// wanted says what shall be on, from the hypotheses.
func (l *loop) wanted() map[TracePointID]*switchedOn {
	wanted := make(map[TracePointID]*switchedOn)
	for _, w := range l.all() {
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
			s.others = s.others || w.others
			s.everybody = s.everybody || w.others
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

// followLeases has nothing counted while points may be off that should be on, since their leases end and could not be renewed, and begins anew if they
// ended before they were: what requests show then would be held against the points.
func (r *round) followLeases(failed map[TracePointID]error, renewed, now time.Time) {
	for _, w := range r.all() {
		switch win := &w.window; {
		case !r.unsure(w, failed):
			if win.suspended() || r.lapsed(w, now) {
				win.restart(now)
			}
			win.leased = renewed.Add(r.config.Lease)
		case !win.leased.After(now.Add(r.config.Interval)):
			win.suspend()
		}
	}
}

// unsure reports whether something that should be on for the requests could not be renewed.
func (r *round) unsure(w *watch, failed map[TracePointID]error) bool {
	for id := range failed {
		if r.isOn(id, w.requestType) {
			return true
		}
	}
	return false
}

// lapsed reports whether leases have ended of what should be on for the requests.
func (r *round) lapsed(w *watch, now time.Time) bool {
	return !w.window.leased.IsZero() && w.window.leased.Before(now) && r.hasOn(w.requestType)
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

// eachOn goes through the hypotheses about a point that are on.
func (r *round) eachOn(id TracePointID, do func(*watch, *Hypothesis)) {
	for _, w := range r.watched {
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
