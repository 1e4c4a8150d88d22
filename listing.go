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
	defer r.mu.Unlock()
	r.switchable = switchable
	r.measureSizes()
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
				points[i].HitCost = cost.orElse(points[i].HitCost)
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

// measureSizes looks up how large the spans of each point are, where any were seen.
func (r *round) measureSizes() {
	watches := r.sorted()
	for i := range r.points {
		p := &r.points[i]
		var spans, bytes float64
		for _, w := range watches {
			u := w.usage.Points[p.ID]
			spans, bytes = spans+u.Spans, bytes+u.Bytes
		}
		if spans > 0 {
			p.HitCost.Bytes = int(bytes / spans)
		}
	}
}

// pointStates returns all points as they are now.
func (r *round) pointStates() []PointState {
	wanted := r.wanted()
	states := slices.Clone(r.points)
	for i := range states {
		if on := wanted[states[i].ID]; on != nil {
			states[i].On = slices.Sorted(maps.Keys(on.types))
		}
	}
	return states
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
