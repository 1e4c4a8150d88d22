package pythia

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// TracePoint describes a trace point that can be switched.
type TracePoint struct {
	ID          TracePointID
	Description string
	// Source is where in the code the point lies, as "file:line"; empty if unknown.
	Source string
	// AlwaysOn points belong to the skeleton and are never switched off.
	AlwaysOn bool
	// Attributes are the keys that the point can record when asked to, one by one.
	Attributes []string
}

// TracePointController switches the trace points of one layer.
//
// Enable and Disable are idempotent: what is already so is no error. They do all that can be done and return one [PointError] for each point
// that could not be switched, joined by [errors.Join]. Implementations are safe for concurrent use.
type TracePointController interface {
	// Points returns all points, ordered by ID.
	Points(ctx context.Context) ([]TracePoint, error)
	Enable(ctx context.Context, ids ...TracePointID) error
	// Disable switches points off. An always-on point stays on, which is a [PointError] with [ErrAlwaysOn].
	Disable(ctx context.Context, ids ...TracePointID) error
}

// The interfaces below are abilities that a controller may have beyond. Wrappers implement all of them, and return a [PointError] with
// [errors.ErrUnsupported] where what they wrap lacks one: check for that error, not only for the interface.

// Leaser is implemented by controllers whose enables can expire: a point enabled for a lease goes off by itself when the lease is not
// renewed, by another EnableFor, in time. Enable is for ever.
type Leaser interface {
	EnableFor(ctx context.Context, lease time.Duration, ids ...TracePointID) error
}

// Selection restricts for which requests a point is on. The zero value means all.
type Selection struct {
	// RequestTypes, if not empty, are the only types that count. A process that does not know a request's route yet cannot tell its type for certain:
	// in doubt it is taken, as tracepoint.Matcher says.
	RequestTypes []string
	// OneIn, if greater than 1, is for one request in so many, the same ones at all points.
	OneIn int
}

// Selector is implemented by controllers whose points can be on for some requests only. It replaces an earlier selection of the same points.
type Selector interface {
	EnableOnly(ctx context.Context, s Selection, ids ...TracePointID) error
}

// LeasedSelector is implemented by controllers that can do both at once.
type LeasedSelector interface {
	EnableOnlyFor(ctx context.Context, lease time.Duration, s Selection, ids ...TracePointID) error
}

// AttributeSwitcher is implemented by controllers whose points can record attributes that are computed only when asked for.
type AttributeSwitcher interface {
	EnableAttributes(ctx context.Context, id TracePointID, keys ...string) error
	DisableAttributes(ctx context.Context, id TracePointID, keys ...string) error
}

// What can be wrong with a point that is to be switched.
var (
	ErrUnknownPoint     = errors.New("no such trace point")
	ErrAlwaysOn         = errors.New("the trace point is always on")
	ErrUnknownAttribute = errors.New("the trace point has no such attribute")
)

// PointError says why one point could not be switched.
type PointError struct {
	ID  TracePointID
	Err error
}

// Error returns "pythia: trace point ID: reason".
func (e *PointError) Error() string { return fmt.Sprintf("pythia: trace point %q: %v", e.ID, e.Err) }

// Unwrap returns the reason.
func (e *PointError) Unwrap() error { return e.Err }
