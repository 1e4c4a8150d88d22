package replay_test

import (
	"context"
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
	_, err = replay.FindTruth(t.Context(), engine, nil)
	require.ErrorContains(t, err, "no traces")
	_, err = replay.FindTruth(t.Context(), engine, []*pythia.Trace{nil})
	require.ErrorContains(t, err, "trace 0 is nil")
	_, err = replay.FindTruth(t.Context(), pythia.Config{}, alike(t))
	require.Error(t, err)
	_, err = replay.FindTruth(cancelled(t), engine, alike(t))
	require.ErrorIs(t, err, context.Canceled)
}

func TestTruthString(t *testing.T) {
	require.Equal(t, "bank", replay.Truth{Service: "bank"}.String())
	require.Equal(t, "bank pay", replay.Truth{Service: "bank", Operation: "pay"}.String())
	place := pythia.Location{Kind: pythia.LocationSpan, Point: at("bank pay")}
	require.Equal(t, `bank, "pay"`, replay.Truth{Service: "bank", Operation: "pay", Location: &place}.String())
}
