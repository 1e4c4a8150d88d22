package tracepoint

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/pythia-trace/pythia"
)

const forever time.Duration = 0

// do makes a call with the lock held, and sets the timer anew.
func (l *Leases) do(ctx context.Context, call func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case l.busy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		l.schedule()
		<-l.busy
	}()
	ctx, cancel := context.WithTimeout(ctx, l.config.Timeout)
	defer cancel()
	return call(ctx)
}

// enable makes a call that switches points on and notes their leases.
func (l *Leases) enable(ctx context.Context, lease time.Duration, ids []pythia.TracePointID, call func(context.Context) error) error {
	return l.do(ctx, func(ctx context.Context) error {
		if l.closed {
			return errClosed
		}
		until := l.config.Clock.Now().Add(lease)
		err := safely(func() error { return call(ctx) })
		failed := sortFailures(err)
		for _, id := range unique(ids) {
			switch {
			case failed.because(id, errors.ErrUnsupported): // nothing has changed
			case failed.because(id, pythia.ErrUnknownPoint):
				delete(l.until, id)
			case lease != forever:
				l.until[id] = until
			case failed.of(id) == nil:
				delete(l.until, id)
			}
		}
		return err
	})
}

// schedule sets the one timer to the earliest end. A timer that has fired already finds nothing to do.
func (l *Leases) schedule() {
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	if l.closed || len(l.until) == 0 {
		return
	}
	earliest := slices.MinFunc(slices.Collect(maps.Values(l.until)), time.Time.Compare)
	l.stop = l.config.Clock.AfterFunc(earliest.Sub(l.config.Clock.Now()), l.expire)
}

// expire ends the leases that were not renewed.
func (l *Leases) expire() {
	var ids []pythia.TracePointID
	err := l.do(context.Background(), func(ctx context.Context) error {
		if l.closed {
			return nil
		}
		now := l.config.Clock.Now()
		ids = l.leased(func(until time.Time) bool { return !until.After(now) })
		return l.end(ctx, ids)
	})
	switch {
	case err != nil:
		l.config.Logger.Error("tracepoint: points whose leases ended could not be switched off", "error", err, "retry", l.config.Retry)
	case len(ids) > 0:
		l.config.Logger.Info("tracepoint: leases ended", "points", ids)
	}
}

// leased returns the points whose leases end at a time that is wanted, ordered.
func (l *Leases) leased(wanted func(time.Time) bool) []pythia.TracePointID {
	var ids []pythia.TracePointID
	for id, until := range l.until {
		if wanted(until) {
			ids = append(ids, id)
		}
	}
	return unique(ids)
}

// end switches points and their attributes off. What fails keeps its lease, to be tried again.
func (l *Leases) end(ctx context.Context, ids []pythia.TracePointID) error {
	if len(ids) == 0 {
		return nil
	}
	failed := sortFailures(safely(func() error { return l.inner.Disable(ctx, ids...) }))
	var errs []error
	for _, id := range ids {
		attributes := sortFailures(l.endAttributes(ctx, id))
		if err := errors.Join(failed.unsettled(id), attributes.unsettled(id)); err != nil {
			l.until[id] = l.config.Clock.Now().Add(l.config.Retry)
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
			continue
		}
		delete(l.until, id)
		delete(l.attributes, id)
	}
	return errors.Join(errs...)
}

func (l *Leases) endAttributes(ctx context.Context, id pythia.TracePointID) error {
	keys := slices.Sorted(maps.Keys(l.attributes[id]))
	switcher, ok := l.inner.(pythia.AttributeSwitcher)
	if len(keys) == 0 || !ok {
		return nil
	}
	return safely(func() error { return switcher.DisableAttributes(ctx, id, keys...) })
}

func (l *Leases) remember(id pythia.TracePointID, keys []string) {
	if l.attributes[id] == nil && len(keys) > 0 {
		l.attributes[id] = make(map[string]bool)
	}
	for _, key := range keys {
		l.attributes[id][key] = true
	}
}

func (l *Leases) forget(id pythia.TracePointID, keys []string) {
	for _, key := range keys {
		delete(l.attributes[id], key)
	}
	if len(l.attributes[id]) == 0 {
		delete(l.attributes, id)
	}
}
