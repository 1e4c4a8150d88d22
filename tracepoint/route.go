package tracepoint

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/pythia-trace/pythia"
)

// route leads to a controller.
type route struct {
	given      pythia.TracePointController
	controller pythia.TracePointController // the same, with leases
	leases     *Leases                     // the Router's; nil if the controller keeps its own

	mu     sync.Mutex
	points map[pythia.TracePointID]pythia.TracePoint // as listed last; nil before the controller was asked
}

func newRoute(controller pythia.TracePointController, c LeaseConfig) (*route, error) {
	if controller == nil {
		return nil, errors.New("tracepoint: a controller is nil: leave it out")
	}
	to := &route{given: controller, controller: controller}
	if _, ok := controller.(pythia.Leaser); !ok {
		leases, err := NewLeases(controller, c)
		if err != nil {
			return nil, err
		}
		to.leases, to.controller = leases, leases
	}
	return to, nil
}

func (to *route) close() error {
	if to.leases == nil {
		return nil
	}
	return to.leases.Close()
}

// list asks the controller for its points. If it fails, what it listed before stays, and what it lists all the same is added.
func (to *route) list(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var points []pythia.TracePoint
	err := safely(func() (err error) {
		points, err = to.controller.Points(ctx)
		return err
	})
	to.mu.Lock()
	defer to.mu.Unlock()
	if err == nil || to.points == nil {
		to.points = make(map[pythia.TracePointID]pythia.TracePoint, len(points))
	}
	for _, p := range points {
		p.Attributes = slices.Clone(p.Attributes)
		to.points[p.ID] = p
	}
	return err
}

// asked reports whether the controller was asked for its points.
func (to *route) asked() bool {
	to.mu.Lock()
	defer to.mu.Unlock()
	return to.points != nil
}

// listed returns what the controller has, in no order.
func (to *route) listed() []pythia.TracePoint {
	to.mu.Lock()
	defer to.mu.Unlock()
	return slices.Collect(maps.Values(to.points))
}

// describe returns what the controller said of a point.
func (to *route) describe(id pythia.TracePointID) (p pythia.TracePoint, listed bool) {
	to.mu.Lock()
	defer to.mu.Unlock()
	p, listed = to.points[id]
	return p, listed
}

// among returns those of the points that the controller has.
func (to *route) among(ids []pythia.TracePointID) []pythia.TracePointID {
	to.mu.Lock()
	defer to.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id pythia.TracePointID) bool {
		_, listed := to.points[id]
		return !listed
	})
}

// united returns what controllers have listed, ordered by ID, each point once.
func united(routes []*route) []pythia.TracePoint {
	var all []pythia.TracePoint
	for _, to := range routes {
		all = append(all, to.listed()...)
	}
	slices.SortStableFunc(all, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	points := all[:0]
	for _, p := range all {
		if last := len(points) - 1; last >= 0 && points[last].ID == p.ID {
			unite(&points[last], p)
			continue
		}
		p.Attributes = slices.Clone(p.Attributes)
		points = append(points, p)
	}
	return points
}

// unite adds what another controller says of a point.
func unite(p *pythia.TracePoint, other pythia.TracePoint) {
	p.Description, p.Source = cmp.Or(p.Description, other.Description), cmp.Or(p.Source, other.Source)
	p.AlwaysOn = p.AlwaysOn || other.AlwaysOn
	for _, key := range other.Attributes {
		if !slices.Contains(p.Attributes, key) {
			p.Attributes = append(p.Attributes, key)
		}
	}
}
