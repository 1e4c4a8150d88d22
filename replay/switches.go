package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pythia-trace/pythia"
)

var (
	_ pythia.TracePointController = (*Application)(nil)
	_ pythia.Leaser               = (*Application)(nil)
	_ pythia.Selector             = (*Application)(nil)
	_ pythia.LeasedSelector       = (*Application)(nil)
	_ pythia.AttributeSwitcher    = (*Application)(nil)
)

// setting is how a point is switched.
type setting struct {
	on         bool
	until      time.Time // zero: for ever
	selection  pythia.Selection
	attributes map[string]bool
}

// lapse switches off what the lease of has ended, attributes and all.
func (s *setting) lapse(now time.Time) {
	if s.on && !s.until.IsZero() && !now.Before(s.until) {
		*s = setting{}
	}
}

// shows reports whether requests of a type show the point.
func (s *setting) shows(t *pythia.Trace, id uint64) bool {
	if !s.on || len(s.selection.RequestTypes) > 0 && !slices.Contains(s.selection.RequestTypes, t.RequestType) {
		return false
	}
	return s.selection.OneIn <= 1 || id%uint64(s.selection.OneIn) == 0
}

// Enable implements [pythia.TracePointController].
func (a *Application) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return a.enable(ctx, 0, pythia.Selection{}, ids)
}

// EnableFor implements [pythia.Leaser]. Leases end by the application's clock, and a point's attributes go off with it.
func (a *Application) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	return a.enableFor(ctx, lease, pythia.Selection{}, ids)
}

// EnableOnly implements [pythia.Selector].
func (a *Application) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	return a.enable(ctx, 0, s, ids)
}

// EnableOnlyFor implements [pythia.LeasedSelector].
func (a *Application) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	return a.enableFor(ctx, lease, s, ids)
}

func (a *Application) enableFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids []pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("replay: a lease of %v ends at once: give a positive one", lease)
	}
	return a.enable(ctx, lease, s, ids)
}

func (a *Application) enable(ctx context.Context, lease time.Duration, s pythia.Selection, ids []pythia.TracePointID) error {
	s.RequestTypes = slices.Clone(s.RequestTypes)
	return a.change(ctx, ids, func(p pythia.TracePoint, now *setting) error {
		now.on, now.until, now.selection = true, time.Time{}, s
		if lease > 0 {
			now.until = a.now.Add(lease)
		}
		return nil
	})
}

// Disable implements [pythia.TracePointController]. A point's attributes go off with it.
func (a *Application) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return a.change(ctx, ids, func(p pythia.TracePoint, now *setting) error {
		if p.AlwaysOn {
			return pythia.ErrAlwaysOn
		}
		*now = setting{}
		return nil
	})
}

// EnableAttributes implements [pythia.AttributeSwitcher].
func (a *Application) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return a.changeAttributes(ctx, id, keys, true)
}

// DisableAttributes implements [pythia.AttributeSwitcher].
func (a *Application) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return a.changeAttributes(ctx, id, keys, false)
}

func (a *Application) changeAttributes(ctx context.Context, id pythia.TracePointID, keys []string, on bool) error {
	return a.change(ctx, []pythia.TracePointID{id}, func(p pythia.TracePoint, now *setting) error {
		var unknown []string
		for _, key := range keys {
			switch _, has := slices.BinarySearch(p.Attributes, key); {
			case !has:
				unknown = append(unknown, key)
			case on:
				if now.attributes == nil {
					now.attributes = make(map[string]bool)
				}
				now.attributes[key] = true
			default:
				delete(now.attributes, key)
			}
		}
		if unknown != nil {
			return fmt.Errorf("%w: %s", pythia.ErrUnknownAttribute, strings.Join(unknown, ", "))
		}
		return nil
	})
}

// change switches points one by one.
func (a *Application) change(ctx context.Context, ids []pythia.TracePointID, change func(pythia.TracePoint, *setting) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	var errs []error
	for _, id := range slices.Compact(ids) {
		s := a.switches[id]
		if s == nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		s.lapse(a.now)
		if err := change(a.point(id), s); err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
	}
	return errors.Join(errs...)
}

// point returns a known point.
func (a *Application) point(id pythia.TracePointID) pythia.TracePoint {
	i, _ := slices.BinarySearchFunc(a.points, id, func(p pythia.TracePoint, id pythia.TracePointID) int { return p.ID.Compare(id) })
	return a.points[i]
}

// On returns the points that are on for at least some requests, beyond the always-on ones, ordered by ID.
func (a *Application) On() []pythia.TracePointID {
	a.mu.Lock()
	defer a.mu.Unlock()
	var on []pythia.TracePointID
	for _, p := range a.points {
		s := a.switches[p.ID]
		s.lapse(a.now)
		if s.on && !p.AlwaysOn {
			on = append(on, p.ID)
		}
	}
	return on
}
