package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pythia-trace/pythia"
)

var errClosed = errors.New("tracepoint: the leases are closed, nothing can be enabled any more")

// LeaseConfig says how leases are kept. The zero value is useful.
type LeaseConfig struct {
	// Clock is the time by which leases end. The default is the system's.
	Clock Clock
	// Timeout of one call to the controller below, in real time, so that a controller that hangs cannot keep points on. The default is 10 s.
	Timeout time.Duration
	// Retry is the time until points that could not be switched off are tried again. The default is 1 s.
	Retry time.Duration
	// Logger is told of leases that end and of points that could not be switched off. Nil discards.
	Logger *slog.Logger
}

func (c LeaseConfig) withDefaults() (LeaseConfig, error) {
	if c.Timeout < 0 || c.Retry < 0 {
		return c, fmt.Errorf("tracepoint: Timeout %v and Retry %v must not be negative: leave them zero for the defaults", c.Timeout, c.Retry)
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Retry == 0 {
		c.Retry = time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Leases adds leases to a controller: a point enabled for a lease goes off when it is not renewed in time, by another EnableFor or EnableOnlyFor.
// Then its attributes that were enabled through the Leases go off too; on an always-on point, a lease ends its attributes only.
//
// Keep the leases in the process that has the points. Kept in the process that renews them, they guard against a loop that is stuck, not against
// a process that dies.
//
// A lease runs from the beginning of the call. A point goes off at its end; later, if the controller below is slow, by LeaseConfig.Timeout for each
// call that waits before. Enable and EnableOnly are for ever and end an earlier lease. A point that could not be enabled for certain has its
// lease all the same: it may be on. Abilities that the controller below lacks are a [pythia.PointError] with [errors.ErrUnsupported].
//
// Calls to the controller below are made one at a time. A call with a context that is done changes nothing.
type Leases struct {
	inner  pythia.TracePointController
	config LeaseConfig

	// busy is a lock that a context can give up on. It is held during calls to inner too, so that an expiry and a renewal cannot overtake each
	// other. It guards what follows.
	busy       chan struct{}
	until      map[pythia.TracePointID]time.Time
	attributes map[pythia.TracePointID]map[string]bool
	stop       func() bool // stops the timer; nil if there is none
	closed     bool
}

// abilities are all that a controller can have.
type abilities interface {
	pythia.TracePointController
	pythia.Leaser
	pythia.Selector
	pythia.LeasedSelector
	pythia.AttributeSwitcher
	pythia.Coster
}

var _ abilities = (*Leases)(nil)

// NewLeases adds leases to a controller. Close it to end them.
func NewLeases(inner pythia.TracePointController, c LeaseConfig) (*Leases, error) {
	if inner == nil {
		return nil, errors.New("tracepoint: leases need a controller that switches the points")
	}
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Leases{
		inner: inner, config: c, busy: make(chan struct{}, 1),
		until: make(map[pythia.TracePointID]time.Time), attributes: make(map[pythia.TracePointID]map[string]bool),
	}, nil
}

// Points returns the points of the controller below.
func (l *Leases) Points(ctx context.Context) (points []pythia.TracePoint, err error) {
	err = safely(func() (err error) {
		points, err = l.inner.Points(ctx)
		return err
	})
	return points, err
}

// Enable switches points on for ever.
func (l *Leases) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return l.enable(ctx, forever, ids, func(ctx context.Context) error { return l.inner.Enable(ctx, ids...) })
}

// EnableFor switches points on for all requests until the lease ends.
func (l *Leases) EnableFor(ctx context.Context, lease time.Duration, ids ...pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("tracepoint: a lease of %v ends at once: give a positive one, or use Enable", lease)
	}
	return l.enable(ctx, lease, ids, func(ctx context.Context) error { return l.inner.Enable(ctx, ids...) })
}

// EnableOnly switches points on for some requests, for ever.
func (l *Leases) EnableOnly(ctx context.Context, s pythia.Selection, ids ...pythia.TracePointID) error {
	return l.enableOnly(ctx, forever, s, ids)
}

// EnableOnlyFor switches points on for some requests until the lease ends.
func (l *Leases) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	if lease <= 0 {
		return fmt.Errorf("tracepoint: a lease of %v ends at once: give a positive one, or use EnableOnly", lease)
	}
	return l.enableOnly(ctx, lease, s, ids)
}

func (l *Leases) enableOnly(ctx context.Context, lease time.Duration, s pythia.Selection, ids []pythia.TracePointID) error {
	selector, ok := l.inner.(pythia.Selector)
	if !ok {
		return failAll(ids, errors.ErrUnsupported)
	}
	return l.enable(ctx, lease, ids, func(ctx context.Context) error { return selector.EnableOnly(ctx, s, ids...) })
}

// Disable switches points off and ends their leases.
func (l *Leases) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	return l.do(ctx, func(ctx context.Context) error {
		err := safely(func() error { return l.inner.Disable(ctx, ids...) })
		failed := sortFailures(err)
		for _, id := range unique(ids) {
			if failed.of(id) == nil || failed.because(id, pythia.ErrUnknownPoint) {
				delete(l.until, id) // a point that may still be on keeps its lease
			}
		}
		return err
	})
}

// EnableAttributes makes a point record attributes. They go off when the point's lease ends, if it has one.
func (l *Leases) EnableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	switcher, ok := l.inner.(pythia.AttributeSwitcher)
	if !ok {
		return failAll([]pythia.TracePointID{id}, errors.ErrUnsupported)
	}
	return l.do(ctx, func(ctx context.Context) error {
		if l.closed {
			return errClosed
		}
		err := safely(func() error { return switcher.EnableAttributes(ctx, id, keys...) })
		if failed := sortFailures(err); !failed.because(id, pythia.ErrUnknownPoint, errors.ErrUnsupported) {
			l.remember(id, keys)
		}
		return err
	})
}

// DisableAttributes makes a point record attributes no more.
func (l *Leases) DisableAttributes(ctx context.Context, id pythia.TracePointID, keys ...string) error {
	switcher, ok := l.inner.(pythia.AttributeSwitcher)
	if !ok {
		return failAll([]pythia.TracePointID{id}, errors.ErrUnsupported)
	}
	return l.do(ctx, func(ctx context.Context) error {
		err := safely(func() error { return switcher.DisableAttributes(ctx, id, keys...) })
		if err == nil {
			l.forget(id, keys)
		}
		return err
	})
}

// Close ends all leases: it switches their points off and stops the timer. Nothing can be enabled any more; the rest still works. The error says
// which points could not be switched off; another Close tries again.
func (l *Leases) Close() error {
	return l.do(context.Background(), func(ctx context.Context) error {
		l.closed = true
		return l.end(ctx, l.leased(func(time.Time) bool { return true }))
	})
}
