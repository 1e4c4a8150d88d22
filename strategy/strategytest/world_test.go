package strategytest_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// run returns the workflows of some time.
func run(w *strategytest.World, d time.Duration) []*pythia.Trace {
	var traces []*pythia.Trace
	w.Run(d, func(t *pythia.Trace) { traces = append(traces, t) })
	return traces
}

// switchable returns the points that are not always on, and those that are.
func switchable(t *testing.T, w *strategytest.World) (points, always []pythia.TracePoint) {
	all, err := w.Points(t.Context())
	require.NoError(t, err)
	for _, p := range all {
		if p.AlwaysOn {
			always = append(always, p)
		} else {
			points = append(points, p)
		}
	}
	return points, always
}

func ids(points []pythia.TracePoint) []pythia.TracePointID {
	var ids []pythia.TracePointID
	for _, p := range points {
		ids = append(ids, p.ID)
	}
	return ids
}

// enableAll switches on every point and attribute.
func enableAll(t *testing.T, w *strategytest.World) {
	all, err := w.Points(t.Context())
	require.NoError(t, err)
	require.NoError(t, w.Enable(t.Context(), ids(all)...))
	for _, p := range all {
		require.NoError(t, w.EnableAttributes(t.Context(), p.ID, p.Attributes...))
	}
}

func seconds(t *pythia.Trace) float64 { return float64(t.Spans[t.Roots()[0]].DurationNanos()) / 1e9 }

// print writes all that is in workflows.
func print(traces []*pythia.Trace) string {
	var b strings.Builder
	for _, t := range traces {
		fmt.Fprintln(&b, t.ID, t.RequestType)
		for i := range t.Spans {
			span := t.Spans[i]
			span.Process = nil
			fmt.Fprintf(&b, "  %+v %+v\n", span, *t.Spans[i].Process)
		}
	}
	return b.String()
}

func TestSameSeedSameTraces(t *testing.T) {
	live := func(seed uint64) string {
		w := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
		points, _ := switchable(t, w)
		traces := run(w, 2*time.Second)
		require.NoError(t, w.EnableOnlyFor(t.Context(), 3*time.Second, pythia.Selection{OneIn: 2}, ids(points)...))
		planted, err := w.Plant(strategytest.Fault{Kind: strategytest.Queueing})
		require.NoError(t, err)
		require.NoError(t, w.EnableAttributes(t.Context(), planted.KeyPoint, planted.Key))
		traces = append(traces, run(w, 5*time.Second)...)
		w.Remove(planted)
		return print(append(traces, run(w, 5*time.Second)...))
	}
	first, again := live(1), live(1)
	require.True(t, first == again)
	require.False(t, first == live(2))
}

// TestTracingChangesNothing: whatever is on, the same requests take the same time.
func TestTracingChangesNothing(t *testing.T) {
	for _, kind := range append(strategytest.AllFaults(), 0) {
		dark := strategytest.NewWorld(strategytest.WorldConfig{Seed: 3})
		bright := strategytest.NewWorld(strategytest.WorldConfig{Seed: 3})
		if kind != 0 {
			for _, w := range []*strategytest.World{dark, bright} {
				_, err := w.Plant(strategytest.Fault{Kind: kind})
				require.NoError(t, err)
			}
		}
		enableAll(t, bright)
		a, b := run(dark, 5*time.Second), run(bright, 5*time.Second)
		require.Len(t, b, len(a))
		for i := range a {
			require.Equal(t, a[i].ID, b[i].ID)
			require.Equal(t, a[i].RequestType, b[i].RequestType)
			require.Equal(t, a[i].Spans[0].StartNanos, b[i].Spans[0].StartNanos)
			require.Equal(t, seconds(a[i]), seconds(b[i]))
			require.Less(t, len(a[i].Spans), len(b[i].Spans))
		}
		require.Equal(t, dark.Now(), bright.Now())
	}
}

// TestConnected: any subset of points keeps a trace connected, and its spans are those of the full trace.
func TestConnected(t *testing.T) {
	for seed := range uint64(6) {
		full := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
		part := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
		enableAll(t, full)
		points, _ := switchable(t, part)
		for i, p := range points {
			if (uint64(i)*7+seed)%3 == 0 {
				require.NoError(t, part.Enable(t.Context(), p.ID))
			}
		}
		whole, parts := run(full, 2*time.Second), run(part, 2*time.Second)
		require.Len(t, parts, len(whole))
		for i := range whole {
			requireSound(t, whole[i])
			requireSound(t, parts[i])
			byID := make(map[string]int)
			for k := range whole[i].Spans {
				byID[whole[i].Spans[k].ID] = k
			}
			for k := range parts[i].Spans {
				s := &parts[i].Spans[k]
				at, ok := byID[s.ID]
				require.True(t, ok)
				require.Equal(t, whole[i].Spans[at].Point, s.Point)
				require.Equal(t, whole[i].Spans[at].StartNanos, s.StartNanos)
				for at != pythia.NoParent && whole[i].Spans[at].ID != s.ParentID {
					at = whole[i].Parent(at)
				}
				require.True(t, at != pythia.NoParent || s.ParentID == "", "the parent is an ancestor")
			}
		}
	}
}

// requireSound checks that a trace has one root, needed no repair, and that children lie within their parents.
func requireSound(t *testing.T, trace *pythia.Trace) {
	require.Len(t, trace.ID, 32)
	require.Len(t, trace.Roots(), 1)
	require.Equal(t, pythia.Repairs{}, trace.Repairs)
	for i := range trace.Spans {
		if p := trace.Parent(i); p != pythia.NoParent {
			require.GreaterOrEqual(t, trace.Spans[i].StartNanos, trace.Spans[p].StartNanos)
			require.LessOrEqual(t, trace.Spans[i].EndNanos, trace.Spans[p].EndNanos)
		}
	}
}

// TestApplication checks that worlds are what they are said to be.
func TestApplication(t *testing.T) {
	for seed := range uint64(5) {
		w := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
		points, always := switchable(t, w)
		require.InDelta(t, 100, len(points), 15)
		require.InDelta(t, 11, len(always), 1)
		services, thirdParties := make(map[string]bool), 0
		for _, p := range points {
			services[p.ID.Scope] = true
			require.NotEmpty(t, p.Attributes)
			require.NotEmpty(t, p.Source)
			if slices.Contains(p.Attributes, "third_party.region") {
				thirdParties++
			}
		}
		require.Len(t, services, 5)
		require.GreaterOrEqual(t, thirdParties, 2)

		traces := run(w, 100*time.Second)
		requireTypes(t, w, traces)
		enableAll(t, w)
		seen, sharedBy := make(map[pythia.TracePointID]bool), make(map[pythia.TracePointID]map[string]bool)
		for _, trace := range run(w, 20*time.Second) {
			for i := range trace.Spans {
				p := trace.Spans[i].Point
				if seen[p] = true; sharedBy[p] == nil {
					sharedBy[p] = make(map[string]bool)
				}
				sharedBy[p][trace.RequestType] = true
			}
		}
		require.Len(t, seen, len(points)+len(always), "all code is reached")
		shared := 0
		for _, types := range sharedBy {
			shared += min(len(types)-1, 1)
		}
		require.Positive(t, shared)
	}
}

// requireTypes checks the types of workflows, their rates, and that without faults requests of a type are alike.
func requireTypes(t *testing.T, w *strategytest.World, traces []*pythia.Trace) {
	byType := make(map[string][]float64)
	for _, trace := range traces {
		require.Equal(t, pythia.RequestType(trace), trace.RequestType)
		byType[trace.RequestType] = append(byType[trace.RequestType], seconds(trace))
	}
	require.Len(t, byType, 3)
	for _, requestType := range w.RequestTypes() {
		times := byType[requestType]
		require.InDelta(t, 1000, len(times), 160, "Poisson: five standard deviations")
		mean, deviation := moments(times)
		require.InDelta(t, 0.125, mean, 0.1)
		require.Greater(t, deviation/mean, 0.05)
		require.Less(t, deviation/mean, 0.3)
	}
}

func moments(xs []float64) (mean, deviation float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		deviation += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, math.Sqrt(deviation)
}

func TestSizes(t *testing.T) {
	for _, c := range []strategytest.WorldConfig{
		{Services: 1}, {Points: 1}, {Points: 1, Services: 1, RequestTypes: 1}, {Services: 14, RequestTypes: 10, Points: 1000}, {Services: 2, Points: 30},
		{RequestTypes: 20}, {RequestsPerSecond: 1000}, {Services: -1, Points: -1, RequestTypes: -1, RequestsPerSecond: math.NaN()},
	} {
		w := strategytest.NewWorld(c)
		points, _ := switchable(t, w)
		if c.Points > 0 {
			require.InDelta(t, c.Points, len(points), 15+float64(c.Points)/10)
		}
		enableAll(t, w)
		traces := run(w, time.Second)
		require.NotEmpty(t, traces)
		for _, trace := range traces {
			requireSound(t, trace)
		}
	}
}

// TestProfile: profiles are complete, and no other calls change them, nor do they change anything.
func TestProfile(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{})
	twin := strategytest.NewWorld(strategytest.WorldConfig{})
	profile := w.Profile(30)
	require.True(t, print(run(twin, 5*time.Second)) == print(run(w, 5*time.Second)))
	_, err := w.Plant(strategytest.Fault{Kind: strategytest.ConsistentlySlow})
	require.NoError(t, err)
	require.True(t, print(profile) == print(w.Profile(31)[:30]))
	require.Empty(t, w.Profile(0))
	seen := make(map[pythia.TracePointID]bool)
	for i, trace := range profile {
		requireSound(t, trace)
		require.Equal(t, w.RequestTypes()[i%3], trace.RequestType)
		for k := range trace.Spans {
			seen[trace.Spans[k].Point] = true
		}
	}
	points, _ := switchable(t, w)
	require.Greater(t, len(seen), len(points)*9/10)
}

// TestRunInParts: a run is the same in one go and in parts, and requests in flight are not lost.
func TestRunInParts(t *testing.T) {
	whole := strategytest.NewWorld(strategytest.WorldConfig{})
	parts := strategytest.NewWorld(strategytest.WorldConfig{})
	var traces []*pythia.Trace
	begin := parts.Now()
	for range 100 {
		before := parts.Now()
		parts.Run(50*time.Millisecond, func(trace *pythia.Trace) {
			end := trace.Spans[0].EndNanos
			require.Equal(t, end, parts.Now().UnixNano(), "handed over when it is done")
			require.Greater(t, end, before.UnixNano())
			traces = append(traces, trace)
		})
		require.Equal(t, before.Add(50*time.Millisecond), parts.Now())
	}
	require.True(t, print(run(whole, 5*time.Second)) == print(traces))
	require.True(t, slices.IsSortedFunc(traces, func(a, b *pythia.Trace) int { return int(a.Spans[0].EndNanos - b.Spans[0].EndNanos) }))
	whole.Run(time.Second, nil)
	require.Equal(t, begin.Add(6*time.Second), whole.Now())
	whole.Run(0, nil)
	whole.Run(-time.Second, nil)
	require.Equal(t, begin.Add(6*time.Second), whole.Now())
}

func TestConcurrentUse(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{})
	points, _ := switchable(t, w)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for k := range 20 {
				id := points[(i*20+k)%len(points)].ID
				_ = w.EnableFor(context.Background(), time.Second, id)
				w.Run(100*time.Millisecond, func(trace *pythia.Trace) { _ = w.Disable(context.Background(), id) })
				w.On()
				w.Profile(1)
				if k%10 == 0 {
					p, err := w.Plant(strategytest.Fault{Kind: strategytest.SlowPath})
					assert.NoError(t, err)
					w.Remove(p)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, strategytest.NewWorld(strategytest.WorldConfig{}).Now().Add(8*time.Second), w.Now())
}

func BenchmarkRun(b *testing.B) {
	for _, on := range []bool{false, true} {
		b.Run(map[bool]string{false: "skeleton", true: "everything on"}[on], func(b *testing.B) {
			w := strategytest.NewWorld(strategytest.WorldConfig{})
			if on {
				points, err := w.Points(b.Context())
				require.NoError(b, err)
				require.NoError(b, w.Enable(b.Context(), ids(points)...))
			}
			b.ReportAllocs()
			for n := 0; n < b.N; {
				w.Run(time.Second, func(*pythia.Trace) { n++ })
			}
		})
	}
}
