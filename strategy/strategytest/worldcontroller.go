package strategytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pythia-trace/pythia"
)

// points describes the trace points, ordered by ID.
func (a *application) points() []pythia.TracePoint {
	var points []pythia.TracePoint
	for _, o := range a.operations {
		p := pythia.TracePoint{ID: o.id, Description: o.description, Source: o.source, AlwaysOn: o.entry}
		for _, s := range o.switchable {
			p.Attributes = append(p.Attributes, s.key)
		}
		points = append(points, p)
	}
	slices.SortFunc(points, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return points
}

// Points implements [pythia.TracePointController].
func (w *World) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	points := slices.Clone(w.points)
	for i := range points {
		points[i].Attributes = slices.Clone(points[i].Attributes)
	}
	return points, nil
}

// Enable implements [pythia.TracePointController].
func (w *World) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return w.enable(ctx, 0, pythia.Selection{}, ids)
}

// EnableFor implements [pythia.Leaser]. When the lease ends, the point's attributes go off too; on an always-on point only these do.
func (w *World) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	return w.enableFor(ctx, lease, pythia.Selection{}, ids)
}

// EnableOnly implements [pythia.Selector]. Request types are as in [World.RequestTypes]. An always-on point is on for all requests.
func (w *World) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	return w.enable(ctx, 0, s, ids)
}

// EnableOnlyFor implements [pythia.LeasedSelector].
func (w *World) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	return w.enableFor(ctx, lease, s, ids)
}

func (w *World) enableFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids []pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("strategytest: a lease of %v ends at once: give a positive one", lease)
	}
	return w.enable(ctx, lease, s, ids)
}

// enable switches points on; a lease of zero is for ever.
func (w *World) enable(ctx context.Context, lease time.Duration, s pythia.Selection, ids []pythia.TracePointID) error {
	s.RequestTypes = slices.Clone(s.RequestTypes)
	return w.change(ctx, ids, func(o *operation, now setting) (setting, error) {
		now.on, now.until, now.selection = true, forever, s
		if lease > 0 {
			now.until = w.sim.now + int64(min(lease, forever-time.Duration(w.sim.now)))
		}
		if o.entry {
			now.selection = pythia.Selection{}
		}
		return now, nil
	})
}

// Disable implements [pythia.TracePointController]. A point's attributes go off with it.
func (w *World) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return w.change(ctx, ids, func(o *operation, now setting) (setting, error) {
		if o.entry {
			return now, pythia.ErrAlwaysOn
		}
		return setting{until: forever}, nil
	})
}

// EnableAttributes implements [pythia.AttributeSwitcher].
func (w *World) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return w.changeAttributes(ctx, id, keys, func(on, bits uint64) uint64 { return on | bits })
}

// DisableAttributes implements [pythia.AttributeSwitcher].
func (w *World) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return w.changeAttributes(ctx, id, keys, func(on, bits uint64) uint64 { return on &^ bits })
}

func (w *World) changeAttributes(ctx context.Context, id pythia.TracePointID, keys []string, change func(on, bits uint64) uint64) error {
	var unknown []string
	err := w.change(ctx, []pythia.TracePointID{id}, func(o *operation, now setting) (setting, error) {
		var bits uint64
		for _, key := range keys {
			i := slices.IndexFunc(o.switchable, func(a attribute) bool { return a.key == key })
			if i < 0 {
				unknown = append(unknown, key)
				continue
			}
			bits |= 1 << i
		}
		now.attributes = change(now.attributes, bits)
		return now, nil
	})
	if err == nil && unknown != nil {
		return &pythia.PointError{ID: id, Err: fmt.Errorf("%w: %s", pythia.ErrUnknownAttribute, strings.Join(unknown, ", "))}
	}
	return err
}

// change switches points one by one.
func (w *World) change(ctx context.Context, ids []pythia.TracePointID, change func(*operation, setting) (setting, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	oldest := w.sim.oldest()
	for _, id := range slices.Compact(ids) {
		o, ok := w.app.byID[id]
		if !ok {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		s, err := change(o, w.switches.at(o, w.sim.now))
		if err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
			continue
		}
		w.switches.set(o, s, w.sim.now, oldest)
	}
	return errors.Join(errs...)
}

// On returns the points that are on for at least some requests, beyond the always-on ones, ordered by ID.
func (w *World) On() []pythia.TracePointID {
	w.mu.Lock()
	defer w.mu.Unlock()
	var on []pythia.TracePointID
	for _, o := range w.app.operations {
		if !o.entry && w.switches.at(o, w.sim.now).on {
			on = append(on, o.id)
		}
	}
	slices.SortFunc(on, pythia.TracePointID.Compare)
	return on
}

// Selection returns for which requests a point is on; false if it is off.
func (w *World) Selection(id pythia.TracePointID) (pythia.Selection, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.app.byID[id]
	if !ok {
		return pythia.Selection{}, false
	}
	s := w.switches.at(o, w.sim.now)
	s.selection.RequestTypes = slices.Clone(s.selection.RequestTypes)
	return s.selection, s.on
}

// HitCost implements [pythia.Coster]: spans of calls are larger than others.
func (w *World) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	o, ok := w.app.byID[id]
	if !ok {
		return pythia.HitCost{}, false
	}
	cost := pythia.HitCost{CPU: 1500 * time.Nanosecond, Bytes: 350}
	if o.kind != pythia.KindInternal {
		cost = pythia.HitCost{CPU: 2500 * time.Nanosecond, Bytes: 550}
	}
	return cost, true
}
