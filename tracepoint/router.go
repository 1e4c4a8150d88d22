package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// Router is the controller of all layers: it passes every point on to the controller of its layer.
//
// The layers are called at the same time, so that one that hangs or fails leaves the others done; their errors are joined in the order of the
// layers. A point of a layer without a controller is unknown.
//
// Leases of controllers that keep none are kept by the Router, in a [Leases] each. Other abilities that a layer's controller lacks are a
// [pythia.PointError] with [errors.ErrUnsupported] for each of its points.
type Router struct {
	controllers map[pythia.Layer]pythia.TracePointController
	leases      []*Leases // those that the Router made
}

// selectiveLeaser is a controller that can do what [pythia.Leaser] and [pythia.Selector] can at once.
type selectiveLeaser interface {
	EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error
}

// NewRouter makes a router to the controllers of the layers. The configuration is for the leases that it keeps. Close ends these; it closes no
// controller that it was given.
func NewRouter(controllers map[pythia.Layer]pythia.TracePointController, c LeaseConfig) (*Router, error) {
	r := &Router{controllers: make(map[pythia.Layer]pythia.TracePointController)}
	for _, layer := range slices.Sorted(maps.Keys(controllers)) {
		controller := controllers[layer]
		if controller == nil {
			return nil, fmt.Errorf("tracepoint: the controller of the %v layer is nil: leave the layer out", layer)
		}
		if _, ok := controller.(pythia.Leaser); !ok {
			leases, err := NewLeases(controller, c)
			if err != nil {
				return nil, err
			}
			r.leases = append(r.leases, leases)
			controller = leases
		}
		r.controllers[layer] = controller
	}
	return r, nil
}

// Points returns the points of all layers. Those of the layers that answered come with an error about the others.
func (r *Router) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	layers := slices.Sorted(maps.Keys(r.controllers))
	found := make([][]pythia.TracePoint, len(layers))
	err := concurrently(len(layers), func(i int) error {
		points, err := r.controllers[layers[i]].Points(ctx)
		found[i] = points
		if err != nil {
			return fmt.Errorf("tracepoint: the %v layer's points: %w", layers[i], err)
		}
		return nil
	})
	points := slices.Concat(found...)
	slices.SortStableFunc(points, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return points, err
}

// Enable switches points on.
func (r *Router) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.route(ids, func(c pythia.TracePointController, ids []pythia.TracePointID) error { return c.Enable(ctx, ids...) })
}

// Disable switches points off.
func (r *Router) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.route(ids, func(c pythia.TracePointController, ids []pythia.TracePointID) error { return c.Disable(ctx, ids...) })
}

// EnableFor switches points on until the lease ends.
func (r *Router) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	return r.route(ids, func(c pythia.TracePointController, ids []pythia.TracePointID) error {
		return c.(pythia.Leaser).EnableFor(ctx, lease, ids...) // NewRouter saw to it
	})
}

// EnableOnly switches points on for some requests.
func (r *Router) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	return r.route(ids, func(c pythia.TracePointController, ids []pythia.TracePointID) error {
		if selector, ok := c.(pythia.Selector); ok {
			return selector.EnableOnly(ctx, s, ids...)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// EnableOnlyFor switches points on for some requests until the lease ends.
func (r *Router) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	return r.route(ids, func(c pythia.TracePointController, ids []pythia.TracePointID) error {
		if leaser, ok := c.(selectiveLeaser); ok {
			return leaser.EnableOnlyFor(ctx, lease, s, ids...)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// EnableAttributes makes a point record attributes.
func (r *Router) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return r.routeAttributes(id, func(s pythia.AttributeSwitcher) error { return s.EnableAttributes(ctx, id, keys...) })
}

// DisableAttributes makes a point record attributes no more.
func (r *Router) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return r.routeAttributes(id, func(s pythia.AttributeSwitcher) error { return s.DisableAttributes(ctx, id, keys...) })
}

// Close ends the leases that the router keeps: it switches their points off.
func (r *Router) Close() error {
	return concurrently(len(r.leases), func(i int) error { return r.leases[i].Close() })
}

func (r *Router) routeAttributes(id pythia.TracePointID, call func(pythia.AttributeSwitcher) error) error {
	return r.route([]pythia.TracePointID{id}, func(c pythia.TracePointController, ids []pythia.TracePointID) error {
		if switcher, ok := c.(pythia.AttributeSwitcher); ok {
			return call(switcher)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// route calls the controller of every layer that has points among the IDs.
func (r *Router) route(ids []pythia.TracePointID, call func(pythia.TracePointController, []pythia.TracePointID) error) error {
	byLayer := make(map[pythia.Layer][]pythia.TracePointID)
	for _, id := range unique(ids) {
		byLayer[id.Layer] = append(byLayer[id.Layer], id)
	}
	layers := slices.Sorted(maps.Keys(byLayer))
	return concurrently(len(layers), func(i int) error {
		controller, ok := r.controllers[layers[i]]
		if !ok {
			return failAll(byLayer[layers[i]], fmt.Errorf("%w: the %v layer has no controller", pythia.ErrUnknownPoint, layers[i]))
		}
		return call(controller, byLayer[layers[i]])
	})
}

// concurrently makes n calls and joins their errors in order.
func concurrently(n int, call func(int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = safely(func() error { return call(i) }) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
