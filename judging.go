package pythia

import (
	"fmt"
	"slices"
	"strings"
)

// judge says of each point that is on whether it carries a part of the variation, and of attributes whether they explain it, and switches off those
// that do not. It returns true if it takes more requests to say.
func (r *round) judge(w *watch, seen *look, total moments) (undecided bool) {
	for i := range w.diagnosis.Hypotheses {
		h := &w.diagnosis.Hypotheses[i]
		if !h.On() {
			continue
		}
		if len(h.Attributes) == 0 {
			r.judgePoint(w, h, seen, total)
			continue
		}
		if h.Outcome == OutcomeOpen {
			r.explain(r.relevant(w, seen)) // those that are explained already stay so
			undecided = !r.judgeAttributes(w, h, seen, total) || undecided
		}
	}
	return undecided
}

func (r *round) judgePoint(w *watch, h *Hypothesis, seen *look, total moments) {
	share, left := 0.0, 0.0
	for _, f := range seen.findings {
		if f.Location.at(h.Point) {
			share = max(share, w.share(f))
		}
		if f.Location.Point == h.Inside {
			left = max(left, w.share(f))
		}
	}
	least := r.config.MinShare
	if h.Outcome != OutcomeOpen || share >= left { // it carries most of what is there now: shares waver
		least /= 2
	}
	if h.Outcome != OutcomeOpen {
		if share < least {
			r.switchOff(w, h, "it led on")
		}
		return
	}
	h.After, h.Requests, h.Outcome = share, total.N, OutcomeHelped
	if share < least {
		h.Outcome = OutcomeNoHelp
		r.switchOff(w, h, fmt.Sprintf("it carries %.0f %% only", 100*share))
	}
}

// toExplain is how many times as many requests it takes to say that attributes explain nothing as it takes to say where the variation is: with
// few, only the plainest of relations is beyond chance.
const toExplain = 4

func (r *round) judgeAttributes(w *watch, h *Hypothesis, seen *look, total moments) (done bool) {
	best := 0.0
	for _, f := range seen.findings {
		for _, x := range f.Explanations {
			if names(x, h.Point) {
				best = max(best, x.Strength)
			}
		}
	}
	if best == 0 && total.N < toExplain*r.config.MinRequests && r.now.Sub(h.Enabled) < r.config.Window {
		return false
	}
	h.After, h.Requests, h.Outcome = best, total.N, OutcomeHelped
	if best == 0 {
		h.Outcome = OutcomeNoHelp
		r.switchOff(w, h, "they explain nothing")
	}
	return true
}

// names reports whether an explanation is by an attribute of a point.
func names(x Explanation, p TracePointID) bool {
	ofPoint := func(variable string) bool { return strings.HasPrefix(variable, p.String()+": ") }
	return ofPoint(x.Variable) || slices.ContainsFunc(x.Aliases, ofPoint)
}

// shows reports whether one of the findings lies at a point, or is delimited by it.
func shows(findings []*Finding, p TracePointID) bool {
	return slices.ContainsFunc(findings, func(f *Finding) bool { return f.Location.at(p) })
}

// at reports whether a location is the point's own, or is delimited by it.
func (l *Location) at(p TracePointID) bool {
	return l.Point == p || l.From.Point == p || l.To.Point == p
}
