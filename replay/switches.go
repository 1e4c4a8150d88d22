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

// point is a trace point with how it is switched.
type point struct {
	pythia.TracePoint
	setting
}

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

// shows reports whether a request of a type, and with a lot, shows the point.
func (s *setting) shows(requestType string, lot uint64) bool {
	if !s.on || len(s.selection.RequestTypes) > 0 && !slices.Contains(s.selection.RequestTypes, requestType) {
		return false
	}
	return s.selection.OneIn <= 1 || lot%uint64(s.selection.OneIn) == 0
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
	return a.change(ctx, ids, func(p *point) error {
		p.on, p.until, p.selection = true, time.Time{}, s
		if lease > 0 {
			p.until = a.now.Add(lease)
		}
		return nil
	})
}

// Disable implements [pythia.TracePointController]. A point's attributes go off with it.
func (a *Application) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return a.change(ctx, ids, func(p *point) error {
		if p.AlwaysOn {
			return pythia.ErrAlwaysOn
		}
		p.setting = setting{}
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
	return a.change(ctx, []pythia.TracePointID{id}, func(p *point) error {
		var unknown []string
		for _, key := range keys {
			switch _, has := slices.BinarySearch(p.Attributes, key); {
			case !has:
				unknown = append(unknown, key)
			case on:
				if p.attributes == nil {
					p.attributes = make(map[string]bool)
				}
				p.attributes[key] = true
			default:
				delete(p.attributes, key)
			}
		}
		if unknown != nil {
			return fmt.Errorf("%w: %s", pythia.ErrUnknownAttribute, strings.Join(unknown, ", "))
		}
		return nil
	})
}

// change switches points one by one.
func (a *Application) change(ctx context.Context, ids []pythia.TracePointID, change func(*point) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	var errs []error
	for _, id := range slices.Compact(ids) {
		at, known := a.find(id)
		if !known {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		p := &a.points[at]
		p.lapse(a.now)
		if err := change(p); err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
	}
	return errors.Join(errs...)
}

// On returns the points that are on for at least some requests, beyond the always-on ones, ordered by ID.
func (a *Application) On() []pythia.TracePointID {
	a.mu.Lock()
	defer a.mu.Unlock()
	var on []pythia.TracePointID
	for i := range a.points {
		p := &a.points[i]
		p.lapse(a.now)
		if p.on && !p.AlwaysOn {
			on = append(on, p.ID)
		}
	}
	return on
}
