package tracepointtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func TestRecorderRecords(t *testing.T) {
	r, ctx := newRecorder(), t.Context()
	require.NoError(t, r.EnableFor(ctx, time.Second, point("a")))
	require.NoError(t, r.EnableOnly(ctx, pythia.Selection{OneIn: 2}, point("b")))
	require.NoError(t, r.EnableAttributes(ctx, point("b"), "n", "m"))
	require.NoError(t, r.DisableAttributes(ctx, point("b"), "n"))
	require.Error(t, r.Disable(ctx, point("s")))
	require.Error(t, r.EnableFor(ctx, 0, point("a")))
	require.Equal(t, []tracepointtest.Call{
		{Method: "EnableFor", IDs: []pythia.TracePointID{point("a")}, Lease: time.Second},
		{Method: "EnableOnly", IDs: []pythia.TracePointID{point("b")}, Selection: pythia.Selection{OneIn: 2}},
		{Method: "EnableAttributes", IDs: []pythia.TracePointID{point("b")}, Keys: []string{"n", "m"}},
		{Method: "DisableAttributes", IDs: []pythia.TracePointID{point("b")}, Keys: []string{"n"}},
		{Method: "Disable", IDs: []pythia.TracePointID{point("s")}},
	}, r.Calls())
	require.Equal(t, pythia.Selection{OneIn: 2}, r.Selection(point("b")))
	require.Equal(t, []string{"m"}, r.AttributesOn(point("b")))
	require.Empty(t, r.AttributesOn(point("unknown")))
	require.Empty(t, r.Selection(point("unknown")))
	r.Advance(time.Second)
	require.False(t, r.On(point("a")))
	require.True(t, r.On(point("b")))
}

func TestRecorderSelectsForALease(t *testing.T) {
	r, some := newRecorder(), pythia.Selection{OneIn: 2}
	require.NoError(t, r.EnableOnlyFor(t.Context(), time.Second, some, point("a")))
	require.Error(t, r.EnableOnlyFor(t.Context(), 0, some, point("a")))
	require.Equal(t, []tracepointtest.Call{
		{Method: "EnableOnlyFor", IDs: []pythia.TracePointID{point("a")}, Lease: time.Second, Selection: some},
	}, r.Calls())
	require.Equal(t, some, r.Selection(point("a")))
	r.Advance(time.Second)
	require.False(t, r.On(point("a")))
}

func TestRecorderCosts(t *testing.T) {
	r, cost := newRecorder(), pythia.HitCost{CPU: time.Microsecond, Bytes: 100}
	r.SetHitCost(point("a"), cost)
	r.SetHitCost(point("unknown"), cost)
	known, ok := r.HitCost(point("a"))
	require.True(t, ok)
	require.Equal(t, cost, known)
	for _, name := range []string{"b", "unknown"} {
		_, ok = r.HitCost(point(name))
		require.False(t, ok)
	}
}

func TestRecorderFails(t *testing.T) {
	r, ctx, broken := newRecorder(), t.Context(), errors.New("broken")
	r.Fail(broken, point("a"))
	err := r.Enable(ctx, point("a"), point("b"))
	var p *pythia.PointError
	require.ErrorAs(t, err, &p)
	require.Equal(t, point("a"), p.ID)
	require.ErrorIs(t, err, broken)
	require.True(t, r.On(point("b")))
	r.Fail(nil, point("a"))
	require.NoError(t, r.Enable(ctx, point("a")))
	r.Fail(broken)
	_, err = r.Points(ctx)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, r.Disable(ctx, point("a")), broken)
	require.True(t, r.On(point("a")))
}

func TestClock(t *testing.T) {
	var clock tracepointtest.Clock
	var order []string
	start := clock.Now()
	note := func(what string) func() {
		return func() { order = append(order, what+" "+clock.Now().Sub(start).String()) }
	}
	clock.AfterFunc(3*time.Second, note("c"))
	clock.AfterFunc(time.Second, func() {
		note("a")()
		clock.AfterFunc(time.Second, note("b"))
	})
	stop := clock.AfterFunc(time.Second, note("stopped"))
	require.Equal(t, 3, clock.Timers())
	require.True(t, stop())
	require.False(t, stop())
	clock.Advance(2 * time.Second)
	require.Equal(t, []string{"a 1s", "b 2s"}, order)
	clock.Advance(time.Hour)
	require.Equal(t, []string{"a 1s", "b 2s", "c 3s"}, order)
	require.Equal(t, start.Add(time.Hour+2*time.Second), clock.Now())
	require.Zero(t, clock.Timers())
}
