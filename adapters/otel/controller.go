package otel

import (
	"context"
	"errors"
	"slices"

	"github.com/pythia-trace/pythia"
)

// switchboard switches the points of a provider, without leases.
type switchboard struct{ provider *Provider }

func (s switchboard) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.provider.points.list(), nil
}

func (s switchboard) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return s.EnableOnly(ctx, pythia.Selection{}, ids...)
}

func (s switchboard) EnableOnly(ctx context.Context, selection pythia.Selection, ids ...pythia.TracePointID) error {
	wanted := newWant(selection)
	return s.each(ctx, ids, func(p *point) error {
		p.wanted = wanted
		return nil
	})
}

func (s switchboard) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return s.each(ctx, ids, func(p *point) error {
		p.wanted = nil
		if p.described.AlwaysOn {
			return pythia.ErrAlwaysOn
		}
		return nil
	})
}

// HitCost implements [pythia.Coster], by what [Provider.SpanCost] says; that of all points for a point whose spans were not measured yet. The size of
// spans is not measured.
func (s switchboard) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	p := s.provider.points.lookup(id.Name)
	if p == nil || id != s.provider.id(id.Name) {
		return pythia.HitCost{}, false
	}
	all := s.provider.cost.Average()
	own := p.cost.Average()
	if own == 0 {
		own = all
	}
	return pythia.HitCost{CPU: own}, own > 0
}

// each changes the points one by one, in the order of their IDs, and publishes what could be done.
func (s switchboard) each(ctx context.Context, ids []pythia.TracePointID, change func(*point) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	var errs []error
	for _, id := range slices.Compact(ids) {
		if err := s.change(id, change); err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
	}
	return errors.Join(errs...)
}

func (s switchboard) change(id pythia.TracePointID, change func(*point) error) error {
	if id != s.provider.id(id.Name) {
		return pythia.ErrUnknownPoint
	}
	p := s.provider.points.lookup(id.Name)
	if p == nil {
		return pythia.ErrUnknownPoint
	}
	s.provider.points.mu.Lock()
	defer s.provider.points.mu.Unlock()
	err := change(p)
	p.publish()
	for _, start := range p.startedAs {
		start.publish()
	}
	return err
}
