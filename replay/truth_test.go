package replay_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
)

func TestNoTruth(t *testing.T) {
	engine, err := defaults.Config(pythia.UntilAnswered)
	require.NoError(t, err)
	_, err = replay.FindTruth(t.Context(), engine, alike(t))
	require.EqualError(t, err, "replay: nothing varies in the 100 traces as a whole: name the place to be found")
	_, err = replay.FindTruth(t.Context(), engine, alike(t)[:7])
	require.EqualError(t, err, "replay: nothing is known to vary in the 7 traces as a whole, but in 1 of 1 groups there are too few requests to tell: "+
		"give more, or name the place to be found")
	_, err = replay.FindTruth(t.Context(), engine, nil)
	require.ErrorContains(t, err, "no traces")
	_, err = replay.FindTruth(t.Context(), engine, []*pythia.Trace{nil})
	require.ErrorContains(t, err, "trace 0 is nil")
	_, err = replay.FindTruth(t.Context(), pythia.Config{}, alike(t))
	require.Error(t, err)
	_, err = replay.FindTruth(cancelled(t), engine, alike(t))
	require.ErrorIs(t, err, context.Canceled)
	stopped, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	engine.Grouper = grouperFunc(func(*pythia.Trace) (pythia.GroupKey, bool) {
		stop(enough)
		return "", false
	})
	_, err = replay.FindTruth(stopped, engine, slices.Concat(alike(t), alike(t)))
	require.ErrorIs(t, err, enough)
}

type grouperFunc func(*pythia.Trace) (pythia.GroupKey, bool)

func (f grouperFunc) Group(t *pythia.Trace) (pythia.GroupKey, bool) { return f(t) }

func TestTruthString(t *testing.T) {
	require.Equal(t, "bank", replay.Truth{Service: "bank"}.String())
	require.Equal(t, "bank pay", replay.Truth{Service: "bank", Operation: "pay"}.String())
	place := pythia.Location{Kind: pythia.LocationSpan, Point: at("bank pay")}
	require.Equal(t, `bank, "pay"`, replay.Truth{Service: "bank", Operation: "pay", Location: &place}.String())
}
