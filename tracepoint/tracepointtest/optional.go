package tracepointtest

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

const lease = time.Hour

var selections = []pythia.Selection{
	{}, {RequestTypes: []string{"GET /cart"}}, {OneIn: 1}, {OneIn: 100}, {RequestTypes: []string{"a", "b"}, OneIn: 2},
}

// ability returns the controller as one that has an optional ability, and leaves only the points that have it; it skips if there are none. try calls
// it harmlessly.
func ability[T any](s *subject, try func(T, pythia.TracePointID) error) T {
	s.Helper()
	able, ok := s.TracePointController.(T)
	if !ok {
		s.Skipf("the controller implements no %v", reflect.TypeFor[T]())
	}
	lacks := func(id pythia.TracePointID) bool { return errors.Is(try(able, id), errors.ErrUnsupported) }
	s.switchable = slices.DeleteFunc(s.switchable, lacks)
	s.alwaysOn = slices.DeleteFunc(s.alwaysOn, lacks)
	s.points = slices.DeleteFunc(s.points, func(p pythia.TracePoint) bool { return lacks(p.ID) })
	if len(s.switchable) == 0 {
		s.Skipf("the controller does not support %v", reflect.TypeFor[T]())
	}
	return able
}

func (s *subject) leaser() pythia.Leaser {
	return ability(s, func(l pythia.Leaser, id pythia.TracePointID) error { return l.EnableFor(s.ctx, lease, id) })
}

func checkLeaser(s *subject) {
	leaser, unknown := s.leaser(), s.unknown()
	for range 2 {
		require.NoError(s, leaser.EnableFor(s.ctx, lease, slices.Concat(s.alwaysOn, s.switchable)...))
		s.wantOn(true, s.switchable...)
	}
	require.NoError(s, s.Disable(s.ctx, s.switchable...))
	s.wantOn(false, s.switchable...)
	s.wantFailed(leaser.EnableFor(s.ctx, lease, s.with(unknown)...), unknown, pythia.ErrUnknownPoint)
	s.wantOn(true, s.switchable...)
}

// advancer skips if the ends of leases cannot be observed.
func (s *subject) advancer() Advancer {
	s.Helper()
	clock, ok := s.TracePointController.(Advancer)
	if _, observer := s.TracePointController.(Observer); !ok || !observer {
		s.Skip("the controller under test is no Advancer and Observer")
	}
	return clock
}

func checkExpiry(s *subject) {
	leaser := s.leaser()
	clock := s.advancer()
	require.NoError(s, leaser.EnableFor(s.ctx, lease, slices.Concat(s.alwaysOn, s.switchable)...))
	for range 3 { // renewed
		clock.Advance(lease - 1)
		s.wantOn(true, s.switchable...)
		require.NoError(s, leaser.EnableFor(s.ctx, lease, s.switchable...))
	}
	clock.Advance(lease - 1)
	s.wantOn(true, s.switchable...)
	clock.Advance(1)
	s.wantOn(false, s.switchable...)
	s.wantOn(true, s.alwaysOn...)

	require.NoError(s, leaser.EnableFor(s.ctx, lease, s.switchable...))
	require.NoError(s, s.Enable(s.ctx, s.switchable[0]), "Enable is for ever")
	clock.Advance(lease)
	s.wantOn(true, s.switchable[0])
	s.wantOn(false, s.switchable[1:]...)
}

func checkSelector(s *subject) {
	selector := ability(s, func(c pythia.Selector, id pythia.TracePointID) error {
		return c.EnableOnly(s.ctx, pythia.Selection{}, id)
	})
	unknown := s.unknown()
	for _, selection := range selections {
		require.NoError(s, selector.EnableOnly(s.ctx, selection, s.switchable...))
		s.wantOn(true, s.switchable...)
		s.wantFailed(selector.EnableOnly(s.ctx, selection, s.with(unknown)...), unknown, pythia.ErrUnknownPoint)
	}
	require.NoError(s, s.Disable(s.ctx, s.switchable...))
	s.wantOn(false, s.switchable...)
	s.wantOn(true, s.alwaysOn...)
}

func (s *subject) leasedSelector() pythia.LeasedSelector {
	return ability(s, func(c pythia.LeasedSelector, id pythia.TracePointID) error {
		return c.EnableOnlyFor(s.ctx, lease, pythia.Selection{}, id)
	})
}

func checkLeasedSelector(s *subject) {
	able, unknown := s.leasedSelector(), s.unknown()
	for _, selection := range selections {
		for range 2 {
			require.NoError(s, able.EnableOnlyFor(s.ctx, lease, selection, slices.Concat(s.alwaysOn, s.switchable)...))
			s.wantOn(true, s.switchable...)
		}
		require.NoError(s, s.Disable(s.ctx, s.switchable...))
		s.wantOn(false, s.switchable...)
		s.wantFailed(able.EnableOnlyFor(s.ctx, lease, selection, s.with(unknown)...), unknown, pythia.ErrUnknownPoint)
		s.wantOn(true, s.switchable...)
	}
	s.wantOn(true, s.alwaysOn...)
}

func checkSelectedExpiry(s *subject) {
	able, some := s.leasedSelector(), pythia.Selection{OneIn: 2}
	clock := s.advancer()
	require.NoError(s, s.Enable(s.ctx, s.switchable...))
	require.NoError(s, able.EnableOnlyFor(s.ctx, lease, some, slices.Concat(s.alwaysOn, s.switchable)...), "a lease replaces for ever")
	for range 3 { // renewed
		clock.Advance(lease - 1)
		s.wantOn(true, s.switchable...)
		require.NoError(s, able.EnableOnlyFor(s.ctx, lease, some, s.switchable...))
	}
	clock.Advance(lease)
	s.wantOn(false, s.switchable...)
	s.wantOn(true, s.alwaysOn...)

	require.NoError(s, able.EnableOnlyFor(s.ctx, lease, some, s.switchable...))
	require.NoError(s, s.Enable(s.ctx, s.switchable[0]), "Enable is for ever")
	clock.Advance(lease)
	s.wantOn(true, s.switchable[0])
	s.wantOn(false, s.switchable[1:]...)
}

// checkCoster cannot have points passed: what it says of them is up to the controller, as long as it makes sense.
func checkCoster(s *subject) {
	coster, ok := s.TracePointController.(pythia.Coster)
	if !ok {
		s.Skip("the controller implements no pythia.Coster")
	}
	for range 2 {
		for _, p := range s.points {
			cost, known := coster.HitCost(p.ID)
			require.True(s, cost.CPU >= 0 && cost.Bytes >= 0, "%q costs %+v", p.ID, cost)
			require.True(s, known || cost == pythia.HitCost{}, "%q is unknown to cost %+v", p.ID, cost)
		}
		_, known := coster.HitCost(s.unknown())
		require.False(s, known, "what there is not costs nothing")
		require.NoError(s, s.Enable(s.ctx, s.switchable...))
	}
	s.wantOn(true, s.switchable...)
}

func checkAttributes(s *subject) {
	switcher := ability(s, func(c pythia.AttributeSwitcher, id pythia.TracePointID) error { return c.EnableAttributes(s.ctx, id) })
	const unknownKey = "pythia.no.such.attribute"
	for _, p := range s.points {
		for range 2 {
			require.NoError(s, switcher.EnableAttributes(s.ctx, p.ID, p.Attributes...))
		}
		for range 2 {
			require.NoError(s, switcher.DisableAttributes(s.ctx, p.ID, p.Attributes...))
		}
		keys := slices.Concat([]string{unknownKey}, p.Attributes)
		s.wantFailed(switcher.EnableAttributes(s.ctx, p.ID, keys...), p.ID, pythia.ErrUnknownAttribute)
		s.wantFailed(switcher.DisableAttributes(s.ctx, p.ID, keys...), p.ID, pythia.ErrUnknownAttribute)
	}
	s.wantOn(false, s.switchable...) // an attribute switches no point
	s.wantFailed(switcher.EnableAttributes(s.ctx, s.unknown(), unknownKey), s.unknown(), pythia.ErrUnknownPoint)
	s.wantFailed(switcher.DisableAttributes(s.ctx, s.unknown(), unknownKey), s.unknown(), pythia.ErrUnknownPoint)
}

// useOptional uses what the controller offers besides; its errors may only say that it offers it not.
func (s *subject) useOptional(id pythia.TracePointID) {
	var errs []error
	if c, ok := s.TracePointController.(pythia.Leaser); ok {
		errs = append(errs, c.EnableFor(s.ctx, lease, id))
	}
	if c, ok := s.TracePointController.(pythia.Selector); ok {
		errs = append(errs, c.EnableOnly(s.ctx, pythia.Selection{OneIn: 2}, id))
	}
	if c, ok := s.TracePointController.(pythia.LeasedSelector); ok {
		errs = append(errs, c.EnableOnlyFor(s.ctx, lease, pythia.Selection{OneIn: 2}, id))
	}
	if c, ok := s.TracePointController.(pythia.Coster); ok {
		_, _ = c.HitCost(id)
	}
	if c, ok := s.TracePointController.(pythia.AttributeSwitcher); ok {
		errs = append(errs, c.EnableAttributes(s.ctx, id), c.DisableAttributes(s.ctx, id))
	}
	for _, err := range errs {
		assert.True(s, err == nil || errors.Is(err, errors.ErrUnsupported), "%v", err)
	}
}
