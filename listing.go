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
