package pythia

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	if !r.listedBefore(points) {
		r.list(points)
	}
	for i := range r.points {
		r.points[i].HitCost = HitCost{CPU: DefaultSpanCPU, Bytes: DefaultSpanBytes}
	}
	r.measureCosts()
}

// listedBefore reports whether the points are those that are known already, which they are in nearly every step.
func (r *round) listedBefore(points []TracePoint) bool {
	return r.listing > 0 && slices.EqualFunc(points, r.points, func(p TracePoint, known PointState) bool {
		return p.ID == known.ID && p.AlwaysOn == known.AlwaysOn && p.Description == known.Description && p.Source == known.Source &&
			slices.Equal(p.Attributes, known.Attributes)
	})
}

// list replaces what is known of the points.
func (r *round) list(points []TracePoint) {
	r.listing++
	r.points, r.switchable = make([]PointState, len(points)), make(map[TracePointID]bool, len(points))
	for i, p := range points {
		r.points[i].TracePoint = p
		if !p.AlwaysOn {
			r.switchable[p.ID] = true
		}
	}
	slices.SortStableFunc(r.points, func(a, b PointState) int { return a.ID.Compare(b.ID) })
	r.publish()
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
	points, costs := r.points, make([]HitCost, len(r.points)) // a call that is left behind reads the points' IDs only
	measured, err := pass(r.ctx, &r.controller, r.config.Timeout, func(context.Context) ([]HitCost, error) {
		for i := range points {
			cost, ok := meter.HitCost(points[i].ID)
			if !ok {
				cost = HitCost{CPU: -1}
			}
			costs[i] = cost
		}
		return costs, nil
	})
	if err != nil {
		r.problem(fmt.Errorf("pythia: asking what trace points cost: %w", err))
		return
	}
	for i := range points {
		points[i].HitCost = measured[i].orElse(points[i].HitCost)
	}
}

// measureSizes looks up how large the spans of each point are, where any were seen.
func (r *round) measureSizes() {
	seen := make(map[TracePointID]pointUsage)
	for _, w := range r.sorted() {
		for id, u := range w.usage.Points {
			all := seen[id]
			all.Spans, all.Bytes = all.Spans+u.Spans, all.Bytes+u.Bytes
			seen[id] = all
		}
	}
	for id, u := range seen {
		if i, known := r.find(id); known && u.Spans > 0 {
			r.points[i].HitCost.Bytes = int(u.Bytes / u.Spans)
		}
	}
}

// pointStates returns all points as they are now. They are the loop's own: there can be a hundred thousand.
func (r *round) pointStates() []PointState {
	for i := range r.points {
		r.points[i].On = nil
	}
	for id, on := range r.wanted() {
		if i, known := r.find(id); known {
			r.points[i].On = slices.Sorted(maps.Keys(on.types))
		}
	}
	return r.points
}

// alwaysOn reports whether a point is known to be always on.
func (l *loop) alwaysOn(id TracePointID) bool {
	i, known := l.find(id)
	return known && l.points[i].AlwaysOn
}

// find returns the index of a point in the list, and whether it is there.
func (l *loop) find(id TracePointID) (int, bool) {
	return slices.BinarySearchFunc(l.points, id, func(p PointState, id TracePointID) int { return p.ID.Compare(id) })
}

// orElse returns what was measured, and what stands for it where it was not or cannot be.
func (c HitCost) orElse(o HitCost) HitCost {
	if c.CPU >= 0 {
		o.CPU = c.CPU
	}
	if c.Bytes > 0 {
		o.Bytes = c.Bytes
	}
	return o
}
