package pythia

import "maps"

// costOfAll estimates what is on costs: how often its points are passed, by measurement, times what that costs.
func (r *round) costOfAll() (sum Cost) {
	wanted := r.wanted()
	for _, id := range sortedPoints(maps.Keys(wanted)) {
		i, known := r.find(id)
		if !known || r.points[i].AlwaysOn {
			continue
		}
		for _, w := range r.watched {
			if s := wanted[id]; s.everybody || s.types[w.requestType] {
				sum = sum.Plus(w.costOf(&r.points[i]))
			}
		}
		sum.Points++
	}
	return sum
}

// costOf is what a point costs that is on for the requests; the caller counts the point.
func (w *watch) costOf(p *PointState) Cost {
	t := Target{RequestsPerSecond: w.rate, SpansPerRequest: w.usage.perRequest()}
	c := t.Cost(&SearchNode{Point: p.ID}, p)
	c.Points = 0
	return c
}

// keepWithinBudget drops what was switched on last until what is on fits the budget: it costs more than was estimated, or more requests come.
func (r *round) keepWithinBudget() {
	for !r.spent.Within(r.config.Budget) {
		w, h := r.newest()
		if h == nil {
			return
		}
		if h.Outcome == OutcomeOpen {
			h.Outcome = OutcomeDropped
		}
		r.switchOff(w, h, "what is on costs more than the budget")
		r.spent = r.costOfAll()
	}
}

// newest returns the hypothesis that was switched on last, of those that are on.
func (r *round) newest() (of *watch, last *Hypothesis) {
	for _, w := range r.watched {
		if w.diagnosis == nil {
			continue
		}
		for i := range w.diagnosis.Hypotheses {
			if h := &w.diagnosis.Hypotheses[i]; h.On() && (last == nil || !h.Enabled.Before(last.Enabled)) {
				of, last = w, h
			}
		}
	}
	return of, last
}
