package tracepoint

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/pythia-trace/pythia"
)

// pass makes a call to each controller that has points among the IDs, for those that it has.
func (r *Router) pass(ctx context.Context, ids []pythia.TracePointID, call func(*route, []pythia.TracePointID) error) error {
	ids = unique(ids)
	if len(ids) == 0 {
		return nil
	}
	routes := r.all()
	lost := slices.ContainsFunc(ids, func(id pythia.TracePointID) bool { return !listedByAny(routes, id) })
	answers := make([]answer, len(routes))
	_ = concurrently(len(routes), func(i int) error {
		answers[i] = routes[i].pass(ctx, ids, lost, call)
		return nil
	})
	return settle(ids, answers)
}

func listedByAny(routes []*route, id pythia.TracePointID) bool {
	return slices.ContainsFunc(routes, func(to *route) bool {
		_, listed := to.describe(id)
		return listed
	})
}

// passAttributes makes a call to each controller that has the point, with the attributes that it has there, and with those that none has.
func (r *Router) passAttributes(
	ctx context.Context, id pythia.TracePointID, keys []string, call func(pythia.AttributeSwitcher, []string) error,
) error {
	return r.pass(ctx, []pythia.TracePointID{id}, func(to *route, ids []pythia.TracePointID) error {
		own := to.without(elsewhere(r.all(), id), id, keys)
		if len(own) == 0 && len(keys) > 0 {
			return nil
		}
		if switcher, ok := to.controller.(pythia.AttributeSwitcher); ok {
			return call(switcher, own)
		}
		return failAll(ids, errors.ErrUnsupported)
	})
}

// elsewhere returns the attributes of a point in any controller.
func elsewhere(routes []*route, id pythia.TracePointID) map[string]bool {
	keys := make(map[string]bool)
	for _, to := range routes {
		p, _ := to.describe(id)
		for _, key := range p.Attributes {
			keys[key] = true
		}
	}
	return keys
}

// without leaves out the keys that the controller's point lacks and another's has.
func (to *route) without(elsewhere map[string]bool, id pythia.TracePointID, keys []string) []string {
	p, _ := to.describe(id)
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return elsewhere[key] && !slices.Contains(p.Attributes, key) })
}

// answer is what came of passing a call on to a controller.
type answer struct {
	outcomes map[pythia.TracePointID]outcome // of the points that the controller was called for
	strays   []error                         // about other points
	unlisted error                           // why the controller could not be asked for further points
}

// outcome is what came of switching a point.
type outcome struct {
	err   error
	whole bool // the error is of the whole call
}

// pass makes a call to the controller for the points that it has. Where some are lost, or it was never asked what it has, it is asked afterwards, so that
// what is known need not wait.
func (to *route) pass(
	ctx context.Context, ids []pythia.TracePointID, lost bool, call func(*route, []pythia.TracePointID) error,
) answer {
	a := answer{outcomes: make(map[pythia.TracePointID]outcome)}
	switchAll := func(ids []pythia.TracePointID) {
		if len(ids) > 0 {
			a.add(ids, safely(func() error { return call(to, ids) }))
		}
	}
	switchAll(to.among(ids))
	if lost || !to.asked() {
		a.unlisted = to.list(ctx)
		switchAll(slices.DeleteFunc(to.among(ids), func(id pythia.TracePointID) bool {
			_, done := a.outcomes[id]
			return done
		}))
	}
	return a
}

// add notes what came of a call.
func (a *answer) add(ids []pythia.TracePointID, err error) {
	failed := sortFailures(err)
	for _, id := range ids {
		_, own := failed.byPoint[id]
		a.outcomes[id] = outcome{failed.of(id), !own && failed.general != nil}
		delete(failed.byPoint, id)
	}
	for _, id := range unique(slices.Collect(maps.Keys(failed.byPoint))) {
		a.strays = append(a.strays, &pythia.PointError{ID: id, Err: failed.byPoint[id]})
	}
}

// settle makes one error for each point of what the controllers answered.
func settle(ids []pythia.TracePointID, answers []answer) error {
	var failed, whole []error
	for _, id := range ids {
		o := settlePoint(id, answers)
		if o.err != nil {
			failed = append(failed, &pythia.PointError{ID: id, Err: o.err})
		}
		if o.whole {
			whole = append(whole, o.err)
		}
	}
	if len(whole) == len(ids) {
		failed = []error{together(whole)}
	}
	for _, a := range answers {
		failed = append(failed, a.strays...)
	}
	return errors.Join(failed...)
}

// settlePoint joins what came of switching a point in all controllers that have it. One that has it no more does not count, unless none has.
func settlePoint(id pythia.TracePointID, answers []answer) outcome {
	var errs, unlisted []error
	found, whole, gone := false, true, pythia.ErrUnknownPoint
	for _, a := range answers {
		unlisted = append(unlisted, a.unlisted)
		o, called := a.outcomes[id]
		switch {
		case !called:
		case errors.Is(o.err, pythia.ErrUnknownPoint):
			gone = o.err
		default:
			found, whole, errs = true, whole && o.whole, append(errs, o.err)
		}
	}
	if found {
		return outcome{together(errs), whole}
	}
	if err := together(unlisted); err != nil { // it may be there
		return outcome{err, true}
	}
	return outcome{gone, false}
}

// together joins errors, each once: replicas fail alike.
func together(errs []error) error {
	var distinct []error
	for _, err := range errs {
		if err != nil && !slices.ContainsFunc(distinct, func(d error) bool { return d.Error() == err.Error() }) {
			distinct = append(distinct, err)
		}
	}
	if len(distinct) == 1 {
		return distinct[0]
	}
	return errors.Join(distinct...)
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
