package pythia_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// offers has a PointError by its method As only.
type offers struct{ error }

func (offers) As(target any) bool {
	p, ok := target.(**pythia.PointError)
	if ok {
		*p = &pythia.PointError{ID: loopPoint("e"), Err: errBroken}
	}
	return ok
}

// TestLoopPointErrors: none is lost, however they are joined and wrapped.
func TestLoopPointErrors(t *testing.T) {
	point := func(name string, err error) error { return &pythia.PointError{ID: loopPoint(name), Err: err} }
	other := errors.New("other")
	failed, rest := pythia.PointErrors(nil)
	require.NotNil(t, failed)
	require.Empty(t, failed)
	require.NoError(t, rest)

	failed, rest = pythia.PointErrors(fmt.Errorf("x: %w", errors.Join(
		point("a", errBroken), fmt.Errorf("y: %w", errors.Join(point("b", pythia.ErrUnknownPoint), point("c", errBroken))), point("a", other), offers{other},
	)))
	require.NoError(t, rest)
	require.Len(t, failed, 4)
	require.ErrorIs(t, failed[loopPoint("a")], errBroken)
	require.ErrorIs(t, failed[loopPoint("a")], other)
	require.ErrorIs(t, failed[loopPoint("b")], pythia.ErrUnknownPoint)
	require.Equal(t, errBroken, failed[loopPoint("c")])
	require.Equal(t, errBroken, failed[loopPoint("e")])

	failed, rest = pythia.PointErrors(errors.Join(other, point("a", nil), (*pythia.PointError)(nil)))
	require.ErrorIs(t, rest, other)
	require.ErrorContains(t, rest, "nil PointError")
	require.Error(t, failed[loopPoint("a")], "without a reason, it has failed all the same")
}
