package strategytest_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/race"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// byType returns the durations of each request type, by trace ID.
func byType(w *strategytest.World, d time.Duration) map[string]map[string]float64 {
	times := make(map[string]map[string]float64)
	w.Run(d, func(t *pythia.Trace) {
		if times[t.RequestType] == nil {
			times[t.RequestType] = make(map[string]float64)
		}
		times[t.RequestType][t.ID] = seconds(t)
	})
	return times
}

// severity is what a fault adds to requests, as Fault.Severity counts it, compared with the same requests without the fault.
func severity(kind strategytest.FaultKind, faulty, base map[string]float64) float64 {
	var added, without []float64
	for id, s := range faulty {
		if b, ok := base[id]; ok {
			added, without = append(added, s-b), append(without, b)
		}
	}
	mean, deviation := moments(added)
	of, _ := moments(without)
	if kind == strategytest.ConsistentlySlow {
		return mean / of
	}
	return deviation / of
}

// TestSeverity prints a table of the severities that faults reach, for the request type that each affects most.
func TestSeverity(t *testing.T) {
	const d = 60 * time.Second
	seeds := 20
	if testing.Short() || race.Enabled {
		seeds = 2
	}
	base := make([]map[string]map[string]float64, seeds)
	for seed := range base {
		base[seed] = byType(strategytest.NewWorld(strategytest.WorldConfig{Seed: uint64(seed)}), d)
	}
	for _, kind := range strategytest.AllFaults() {
		line := ""
		for seed := range base {
			w := strategytest.NewWorld(strategytest.WorldConfig{Seed: uint64(seed)})
			planted, err := w.Plant(strategytest.Fault{Kind: kind})
			require.NoError(t, err, "seed %d", seed)
			faulty, requestType := byType(w, d), planted.RequestTypes[0]
			reached := severity(kind, faulty[requestType], base[seed][requestType])
			line += fmt.Sprintf(" %.2f", reached)
			require.Greater(t, reached, 0.4, "%v, seed %d", kind, seed)
			require.Less(t, reached, 3., "%v, seed %d", kind, seed)
			requireUntouched(t, planted, faulty, base[seed])
		}
		t.Logf("%-18s%s", kind, line)
	}
}

// requireUntouched checks that request types which do not pass the point are as without the fault, to the nanosecond.
func requireUntouched(t *testing.T, planted strategytest.Planted, faulty, base map[string]map[string]float64) {
	for requestType, times := range base {
		if !slices.Contains(planted.RequestTypes, requestType) {
			require.Equal(t, times, faulty[requestType])
		}
	}
}

func TestSeverityAsked(t *testing.T) {
	for _, want := range []float64{0.25, 2} {
		for _, kind := range strategytest.AllFaults() {
			w := strategytest.NewWorld(strategytest.WorldConfig{Seed: 1})
			planted, err := w.Plant(strategytest.Fault{Kind: kind, Severity: want})
			require.NoError(t, err)
			e := planted.Effects[0]
			reached := e.AddedStdDev / e.Mean
			if kind == strategytest.ConsistentlySlow {
				reached = e.AddedMean / e.Mean
			}
			require.InEpsilon(t, want, reached, 0.2, "%v", kind)
		}
	}
}

// selfTimes returns the time that the spans of each point spent themselves, their children's aside, in seconds.
func selfTimes(t *pythia.Trace) map[pythia.TracePointID]float64 {
	self := make(map[pythia.TracePointID]float64)
	for i := range t.Spans {
		self[t.Spans[i].Point] += ownSeconds(t, i)
	}
	return self
}

func ownSeconds(t *pythia.Trace, i int) float64 {
	own, at := t.Spans[i].DurationNanos(), t.Spans[i].StartNanos
	for _, c := range t.Children(i) { // in order of starts
		from := max(at, t.Spans[c].StartNanos)
		if end := t.Spans[c].EndNanos; end > from {
			own, at = own-(end-from), end
		}
	}
	return float64(own) / 1e9
}

// guiltiest returns the point whose self time goes most with the duration, and its share of the variance.
func guiltiest(traces []*pythia.Trace) (pythia.TracePointID, float64) {
	var total []float64
	self := make(map[pythia.TracePointID][]float64)
	for i, trace := range traces {
		total = append(total, seconds(trace))
		for p, s := range selfTimes(trace) {
			if self[p] == nil {
				self[p] = make([]float64, len(traces))
			}
			self[p][i] = s
		}
	}
	var guilty pythia.TracePointID
	most, variance := 0.0, covariance(total, total)
	for p, times := range self {
		if share := covariance(times, total) / variance; share > most {
			guilty, most = p, share
		}
	}
	return guilty, most
}

func covariance(x, y []float64) float64 {
	mx, _ := moments(x)
	my, _ := moments(y)
	sum := 0.0
	for i := range x {
		sum += (x[i] - mx) * (y[i] - my)
	}
	return sum / float64(len(x)-1)
}

func ofType(traces []*pythia.Trace, requestType string) []*pythia.Trace {
	return slices.DeleteFunc(slices.Clone(traces), func(t *pythia.Trace) bool { return t.RequestType != requestType })
}

// TestTheFaultIsWhereItIsSaid: with everything on, the planted point's own time carries the variance, or the extra time, and the key goes with it.
func TestTheFaultIsWhereItIsSaid(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() || race.Enabled {
		seeds = 1
	}
	for seed := range seeds {
		base := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
		enableAll(t, base)
		without := run(base, 40*time.Second)
		for _, kind := range strategytest.AllFaults() {
			w := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
			planted, err := w.Plant(strategytest.Fault{Kind: kind})
			require.NoError(t, err)
			enableAll(t, w)
			traces := run(w, 40*time.Second)
			affected := ofType(traces, planted.RequestTypes[0])
			if kind == strategytest.ConsistentlySlow {
				requireSlower(t, planted, affected, ofType(without, planted.RequestTypes[0]))
				continue
			}
			guilty, share := guiltiest(affected)
			require.Equal(t, planted.Point, guilty, "%v, seed %d", kind, seed)
			require.Greater(t, share, 0.5, "%v, seed %d", kind, seed)
			requireExplained(t, planted, traces)
		}
	}
}

// requireSlower checks that requests are slower by a constant, in the point itself.
func requireSlower(t *testing.T, planted strategytest.Planted, with, without []*pythia.Trace) {
	var total, own, totalBase, ownBase []float64
	for _, trace := range with {
		total, own = append(total, seconds(trace)), append(own, selfTimes(trace)[planted.Point])
	}
	for _, trace := range without {
		totalBase, ownBase = append(totalBase, seconds(trace)), append(ownBase, selfTimes(trace)[planted.Point])
	}
	mean, deviation := moments(total)
	base, deviationBase := moments(totalBase)
	ownMean, _ := moments(own)
	ownMeanBase, _ := moments(ownBase)
	require.InDelta(t, 1, (mean-base)/base, 0.25)
	require.InEpsilon(t, mean-base, ownMean-ownMeanBase, 0.25, "in the point itself, but for what ran in parallel")
	require.Less(t, deviation, 1.5*deviationBase)
}

// requireExplained checks that the key goes with the time, where it is said to be recorded.
func requireExplained(t *testing.T, planted strategytest.Planted, traces []*pythia.Trace) {
	if planted.Kind == strategytest.RetryStorm {
		requireRetries(t, planted, traces)
	}
	if planted.Key == "" {
		require.Zero(t, planted.KeyPoint)
		return
	}
	var keys []string
	var numbers, times []float64
	for _, trace := range traces {
		for i := range trace.Spans {
			if trace.Spans[i].Point != planted.Point {
				continue
			}
			for at := i; at != pythia.NoParent; at = trace.Parent(at) {
				if trace.Spans[at].Point == planted.KeyPoint {
					v, ok := trace.Spans[at].Attr(planted.Key)
					require.True(t, ok)
					n, _ := v.Number()
					keys, numbers, times = append(keys, v.String()), append(numbers, n), append(times, ownSeconds(trace, i))
					break
				}
			}
		}
	}
	require.Greater(t, len(times), 300)
	least := 0.5
	if planted.Kind == strategytest.SlowThirdParty {
		least = 0.35 // slow calls vary much among themselves
	}
	require.Greater(t, explained(keys, times), least, "%v by %s", planted.Kind, planted.Key)
	if planted.Key == "lock.queue_length" || planted.Key == "pool.queue_depth" || planted.Key == "input.items" {
		require.Greater(t, correlation(ranks(numbers), ranks(times)), 0.4, "%v by %s", planted.Kind, planted.Key)
	}
}

// explained is the part of the variance that lies between the groups of equal keys.
func explained(keys []string, times []float64) float64 {
	groups := make(map[string][]float64)
	for i, k := range keys {
		groups[k] = append(groups[k], times[i])
	}
	within := 0.0
	for _, g := range groups {
		mean, _ := moments(g)
		for _, x := range g {
			within += (x - mean) * (x - mean)
		}
	}
	return 1 - within/(covariance(times, times)*float64(len(times)-1))
}

func ranks(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compare(xs[a], xs[b]) })
	ranks := make([]float64, len(xs))
	for i := 0; i < len(order); {
		k := i
		for k < len(order) && xs[order[k]] == xs[order[i]] {
			k++
		}
		for j := i; j < k; j++ {
			ranks[order[j]] = float64(i+k-1) / 2
		}
		i = k
	}
	return ranks
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func correlation(x, y []float64) float64 {
	return covariance(x, y) / math.Sqrt(covariance(x, x)*covariance(y, y))
}

// requireRetries checks that attempts are spans of the point under one parent, all but the last failed.
func requireRetries(t *testing.T, planted strategytest.Planted, traces []*pythia.Trace) {
	seen := make(map[int]int)
	for _, trace := range traces {
		if !has(trace, planted.Point) {
			continue
		}
		attempts := 1
		for i := range trace.Spans {
			s := &trace.Spans[i]
			require.False(t, s.Failed && s.Point != planted.Point)
			if !s.Failed {
				continue
			}
			attempts++
			siblings := trace.Children(trace.Parent(i))
			require.True(t, slices.ContainsFunc(siblings, func(c int32) bool {
				return trace.Spans[c].Point == planted.Point && trace.Spans[c].StartNanos >= s.EndNanos
			}), "a failed attempt is followed by another")
		}
		seen[attempts]++
	}
	for attempts := 2; attempts <= 6; attempts++ {
		require.Positive(t, seen[attempts], "%d attempts", attempts)
	}
	require.Greater(t, seen[1], seen[2]+seen[3])
}

// TestRemove: once a fault is removed, requests are again as without it, as soon as those in flight are done.
func TestRemove(t *testing.T) {
	for _, kind := range strategytest.AllFaults() {
		base := strategytest.NewWorld(strategytest.WorldConfig{Seed: 5})
		w := strategytest.NewWorld(strategytest.WorldConfig{Seed: 5})
		require.Equal(t, byType(base, 5*time.Second), byType(w, 5*time.Second))
		planted, err := w.Plant(strategytest.Fault{Kind: kind})
		require.NoError(t, err)
		require.NotEqual(t, byType(base, 20*time.Second), byType(w, 20*time.Second))
		w.Remove(planted)
		w.Remove(planted)
		base.Run(20*time.Second, nil)
		w.Run(20*time.Second, nil)
		require.Equal(t, byType(base, 10*time.Second), byType(w, 10*time.Second), "%v", kind)
	}
}

// TestTwoFaults: faults may be planted at several points, and go one by one.
func TestTwoFaults(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{Seed: 6})
	lock, err := w.Plant(strategytest.Fault{Kind: strategytest.LockContention})
	require.NoError(t, err)
	_, err = w.Plant(strategytest.Fault{Kind: strategytest.CacheMiss, Point: lock.Point})
	require.ErrorContains(t, err, "remove it first")
	second, err := w.Plant(strategytest.Fault{Kind: strategytest.LockContention})
	require.NoError(t, err)
	require.NotEqual(t, lock.Point, second.Point)
	w.Remove(lock)
	again, err := w.Plant(strategytest.Fault{Kind: strategytest.SlowPath, Point: lock.Point})
	require.NoError(t, err)
	require.Equal(t, lock.Point, again.Point)
	w.Remove(lock)
	_, err = w.Plant(strategytest.Fault{Kind: strategytest.SlowPath, Point: lock.Point})
	require.Error(t, err, "the first has gone already")
}

func TestPlantRefuses(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{})
	_, always := switchable(t, w)
	slow := strategytest.SlowPath
	for _, f := range []strategytest.Fault{{}, {Kind: 99}, {Kind: slow, Severity: -1}, {Kind: slow, Severity: math.NaN()}, {Kind: slow, Severity: math.Inf(1)}} {
		_, err := w.Plant(f)
		require.Error(t, err)
	}
	_, err := w.Plant(strategytest.Fault{Kind: slow, Point: pythia.TracePointID{Name: "nothing"}})
	require.True(t, errors.Is(err, pythia.ErrUnknownPoint))
	_, err = w.Plant(strategytest.Fault{Kind: slow, Point: always[0].ID})
	require.True(t, errors.Is(err, pythia.ErrAlwaysOn))
	_, err = strategytest.NewWorld(strategytest.WorldConfig{Services: 1, Points: 1}).Plant(strategytest.Fault{Kind: strategytest.SlowThirdParty})
	require.ErrorContains(t, err, "more points")
}

// TestPlantAnywhere: every kind can be planted at any point that is passed.
func TestPlantAnywhere(t *testing.T) {
	w := strategytest.NewWorld(strategytest.WorldConfig{Points: 25, Services: 2})
	points, _ := switchable(t, w)
	for i, p := range points {
		kind := strategytest.AllFaults()[i%7]
		planted, err := w.Plant(strategytest.Fault{Kind: kind, Point: p.ID})
		require.NoError(t, err)
		require.Equal(t, p.ID, planted.Point)
		require.Equal(t, 1., planted.Severity)
		require.Positive(t, planted.Effects[0].AddedMean)
		if planted.Key != "" {
			all, err := w.Points(t.Context())
			require.NoError(t, err)
			at := slices.IndexFunc(all, func(p pythia.TracePoint) bool { return p.ID == planted.KeyPoint })
			require.Contains(t, all[at].Attributes, planted.Key)
		}
		w.Remove(planted)
	}
}

func TestFaultNames(t *testing.T) {
	names := make(map[string]bool)
	for _, kind := range append(strategytest.AllFaults(), 0, 100) {
		names[kind.String()] = true
	}
	require.Len(t, names, 8)
	require.Equal(t, "retry storm", strategytest.RetryStorm.String())
	require.Equal(t, "unknown", strategytest.FaultKind(0).String())
}
