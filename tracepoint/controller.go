package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

// NewController makes the controller of a registry's points, with leases. Each call of Enable, EnableFor, EnableOnly or EnableOnlyFor states
// completely what the points shall be, whatever they were before. Disable also forgets the attributes that were on.
//
// An always-on point is on for all requests whatever the selection. Several controllers may share a registry; the last call decides.
func NewController(r *Registry, c LeaseConfig) (*Leases, error) {
	if r == nil {
		return nil, errors.New("tracepoint: a controller needs a registry: make one with NewRegistry")
	}
	return NewLeases(switchboard{r}, c)
}

// switchboard switches the points of a registry, without leases.
type switchboard struct{ registry *Registry }

func (s switchboard) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.registry.Points(), nil
}

func (s switchboard) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return s.EnableOnly(ctx, pythia.Selection{}, ids...)
}

func (s switchboard) EnableOnly(ctx context.Context, selection pythia.Selection, ids ...pythia.TracePointID) error {
	matcher := NewMatcher(selection)
	return s.each(ctx, ids, func(e *entry) error {
		if !e.point.alwaysOn {
			e.on, e.matcher = true, matcher
		}
		return nil
	})
}

func (s switchboard) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return s.each(ctx, ids, func(e *entry) error {
		if e.point.alwaysOn {
			return pythia.ErrAlwaysOn
		}
		e.on = false
		clear(e.attributes)
		return nil
	})
}

func (s switchboard) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return s.each(ctx, []pythia.TracePointID{id}, func(e *entry) error { return e.setAttributes(true, keys) })
}

func (s switchboard) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return s.each(ctx, []pythia.TracePointID{id}, func(e *entry) error { return e.setAttributes(false, keys) })
}

func (e *entry) setAttributes(on bool, keys []string) error {
	var unknown []string
	for _, key := range keys {
		if slices.ContainsFunc(e.point.attributes, func(a Attribute) bool { return a.key == key }) {
			e.attributes[key] = on
		} else {
			unknown = append(unknown, key)
		}
	}
	if unknown != nil {
		return fmt.Errorf("%w: %s", pythia.ErrUnknownAttribute, strings.Join(unknown, ", "))
	}
	return nil
}

// each changes the points one by one, in the order of their IDs, and publishes what could be done.
func (s switchboard) each(ctx context.Context, ids []pythia.TracePointID, change func(*entry) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	var errs []error
	for _, id := range unique(ids) {
		e, ok := s.registry.entries[id]
		if !ok {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		if err := change(e); err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
		s.registry.publish(e)
	}
	return errors.Join(errs...)
}
