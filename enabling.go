package pythia

import (
	"context"
	"errors"
	"time"
)

// enabling switches points on with whatever abilities the controller has: for a lease and for some requests only, for a lease, for some requests, or
// just so.
type enabling struct {
	controller TracePointController
	lease      time.Duration
	selection  Selection
}

// enabled is what came of it.
type enabled struct {
	failed    map[TracePointID]error
	everybody []TracePointID // they are on for all requests, since the controller cannot tell them apart
}

// run switches points on. The error is that of the call as a whole, after which any of them may be on.
func (e enabling) run(ctx context.Context, ids []TracePointID) (enabled, error) {
	done := enabled{failed: make(map[TracePointID]error)}
	everybody := false // whether the way tried last is for all requests
	ways := []func(ids []TracePointID) (error, bool){
		func(ids []TracePointID) (error, bool) {
			if c, ok := e.controller.(LeasedSelector); ok {
				return c.EnableOnlyFor(ctx, e.lease, e.selection, ids...), true
			}
			return nil, false
		},
		func(ids []TracePointID) (error, bool) {
			if c, ok := e.controller.(Leaser); ok && e.selection.OneIn <= 1 {
				everybody = true
				return c.EnableFor(ctx, e.lease, ids...), true
			}
			return nil, false
		},
		func(ids []TracePointID) (error, bool) {
			if c, ok := e.controller.(Selector); ok {
				return c.EnableOnly(ctx, e.selection, ids...), true
			}
			return nil, false
		},
		func(ids []TracePointID) (error, bool) {
			if e.selection.OneIn > 1 {
				return nil, false
			}
			everybody = true
			return e.controller.Enable(ctx, ids...), true
		},
	}
	for _, way := range ways {
		everybody = false
		err, there := way(ids)
		if !there {
			continue
		}
		failed, whole := PointErrors(err)
		if whole != nil {
			return done, whole
		}
		var lacking []TracePointID
		for _, id := range ids {
			if err := failed[id]; errors.Is(err, errors.ErrUnsupported) {
				lacking = append(lacking, id)
			} else if err != nil {
				done.failed[id] = err
			} else if everybody {
				done.everybody = append(done.everybody, id)
			}
		}
		if ids = lacking; len(ids) == 0 {
			break
		}
	}
	for _, id := range ids {
		done.failed[id] = errors.ErrUnsupported
	}
	return done, nil
}
