package pythia

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
)

// search takes a search in progress a step on: it judges what was switched on, and pursues what is left.
func (r *round) search(w *watch, total moments) {
	if w.began.N == 0 {
		w.began, w.shown = total, r.now
	}
	if r.overtaken(w, total) || r.calm(w, total) || r.postpone(w) {
		return
	}
	seen, err := r.look(w)
	if err != nil {
		r.fail(w, err, total)
		return
	}
	if !w.varying && !w.steady {
		w.varying, w.steady = total.worseBy(*w.normal)
	}
	switched := len(r.cycle.Disabled)
	undecided := r.judge(w, seen, total)
	if len(r.cycle.Disabled) > switched {
		r.spent = r.costOfAll() // without what was just switched off
	}
	r.pursue(w, seen, total, undecided)
}

// calm reports whether what is searched for has not shown since something was switched last, which can be if it comes and goes: then nothing can be
// said of what is on. If it has not shown for a window, it is gone.
func (r *round) calm(w *watch, total moments) bool {
	if shows := w.normal == nil || total.stdDev() > worseStdDev*w.normal.stdDev(); shows || !w.varying {
		w.shown = r.now
		return false
	}
	if r.now.Sub(w.shown) >= r.config.Window {
		r.endWithoutPlace(w, nil, total)
	}
	return true
}

// overtaken gives a search up if what it is about has got worse by something new, for two steps in a row: what was tried in the meantime says nothing
// of that.
func (r *round) overtaken(w *watch, total moments) bool {
	varies, longer := total.worse(w.began, probably)
	if !varies && !longer {
		w.noticed = 0
		return false
	}
	if w.noticed++; w.noticed < 2 {
		return false
	}
	began := w.began
	w.diagnosis.Stop, w.diagnosis.Ended = StopOvertaken, r.now
	r.cycle.Concluded = append(r.cycle.Concluded, w.diagnosis.copy())
	r.dismiss(w, "something new has made it worse: the search begins anew")
	w.normal = &began
	return true
}

// pursue switches on what could split the places that carry the variation; where there is nothing, attributes that could explain it; and ends the
// search where there are none either. While something is undecided, it does not end.
func (r *round) pursue(w *watch, seen *look, total moments, undecided bool) {
	targets := r.relevant(w, seen)
	if len(targets) == 0 {
		r.endWithoutPlace(w, seen.findings, total)
		return
	}
	w.diagnosis.Findings = targets
	leaves, leftOut, err := r.split(w, targets, undecided)
	if err != nil {
		r.fail(w, err, total)
		return
	}
	w.failed = 0
	r.explain(leaves)
	asked := leftOut == 0 && r.ask(w, leaves, near)
	if asked || undecided || len(leaves) < len(targets) {
		return
	}
	if leftOut > 0 && r.makeRoom(w, targets) {
		return
	}
	if leftOut > 0 && r.othersHoldPoints(w) { // and will let go of them
		if w.queued++; w.queued <= r.config.Patience {
			return
		}
	}
	w.queued = 0
	if leftOut == 0 && r.ask(w, targets, r.far) {
		return
	}
	switch {
	case leftOut > 0:
		r.end(w, StopUnaffordable, total)
	case len(targets[0].Explanations) > 0:
		r.end(w, StopExplained, total)
	default:
		r.end(w, StopLeaf, total)
	}
}

// fail gives a search up that failed for too many steps in a row.
func (r *round) fail(w *watch, err error, total moments) {
	r.problem(err)
	if w.failed++; w.failed > r.config.Patience {
		w.failed = 0
		r.end(w, StopFailed, total)
	}
}

// makeRoom switches off the points of a search that only show where a guilty edge begins or ends. It returns false if there are none.
func (r *round) makeRoom(w *watch, targets []*Finding) (made bool) {
	for i := range w.diagnosis.Hypotheses {
		h := &w.diagnosis.Hypotheses[i]
		guilty := slices.ContainsFunc(targets, func(f *Finding) bool { return f.Location.Point == h.Point })
		if h.On() && len(h.Attributes) == 0 && !guilty {
			r.switchOff(w, h, "what it costs is needed elsewhere")
			made = true
		}
	}
	return made
}

// endWithoutPlace ends a search in which no place carries enough: the variation is gone, or spread over many.
func (r *round) endWithoutPlace(w *watch, findings []*Finding, total moments) {
	why, words := StopGone, "the variation is gone"
	if len(findings) > 0 {
		why, words = StopSpread, "no place carries enough any more"
	}
	w.diagnosis.Findings = findings[:min(len(findings), fewFindings)]
	for i := range w.diagnosis.Hypotheses {
		r.switchOff(w, &w.diagnosis.Hypotheses[i], words)
	}
	r.end(w, why, total)
}

// fewFindings is how many places are named where none carries enough.
const fewFindings = 3

// end ends a search. What shows the places found stays on; what only led there goes off.
func (r *round) end(w *watch, why StopReason, total moments) {
	d := w.diagnosis
	d.Stop, d.Ended = why, r.now
	for i := range d.Hypotheses {
		if h := &d.Hypotheses[i]; len(h.Attributes) == 0 && !shows(d.Findings, h.Point) {
			r.switchOff(w, h, "it led on")
		}
	}
	w.diagnosis = d.copy() // lets go of the samples
	w.noticed = 0
	if total.N < r.config.MinRequests { // too few to say what is normal
		if total = w.began; w.normal != nil {
			total = *w.normal
		}
	}
	w.normal = &total
	r.cycle.Concluded = append(r.cycle.Concluded, d.copy())
	if why == StopGone {
		r.file(w.diagnosis)
		w.diagnosis = nil
	}
}

// split switches on what could split the targets. It returns those for which there is nothing, the leaves.
//
// It goes down a layer only for places inside which nothing of the layers above is left: about the leaves, the strategy is asked again with the points of the
// next layer too. It does not as long as something is undecided, nor where the budget has no room for points above, which those below do not stand in for;
// nor below a place that its own key-values explain well. Those of a host do not count, for what goes along with a host can lie below.
func (r *round) split(w *watch, targets []*Finding, undecided bool) (leaves []*Finding, leftOut int, err error) {
	points, open := r.statesOfPoints(), targets
	served := make(map[*Finding]bool)
	for end := 0; ; {
		end = endOfLayer(points, end)
		if leftOut, err = r.splitBy(w, open, end, served); err != nil {
			return nil, 0, err
		}
		leaves = slices.DeleteFunc(slices.Clone(targets), func(f *Finding) bool { return served[f] })
		if end == len(points) || leftOut > 0 || undecided {
			return leaves, leftOut, nil
		}
		r.explain(leaves)
		if open = slices.DeleteFunc(slices.Clone(leaves), (*Finding).explained); len(open) == 0 {
			return leaves, 0, nil
		}
	}
}

// endOfLayer returns the index after the last point of the layer that a point is of.
func endOfLayer(points []PointState, at int) int {
	return at + sort.Search(len(points)-at, func(i int) bool { return points[at+i].ID.Layer != points[at].ID.Layer })
}

// splitBy asks the strategy what of the first so many points could split the targets, switches it on, and notes which of the targets that is for. The points
// are of all layers down to one: what lies below points that are on or were tried is known from those, so the strategy must see them, to pass it by.
func (r *round) splitBy(w *watch, targets []*Finding, points int, served map[*Finding]bool) (leftOut int, err error) {
	state := r.state(w, targets)
	state.Points = state.Points[:points]
	given := state.copy() // here: a strategy that hangs is left behind, and the points are the loop's own
	wanted, err := pass(r.ctx, &r.strategy, r.config.Timeout, func(context.Context) (Decision, error) {
		return r.config.Strategy.Next(given)
	})
	if err != nil {
		return 0, fmt.Errorf("pythia: asking the strategy about %q: %w", w.requestType, err)
	}
	granted := state.Take(wanted.Enable)
	for _, p := range granted.Enable {
		served[targets[p.Target]] = true
		r.spent = r.spent.Plus(state.Cost(p))
		r.switchOn(w, Hypothesis{
			Point: p.Node.Point, Inside: targets[p.Target].Location.Point, Why: p.Why, Before: w.share(targets[p.Target]),
		})
	}
	return max(wanted.LeftOut, 0) + granted.LeftOut, nil
}

// statesOfPoints returns all points as they are now: as they were for the search before, if nothing has been switched since.
func (r *round) statesOfPoints() []PointState {
	if switched := len(r.cycle.Enabled) + len(r.cycle.Disabled); !r.statesKnown || switched != r.statesAfter {
		r.pointStates()
		r.statesKnown, r.statesAfter = true, switched
	}
	return r.points
}

// state is what the strategy decides on.
func (r *round) state(w *watch, targets []*Finding) *State {
	s := &State{
		Space: r.config.Space, Points: r.statesOfPoints(), Room: r.config.Budget.Minus(r.spent),
		Seed: uint64(RootContext.hashUint64(r.config.Seed).hashUint64(uint64(r.cycle.Number)).hashString(w.requestType)),
	}
	var tried []TracePointID
	for _, h := range w.diagnosis.Hypotheses {
		if len(h.Attributes) == 0 {
			tried = append(tried, h.Point)
		}
	}
	slices.SortFunc(tried, TracePointID.Compare)
	tried = slices.Compact(tried)
	for _, f := range targets {
		s.Targets = append(s.Targets, Target{
			RequestType: w.requestType, Finding: f, RequestsPerSecond: w.rate, SpansPerRequest: w.usage.perRequest(), Tried: tried,
		})
	}
	return s
}

// copy returns a State for the strategy: what it does to that is its own affair. It shares the Space, and what a Finding points to.
func (s *State) copy() *State {
	c := *s
	c.Points, c.Targets = clonePoints(s.Points), slices.Clone(s.Targets)
	if len(s.Targets) == 0 {
		return &c
	}
	perRequest := maps.Clone(s.Targets[0].SpansPerRequest) // it is that of the request type, which all targets have
	for i := range c.Targets {
		t := &c.Targets[i]
		finding := *t.Finding
		t.Finding, t.Tried, t.SpansPerRequest = &finding, slices.Clone(t.Tried), perRequest
	}
	return &c
}

// clonePoints copies points with what they point to, the attributes of all in one piece: there can be a hundred thousand.
func clonePoints(points []PointState) []PointState {
	cloned, number := slices.Clone(points), 0
	for i := range points {
		number += len(points[i].Attributes)
	}
	attributes := make([]string, 0, number)
	for i := range cloned {
		p, from := &cloned[i], len(attributes)
		attributes = append(attributes, p.Attributes...)
		p.On, p.Attributes = slices.Clone(p.On), attributes[from:len(attributes):len(attributes)]
	}
	return cloned
}

// othersHoldPoints reports whether searches for other request types have points on.
func (r *round) othersHoldPoints(w *watch) bool {
	return slices.ContainsFunc(r.watched, func(o *watch) bool {
		return o != w && o.diagnosis != nil && slices.ContainsFunc(o.diagnosis.Hypotheses, func(h Hypothesis) bool { return h.On() })
	})
}
