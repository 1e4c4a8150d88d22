package strategytest_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// controlled is a world that the kit for controllers can look into and move on.
type controlled struct{ *strategytest.World }

func (c controlled) On(id pythia.TracePointID) bool {
	_, on := c.Selection(id)
	return on
}

func (c controlled) Advance(d time.Duration) { c.Run(d, nil) }

func TestControllerConformance(t *testing.T) {
	tracepointtest.Conformance(t, func(*testing.T) pythia.TracePointController {
		// Few requests, for the kit lets hours pass.
		return controlled{strategytest.NewWorld(strategytest.WorldConfig{Points: 30, RequestsPerSecond: 1e-3})}
	})
}

func TestOnAndCost(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{})
	points, always := switchable(t, w)
	require.Empty(t, w.On())
	require.NoError(t, w.EnableFor(t.Context(), time.Second, points[4].ID, points[2].ID, always[0].ID))
	require.Equal(t, []pythia.TracePointID{points[2].ID, points[4].ID}, w.On())
	for _, lease := range []time.Duration{0, -1} {
		require.Error(t, w.EnableFor(t.Context(), lease, points[0].ID))
		require.Error(t, w.EnableOnlyFor(t.Context(), lease, pythia.Selection{}, points[0].ID))
	}
	w.Run(time.Second, nil)
	require.Empty(t, w.On())
	for _, p := range slices.Concat(points, always) {
		cost, ok := w.HitCost(p.ID)
		require.True(t, ok)
		require.Positive(t, cost.CPU)
		require.Positive(t, cost.Bytes)
	}
	_, ok := w.HitCost(pythia.TracePointID{Name: "nothing"})
	require.False(t, ok)
	_, ok = w.Selection(pythia.TracePointID{Name: "nothing"})
	require.False(t, ok)
}

// withPoint counts the traces of each request type that have a span of the point.
func withPoint(traces []*pythia.Trace, id pythia.TracePointID) (with, all map[string]int) {
	with, all = make(map[string]int), make(map[string]int)
	for _, trace := range traces {
		all[trace.RequestType]++
		if has(trace, id) {
			with[trace.RequestType]++
		}
	}
	return with, all
}

func has(trace *pythia.Trace, id pythia.TracePointID) bool {
	return slices.ContainsFunc(trace.Spans, func(s pythia.Span) bool { return s.Point == id })
}

// passed returns a point that every request of a type passes.
func passed(t *testing.T, w *strategytest.World) pythia.TracePoint {
	planted, err := w.Plant(strategytest.Fault{Kind: strategytest.SlowPath})
	require.NoError(t, err)
	w.Remove(planted)
	points, _ := switchable(t, w)
	return points[slices.IndexFunc(points, func(p pythia.TracePoint) bool { return p.ID == planted.Point })]
}

// TestSelection: points are on for the types and the part of the requests chosen, the same requests at all points.
func TestSelection(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{Seed: 4})
	points, _ := switchable(t, w)
	first := w.RequestTypes()[1]
	require.NoError(t, w.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{first}, OneIn: 4}, ids(points)...))
	on, all := 0, 0
	for _, trace := range run(w, 200*time.Second) {
		spans, entries := len(trace.Spans), 0
		for i := range trace.Spans {
			if trace.Spans[i].Kind == pythia.KindServer {
				entries++
			}
		}
		if trace.RequestType != first {
			require.Equal(t, entries, spans)
			continue
		}
		all++
		if spans > entries {
			on++
			require.Greater(t, spans, 2*entries, "all points or none")
		}
	}
	require.InDelta(t, 2000, all, 225)
	require.InDelta(t, 0.25, float64(on)/float64(all), 0.05)

	require.NoError(t, w.Disable(t.Context(), ids(points)...))
	p := passed(t, w)
	require.NoError(t, w.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"frontend nothing"}}, p.ID))
	with, _ := withPoint(run(w, 5*time.Second), p.ID)
	require.Empty(t, with)
	require.NoError(t, w.EnableOnly(t.Context(), pythia.Selection{OneIn: 1}, p.ID))
	with, _ = withPoint(run(w, 5*time.Second), p.ID)
	require.NotEmpty(t, with)
}

// TestSwitchedInFlight: a span is recorded if its point was on when it started, whenever its request arrived.
func TestSwitchedInFlight(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{RequestsPerSecond: 40})
	p := passed(t, w)
	bright := strategytest.NewWorld(strategytest.WorldConfig{RequestsPerSecond: 40})
	enableAll(t, bright)
	var windows [][2]int64
	var traces []*pythia.Trace
	for range 100 {
		from := w.Now()
		require.NoError(t, w.EnableFor(t.Context(), 30*time.Millisecond, p.ID))
		windows = append(windows, [2]int64{from.UnixNano(), from.Add(30 * time.Millisecond).UnixNano()})
		traces = append(traces, run(w, 70*time.Millisecond)...)
	}
	recorded, missed := 0, 0
	for i, full := range run(bright, 7*time.Second) {
		require.Equal(t, full.ID, traces[i].ID)
		for k := range full.Spans {
			if full.Spans[k].Point != p.ID {
				continue
			}
			at := full.Spans[k].StartNanos
			want := slices.ContainsFunc(windows, func(w [2]int64) bool { return w[0] <= at && at < w[1] })
			got := slices.ContainsFunc(traces[i].Spans, func(s pythia.Span) bool { return s.ID == full.Spans[k].ID })
			require.Equal(t, want, got)
			if got {
				recorded++
			} else {
				missed++
			}
		}
	}
	require.Greater(t, recorded, 50)
	require.Greater(t, missed, 50)
}

// TestAttributes: an attribute is recorded while it and its point are on, and goes off with the point.
func TestAttributes(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{})
	p := passed(t, w)
	recorded := func() (keys []string) {
		now := w.Now().UnixNano() // what has started before may have been recorded otherwise
		for _, trace := range run(w, 2*time.Second) {
			for i := range trace.Spans {
				if s := &trace.Spans[i]; s.Point == p.ID && s.StartNanos >= now {
					for a := range s.Attrs.All() {
						keys = append(keys, a.Key)
					}
				}
			}
		}
		slices.Sort(keys)
		return slices.Compact(keys)
	}
	key := p.Attributes[0]
	require.NoError(t, w.EnableAttributes(t.Context(), p.ID, key))
	require.Empty(t, recorded(), "the point is off")
	require.NoError(t, w.Enable(t.Context(), p.ID))
	require.Equal(t, []string{key}, recorded())
	require.NoError(t, w.EnableAttributes(t.Context(), p.ID, p.Attributes...))
	require.Equal(t, slices.Sorted(slices.Values(p.Attributes)), recorded())
	require.NoError(t, w.DisableAttributes(t.Context(), p.ID, key))
	require.NotContains(t, recorded(), key)
	require.NoError(t, w.EnableFor(t.Context(), time.Second, p.ID))
	w.Run(time.Second, nil)
	require.NoError(t, w.Enable(t.Context(), p.ID))
	require.Empty(t, recorded(), "the lease has ended them")
	require.NoError(t, w.EnableAttributes(t.Context(), p.ID, key))
	require.NoError(t, w.Disable(t.Context(), p.ID))
	require.NoError(t, w.Enable(t.Context(), p.ID))
	require.Empty(t, recorded())
	var failed *pythia.PointError
	require.True(t, errors.As(w.EnableAttributes(t.Context(), p.ID, "x", key), &failed))
	require.Equal(t, []string{key}, recorded(), "all that can be done is done")
}

// TestSkeletonAttributes: entries record some attributes at all times and others when asked to.
func TestSkeletonAttributes(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{Seed: 2})
	root := func() pythia.Span { return run(w, time.Second)[0].Spans[0] }
	keys := func(s pythia.Span) (keys []string) {
		for a := range s.Attrs.All() {
			keys = append(keys, a.Key)
		}
		return keys
	}
	always := []string{"customer.tier", "customer.region", "payload.bytes"}
	require.Equal(t, always, keys(root()))
	_, entries := switchable(t, w)
	for _, e := range entries {
		require.NoError(t, w.EnableAttributes(t.Context(), e.ID, e.Attributes...))
		require.NoError(t, w.EnableFor(t.Context(), 5*time.Second, e.ID))
	}
	require.Greater(t, len(keys(root())), len(always))
	w.Run(5*time.Second, nil)
	require.Equal(t, always, keys(root()), "the lease has ended")
}
