package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// Router makes one controller of several: those of a service's parts, of several services, of replicas of a service, of all layers. It passes every
// point on to the controllers that list it.
//
// Points that several list are listed once, with the attributes of all, and switched in all: replicas have the same points. They are always on if
// they are so in any, since they cannot be switched off everywhere. That attributes are in some of the controllers only is no error.
//
// What a controller has, the Router learns from Points, which the Engine calls in each step, and from what was added since, at the next call. A point that
// no controller has listed is looked up once more by listing all, and unknown if that does not help. A controller that fails to list its points
// is taken to have those that it listed before.
//
// The controllers are called at the same time, so that one that hangs or fails leaves the others done; the call returns when all have. There is one
// error for each point, in the order of the IDs, with all that went wrong with it. Where a controller failed as a whole, that is the error of each
// point that it was called for; where nothing but that came of the call, it is returned as it is.
//
// Leases of controllers that keep none are kept by the Router, in a [Leases] each. Other abilities that a controller lacks are a
// [pythia.PointError] with [errors.ErrUnsupported] for each of its points.
type Router struct {
	config LeaseConfig

	mu     sync.Mutex
	routes []*route // in the order in which they were added
	closed bool
}

var _ abilities = (*Router)(nil)

// NewRouter makes a router to controllers; more can be added later. The configuration is for the leases that it keeps.
func NewRouter(c LeaseConfig, controllers ...pythia.TracePointController) (*Router, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Router{config: c}
	for _, controller := range controllers {
		if err := r.Add(controller); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Add adds a controller, of a service that starts for example. It cannot be there already.
func (r *Router) Add(controller pythia.TracePointController) error {
	to, err := newRoute(controller, r.config)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("tracepoint: the router is closed, make another")
	}
	if r.find(controller) >= 0 {
		return errors.New("tracepoint: the router has this controller already, add it once")
	}
	r.routes = append(r.routes, to)
	return nil
}

// Remove leaves a controller out from now on, of a service that stops for example. What it has on for a lease goes off: at once, if the Router keeps
// the leases, and the error says what could not be switched off. What it has on for ever stays on. A controller of a type that cannot be
// compared cannot be removed.
func (r *Router) Remove(controller pythia.TracePointController) error {
	r.mu.Lock()
	i := r.find(controller)
	if i < 0 {
		r.mu.Unlock()
		return errors.New("tracepoint: the router has no such controller, remove what was added")
	}
	removed := r.routes[i]
	r.routes = slices.Delete(r.routes, i, i+1)
	r.mu.Unlock()
	return removed.close()
}

func (r *Router) find(controller pythia.TracePointController) int {
	if !reflect.ValueOf(controller).Comparable() { // to compare it would panic
		return -1
	}
	return slices.IndexFunc(r.routes, func(to *route) bool { return reflect.ValueOf(to.given).Comparable() && to.given == controller })
}

func (r *Router) all() []*route {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.routes)
}

// Points returns the points of all controllers. Of those that failed, it returns what they listed before, and an error.
func (r *Router) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	routes := r.all()
	err := concurrently(len(routes), func(i int) error {
		if err := routes[i].list(ctx); err != nil {
			return fmt.Errorf("tracepoint: the points of controller %d of %d: %w", i+1, len(routes), err)
		}
		return nil
	})
	return united(routes), err
}

// Enable switches points on.
func (r *Router) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.pass(ctx, ids, func(to *route, ids []pythia.TracePointID) error { return to.controller.Enable(ctx, ids...) })
}

// Disable switches points off.
func (r *Router) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return r.pass(ctx, ids, func(to *route, ids []pythia.TracePointID) error { return to.controller.Disable(ctx, ids...) })
}

// EnableFor switches points on until the lease ends.
func (r *Router) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	return r.pass(ctx, ids, func(to *route, ids []pythia.TracePointID) error {
		return to.controller.(pythia.Leaser).EnableFor(ctx, lease, ids...) // newRoute saw to it
	})
}

// EnableOnly switches points on for some requests.
func (r *Router) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	return r.pass(ctx, ids, func(to *route, ids []pythia.TracePointID) error {
		if selector, ok := to.controller.(pythia.Selector); ok {
			return selector.EnableOnly(ctx, s, ids...)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// EnableOnlyFor switches points on for some requests until the lease ends.
func (r *Router) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	return r.pass(ctx, ids, func(to *route, ids []pythia.TracePointID) error {
		if leaser, ok := to.controller.(pythia.LeasedSelector); ok {
			return leaser.EnableOnlyFor(ctx, lease, s, ids...)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// EnableAttributes makes a point record attributes.
func (r *Router) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return r.passAttributes(ctx, id, keys, func(s pythia.AttributeSwitcher, keys []string) error {
		return s.EnableAttributes(ctx, id, keys...)
	})
}

// DisableAttributes makes a point record attributes no more.
func (r *Router) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	return r.passAttributes(ctx, id, keys, func(s pythia.AttributeSwitcher, keys []string) error {
		return s.DisableAttributes(ctx, id, keys...)
	})
}

// Close ends the leases that the Router keeps: it switches their points off. It closes no controller that it was given.
func (r *Router) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	routes := r.all()
	return concurrently(len(routes), func(i int) error { return routes[i].close() })
}
