package pythia

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

var errNoLoop = errors.New("pythia: this Engine only analyses: to switch trace points, set Loop.Controller, Loop.Space and Loop.Strategy in its Config, as defaults.Live does")

// Step makes one decision: it looks at what was observed, judges what was switched on before, and switches trace points on and off. Calls are made one
// at a time; observing goes on meanwhile. The same workflows and times give the same decisions. A step looks into some ten request types, or a
// thousand groups, and leaves further ones to the next, in which they come first.
//
// The error is that of a context that is done, or says that the Engine has no controller. Whatever else goes wrong is in the Cycle, and the
// next step tries again.
func (e *Engine) Step(ctx context.Context) (*Cycle, error) {
	if e.loop == nil {
		return nil, errNoLoop
	}
	return e.loop.step(ctx)
}

// Run makes a step every Loop.Interval until ctx is done, then saves its state and switches off all that it has on. A state file that cannot be read
// is logged and replaced. The error is that of the end, or says that the Engine has no controller.
func (e *Engine) Run(ctx context.Context) error {
	if e.loop == nil {
		return errNoLoop
	}
	if err := e.loadState(); err != nil {
		e.loop.complain(ctx, err)
	}
	ticker := time.NewTicker(e.loop.config.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return e.stop()
		case <-ticker.C:
		}
		cycle, err := e.loop.step(ctx)
		if err != nil {
			continue // ctx is done
		}
		e.loop.tell(ctx, cycle)
		if cycle.Number%stateEvery == 0 {
			if err := e.saveState(); err != nil {
				e.loop.complain(ctx, err)
			}
		}
	}
}

// stateEvery is after how many steps the state is saved.
const stateEvery = 10

// tell hands a Cycle over to who wants to know.
func (l *loop) tell(ctx context.Context, c *Cycle) {
	if l.config.OnCycle == nil {
		return
	}
	if err := attempt("OnCycle", func() error {
		l.config.OnCycle(c)
		return nil
	}); err != nil {
		l.complain(ctx, err)
		return
	}
	if len(c.Concluded) > 0 {
		l.countReported()
	}
}

// stop saves the state and switches everything off. Ended leases would do the latter too, only later.
func (e *Engine) stop() error {
	err := e.saveState()
	return errors.Join(err, e.loop.disableAll())
}

func (l *loop) disableAll() error {
	l.stepping.Lock()
	defer l.stepping.Unlock()
	ids, attributes := l.letGo()
	if len(ids)+len(attributes) == 0 {
		return nil
	}
	l.controller.wait(l.config.Timeout) // for a call that the end has interrupted
	_, err := pass(context.Background(), &l.controller, l.config.Timeout, func(ctx context.Context) (none struct{}, err error) {
		var errs []error
		for _, id := range sortedPoints(maps.Keys(attributes)) {
			errs = append(errs, switchAttributes(ctx, l.config.Controller, false, id, attributes[id]))
		}
		return none, errors.Join(append(errs, disableAll(ctx, l.config.Controller, ids))...)
	})
	if err != nil {
		for _, id := range ids {
			l.unpaid[id] = true
		}
		return fmt.Errorf("pythia: switching everything off at the end, which the leases do too: %w", err)
	}
	return nil
}

// letGo returns all that may be on: points, and attributes of always-on points. From now on, they count as off.
func (l *loop) letGo() (ids []TracePointID, attributes map[TracePointID][]string) {
	points := maps.Clone(l.unpaid)
	attributes = make(map[TracePointID][]string)
	for id, s := range l.on {
		if !l.alwaysOn(id) { // what is not listed any more may be on all the same
			points[id] = true
		} else if len(s.attributes) > 0 {
			attributes[id] = without(s.attributes, nil)
		}
	}
	for _, id := range l.profiles.points {
		points[id] = true
	}
	l.on, l.unpaid = make(map[TracePointID]*switchedOn), make(map[TracePointID]bool)
	l.profiles.oneIn, l.profiles.points, l.profiles.ending, l.profiling = 0, nil, nil, false
	for _, w := range l.all() {
		if w.hasOn() {
			w.window.suspend()
		}
	}
	l.publish()
	return sortedPoints(maps.Keys(points)), attributes
}

// disableAll switches points off. Those that are gone are off.
func disableAll(ctx context.Context, c TracePointController, ids []TracePointID) error {
	if len(ids) == 0 {
		return nil
	}
	failed, err := PointErrors(c.Disable(ctx, ids...))
	errs := []error{err}
	for _, id := range sortedPoints(maps.Keys(failed)) {
		if !errors.Is(failed[id], ErrUnknownPoint) && !errors.Is(failed[id], ErrAlwaysOn) {
			errs = append(errs, &PointError{ID: id, Err: failed[id]})
		}
	}
	return errors.Join(errs...)
}
