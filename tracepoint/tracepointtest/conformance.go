package tracepointtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// Observer is implemented by a controller under test that can tell whether a point is on, perhaps through a wrapper in the test. [Conformance]
// then checks what calls do and not only what they return.
type Observer interface {
	On(id pythia.TracePointID) bool
}

// Advancer is implemented by a controller under test whose leases end by a clock that the test moves. [Conformance] then checks, if it is
// an [Observer] too, that they do.
type Advancer interface {
	Advance(d time.Duration)
}

// Conformance checks a controller against the contract of [pythia.TracePointController] and, as far as it implements them, [pythia.Leaser],
// [pythia.Selector], [pythia.LeasedSelector], [pythia.AttributeSwitcher] and [pythia.Coster]. An ability whose calls return [errors.ErrUnsupported] counts as not implemented.
//
// newController returns a controller for each part, which the part has to itself, and cleans up by t.Cleanup. It needs a point that can be
// switched; with two, an always-on one, and attributes, more is checked. Run it with -race.
func Conformance(t *testing.T, newController func(t *testing.T) pythia.TracePointController) {
	t.Helper()
	for _, part := range []struct {
		name  string
		check func(*subject)
	}{
		{"points", checkPoints},
		{"idempotent", checkIdempotent},
		{"unknown point", checkUnknown},
		{"always on", checkAlwaysOn},
		{"concurrent", checkConcurrent},
		{"cancelled context", checkCancelled},
		{"Leaser", checkLeaser},
		{"Leaser expiry", checkExpiry},
		{"Selector", checkSelector},
		{"LeasedSelector", checkLeasedSelector},
		{"LeasedSelector expiry", checkSelectedExpiry},
		{"AttributeSwitcher", checkAttributes},
		{"Coster", checkCoster},
	} {
		t.Run(part.name, func(t *testing.T) { part.check(newSubject(t, newController(t))) })
	}
}

// subject is a controller under test with its points.
type subject struct {
	*testing.T
	pythia.TracePointController
	ctx        context.Context
	switchable []pythia.TracePointID
	alwaysOn   []pythia.TracePointID
	points     []pythia.TracePoint
}

func newSubject(t *testing.T, c pythia.TracePointController) *subject {
	s := &subject{T: t, TracePointController: c, ctx: t.Context()}
	points, err := c.Points(s.ctx)
	require.NoError(t, err)
	for _, p := range points {
		if p.AlwaysOn {
			s.alwaysOn = append(s.alwaysOn, p.ID)
		} else {
			s.switchable = append(s.switchable, p.ID)
		}
	}
	require.NotEmpty(t, s.switchable, "the controller under test needs a point that can be switched")
	s.points = points
	return s
}

// unknown returns an ID of the controller's layer that is no point.
func (s *subject) unknown() pythia.TracePointID {
	id := s.switchable[0]
	for slices.ContainsFunc(s.points, func(p pythia.TracePoint) bool { return p.ID == id }) {
		id.Name += " (no such point)"
	}
	return id
}

// with returns the switchable points and one more.
func (s *subject) with(id pythia.TracePointID) []pythia.TracePointID {
	return append(slices.Clone(s.switchable), id)
}

// wantOn checks the points' state, if it can be observed.
func (s *subject) wantOn(on bool, ids ...pythia.TracePointID) {
	s.Helper()
	observer, ok := s.TracePointController.(Observer)
	if !ok {
		return
	}
	for _, id := range ids {
		require.Equal(s, on, observer.On(id), "is %q on?", id)
	}
}

// wantFailed checks that there is exactly one [pythia.PointError], for the point and the reason.
func (s *subject) wantFailed(err error, id pythia.TracePointID, reason error) {
	s.Helper()
	require.Error(s, err)
	leaves := split(err)
	require.Len(s, leaves, 1, "one error for the one point that could not be switched")
	var p *pythia.PointError
	require.ErrorAs(s, leaves[0], &p)
	require.Equal(s, id, p.ID)
	require.ErrorIs(s, leaves[0], reason)
}

// split takes joined errors apart, down to the PointErrors.
func split(err error) []error {
	if _, ok := err.(*pythia.PointError); ok {
		return []error{err}
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var leaves []error
		for _, one := range e.Unwrap() {
			leaves = append(leaves, split(one)...)
		}
		return leaves
	case interface{ Unwrap() error }:
		if e.Unwrap() != nil {
			return split(e.Unwrap())
		}
	}
	return []error{err}
}

func checkPoints(s *subject) {
	require.True(s, slices.IsSortedFunc(s.points, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) }), "ordered by ID")
	for i, p := range s.points {
		require.NotEmpty(s, p.ID.Name)
		require.False(s, i > 0 && s.points[i-1].ID == p.ID, "%q is there twice", p.ID)
	}
	require.NoError(s, s.Enable(s.ctx, s.switchable...))
	again, err := s.Points(s.ctx)
	require.NoError(s, err)
	require.Equal(s, s.points, again, "switching changes no descriptions")
	for i := range again { // they are the caller's
		clear(again[i].Attributes)
	}
	clear(again)
	again, err = s.Points(s.ctx)
	require.NoError(s, err)
	require.Equal(s, s.points, again)
}

func checkIdempotent(s *subject) {
	ids := slices.Repeat(s.switchable, 2)
	slices.Reverse(ids)
	given := slices.Clone(ids)
	require.NoError(s, s.Enable(s.ctx), "nothing to do is no error")
	require.NoError(s, s.Disable(s.ctx))
	for range 2 {
		require.NoError(s, s.Enable(s.ctx, ids...))
		s.wantOn(true, ids...)
	}
	for range 2 {
		require.NoError(s, s.Disable(s.ctx, ids...))
		s.wantOn(false, ids...)
	}
	require.Equal(s, given, ids, "the caller's IDs are left alone")
	require.NoError(s, s.Enable(s.ctx, s.switchable[0]))
	s.wantOn(true, s.switchable[0])
	s.wantOn(false, s.switchable[1:]...)
}

func checkUnknown(s *subject) {
	unknown := s.unknown()
	first := slices.Insert(slices.Clone(s.switchable), 0, unknown)
	for _, ids := range [][]pythia.TracePointID{first, s.with(unknown)} {
		s.wantFailed(s.Enable(s.ctx, ids...), unknown, pythia.ErrUnknownPoint)
		s.wantOn(true, s.switchable...)
		s.wantOn(false, unknown)
		s.wantFailed(s.Disable(s.ctx, ids...), unknown, pythia.ErrUnknownPoint)
		s.wantOn(false, s.switchable...)
	}
	other := unknown
	other.Name += " either"
	require.Len(s, split(s.Enable(s.ctx, unknown, other)), 2, "one error for each point")
}

func checkAlwaysOn(s *subject) {
	if len(s.alwaysOn) == 0 {
		s.Skip("no point is always on")
	}
	s.wantOn(true, s.alwaysOn...)
	require.NoError(s, s.Enable(s.ctx, slices.Concat(s.alwaysOn, s.switchable)...))
	for _, id := range s.alwaysOn {
		s.wantFailed(s.Disable(s.ctx, s.with(id)...), id, pythia.ErrAlwaysOn)
		s.wantOn(false, s.switchable...)
	}
	require.Len(s, split(s.Disable(s.ctx, s.alwaysOn...)), len(s.alwaysOn))
	s.wantOn(true, s.alwaysOn...)
}

func checkConcurrent(s *subject) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				id := s.switchable[(i+j)%len(s.switchable)]
				_, err := s.Points(s.ctx)
				assert.NoError(s, errors.Join(err, s.Enable(s.ctx, id), s.Disable(s.ctx, s.switchable...)))
				assert.Error(s, s.Enable(s.ctx, s.unknown()))
				s.useOptional(id)
			}
		})
	}
	wg.Wait()
	require.NoError(s, s.Disable(s.ctx, s.switchable...))
	s.wantOn(false, s.switchable...)
	require.NoError(s, s.Enable(s.ctx, s.switchable...))
	s.wantOn(true, s.switchable...)
}

func checkCancelled(s *subject) {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		_, err := s.Points(ctx)
		for _, err := range []error{err, s.Enable(ctx, s.switchable...), s.Disable(ctx, s.switchable...)} {
			assert.True(s, err == nil || errors.Is(err, context.Canceled), "done, or the context's error: %v", err)
		}
	}()
	select {
	case <-returned:
	case <-time.After(time.Minute):
		require.Fail(s, "a call with a cancelled context hangs")
	}
	require.NoError(s, s.Enable(s.ctx, s.switchable...), "a cancelled call does not break the next")
	s.wantOn(true, s.switchable...)
}
