package pythia

import (
	"maps"
	"slices"
)

// costOfAll estimates what is on costs: how often its points are passed, by measurement, times what that costs.
func (r *round) costOfAll(watches []*watch) Cost {
	byType := make(map[string]*watch, len(watches))
	for _, w := range watches {
		byType[w.requestType] = w
	}
	states, wanted := r.pointStates(), r.wanted()
	var sum Cost
	for _, id := range sortedPoints(maps.Keys(wanted)) {
		i, known := slices.BinarySearchFunc(states, id, func(p PointState, id TracePointID) int { return p.ID.Compare(id) })
		if !known || states[i].AlwaysOn {
			continue
		}
		types := wanted[id].types
		if wanted[id].everybody {
			types = nil
			for _, w := range watches {
				sum = sum.Plus(r.costFor(w, states[i]))
			}
		}
		for _, t := range slices.Sorted(maps.Keys(types)) {
			if w := byType[t]; w != nil {
				sum = sum.Plus(r.costFor(w, states[i]))
			}
		}
		sum.Points++
	}
	return sum
}

// costFor is what a point that is on costs by the requests of one type.
func (r *round) costFor(w *watch, p PointState) Cost {
	p.On = []string{w.requestType} // counted as a point by the caller
	r.mu.Lock()
	s := State{Points: []PointState{p}, Targets: []Target{{RequestType: w.requestType, RequestsPerSecond: w.rate, SpansPerRequest: w.usage.perRequest()}}}
	r.mu.Unlock()
	return s.Cost(Proposal{Node: SearchNode{Point: p.ID}})
}

// keepWithinBudget drops what was switched on last until what is on fits the budget: it costs more than was estimated, or more requests come.
func (r *round) keepWithinBudget(watches []*watch) {
	for !r.spent.Within(r.config.Budget) {
		w, h := newest(watches)
		if h == nil {
			return
		}
		if h.Outcome == OutcomeOpen {
			h.Outcome = OutcomeDropped
		}
		r.switchOff(w, h, "what is on costs more than the budget")
		r.spent = r.costOfAll(watches)
	}
}

// newest returns the hypothesis that was switched on last, of those that are on.
func newest(watches []*watch) (of *watch, last *Hypothesis) {
	for _, w := range watches {
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
