//go:build !race

// The race detector makes everything slower, atomic loads most of all.

package overhead

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	maxOff           = 0.005 // of a bare request
	maxSkeletonToSDK = 0.25
	slack            = 1.2 // of the latter, for the noise of a short measurement
)

func TestMeasure(t *testing.T) {
	r, err := Measure(context.Background(), Options{Time: 4 * time.Second})
	require.NoError(t, err)
	t.Log("\n" + r.String())
	for name, spans := range map[string]float64{Bare: 0, Off: 0, Again: 0, Unsampled: 0, Skeleton: 1, Ten: 11, All: 20, SDKNothing: 0, SDK: 20} {
		v := r.Of(name)
		require.Equal(t, spans, v.Spans, name)
		require.Positive(t, v.Requests, name)
		require.Positive(t, v.CPU, name)
		require.Positive(t, v.PerSecond, name)
	}
	require.Less(t, r.Off.Value, maxOff)
	require.Less(t, r.SkeletonToSDK.Value, maxSkeletonToSDK*slack)
	require.Zero(t, r.Of("another"))
}

func TestMeasureEnds(t *testing.T) {
	_, err := Measure(context.Background(), Options{Time: -1})
	require.ErrorContains(t, err, "leave it zero")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Measure(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
}
