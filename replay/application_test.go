package replay_test

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
	"github.com/pythia-trace/pythia/replay"
)

const second = int64(time.Second)

// at names a point "service operation".
func at(name string) pythia.TracePointID {
	scope, operation, _ := strings.Cut(name, " ")
	return pythia.TracePointID{Scope: scope, Name: operation}
}

// spanAt makes a span of a point, whose ID is the operation.
func spanAt(name, parent string, start, end int64, attrs ...pythia.Attr) pythia.Span {
	id := at(name)
	return pythia.Span{ID: id.Name, ParentID: parent, Point: id, StartNanos: start, EndNanos: end, Attrs: pythia.AttrsOf(attrs...)}
}

func traceOf(tb testing.TB, id string, spans ...pythia.Span) *pythia.Trace {
	trace, err := pythia.NewTrace(id, spans)
	require.NoError(tb, err)
	return trace
}

// buy is a request that goes shop buy, shop cart, bank pay, bank check.
func buy(tb testing.TB, id string, start int64) *pythia.Trace {
	return traceOf(tb, id,
		spanAt("shop buy", "", start, start+100, pythia.Number("items", 3)),
		spanAt("shop cart", "buy", start+10, start+90, pythia.Number("size", 7), pythia.String("owner", "ann")),
		spanAt("bank pay", "cart", start+20, start+80, pythia.Number("sum", 9)),
		spanAt("bank check", "pay", start+30, start+70))
}

func newApplication(tb testing.TB, c replay.Config) *replay.Application {
	a, err := replay.New(c)
	require.NoError(tb, err)
	return a
}

// shapeOf writes a trace as "buy (cart (pay))".
func shapeOf(t *pythia.Trace) string {
	var write func(spans []int32) string
	write = func(spans []int32) string {
		var parts []string
		for _, i := range spans {
			part := t.Spans[i].ID
			if below := write(t.Children(int(i))); below != "" {
				part += " (" + below + ")"
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ", ")
	}
	return write(t.Roots())
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestPasses(t *testing.T) {
	var traces []*pythia.Trace
	for i := range 10 {
		traces = append(traces, buy(t, fmt.Sprint("r", i), (100+int64(i))*second))
	}
	slices.Reverse(traces)
	given := slices.Clone(traces)
	a := newApplication(t, replay.Config{Traces: traces, RequestsPerSecond: 4})
	require.Equal(t, given, traces, "the caller's slice is left alone")
	require.Equal(t, 10, a.Len())
	require.Equal(t, 4., a.RequestsPerSecond())
	require.Equal(t, time.Unix(100, 0).UTC(), a.Now())
	seen := make(map[string]bool)
	for i := range 30 {
		reported := a.Next()
		recorded, _, _ := strings.Cut(reported.ID, "/")
		require.Equal(t, fmt.Sprint("r", i%10), recorded, "in the order in which they were recorded")
		require.False(t, seen[reported.ID])
		seen[reported.ID] = true
		require.Equal(t, 100*second+int64(i+1)*second/4, reported.StartNanos())
		require.Equal(t, a.Now().UnixNano(), reported.StartNanos())
	}
}

func TestSeedShuffles(t *testing.T) {
	var traces []*pythia.Trace
	for i := range 20 {
		traces = append(traces, buy(t, fmt.Sprint("r", i), int64(i)*second))
	}
	play := func(seed uint64) (ids []string) {
		a := newApplication(t, replay.Config{Traces: traces, Seed: seed})
		for range 40 {
			id, _, _ := strings.Cut(a.Next().ID, "/")
			ids = append(ids, id)
		}
		return ids
	}
	first := play(1)
	require.Equal(t, first, play(1))
	require.NotEqual(t, first, play(2))
	require.NotEqual(t, first[:20], first[20:], "another order in each pass")
	require.ElementsMatch(t, first[:20], first[20:], "of the same requests")
	require.ElementsMatch(t, first[:20], play(0)[:20])
}

func TestRateAsRecorded(t *testing.T) {
	for _, c := range []struct {
		starts []int64
		want   float64
	}{
		{[]int64{0, 1, 2, 3, 10}, 0.5},
		{[]int64{7}, 1000},
		{[]int64{7, 7, 7}, 1000},
		{[]int64{0, 1e6}, 1e-3},
	} {
		var traces []*pythia.Trace
		for _, start := range c.starts {
			traces = append(traces, buy(t, "r", start*second))
		}
		require.Equal(t, c.want, newApplication(t, replay.Config{Traces: traces}).RequestsPerSecond())
	}
}

func TestNothingToReplay(t *testing.T) {
	_, err := replay.New(replay.Config{})
	require.EqualError(t, err, "replay: no traces: give fully instrumented ones")
	for _, bad := range []*pythia.Trace{nil, {}, {ID: "x", Spans: []pythia.Span{{ID: "x"}}}} {
		traces := []*pythia.Trace{buy(t, "r", 0), bad}
		_, err := replay.New(replay.Config{Traces: traces})
		require.EqualError(t, err, "replay: trace 1 is nil or not from pythia.NewTrace: leave it out")
		require.Len(t, replay.EntryPoints(traces), 2)
		require.Len(t, replay.Sample(traces, 10, 1), 1)
	}
	for _, rate := range []float64{-1, 1e-7, 1e7, math.Inf(1), math.NaN()} {
		_, err := replay.New(replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0)}, RequestsPerSecond: rate})
		require.ErrorContains(t, err, "between a millionth and a million")
	}
}

func TestEntryPoints(t *testing.T) {
	require.Equal(t, map[pythia.TracePointID]bool{at("shop buy"): true, at("bank pay"): true}, replay.EntryPoints([]*pythia.Trace{buy(t, "r", 0)}))
	require.Empty(t, replay.EntryPoints(nil))
}

// TestNothingVisible: without a skeleton nothing is reported until something is on, and what has no visible root then has several.
func TestNothingVisible(t *testing.T) {
	asked := make(map[pythia.TracePointID]int)
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0), buy(t, "s", 0)}, AlwaysOn: func(id pythia.TracePointID) bool {
		asked[id]++
		return false
	}})
	before := a.Now()
	require.Nil(t, a.Next())
	require.True(t, a.Now().After(before), "time goes on")
	require.NoError(t, a.Enable(t.Context(), at("bank check")))
	reported := a.Next()
	require.Equal(t, "check", shapeOf(reported))
	require.Equal(t, "shop buy", reported.RequestType, "it stays what it was")
	require.Equal(t, a.Now().UnixNano()+30, reported.StartNanos(), "the request began earlier")
	for id, n := range asked {
		require.Equal(t, 1, n, "%v: asked once", id)
	}
}

// TestEndsOfTime: requests from any year are played whole, with room to go on.
func TestEndsOfTime(t *testing.T) {
	const latest = int64(1<<62 - 1)
	for _, starts := range [][]int64{{0}, {latest - 100}, {0, latest - 100}, {0, 0, second}, {latest - 100, latest - 100}} {
		var traces []*pythia.Trace
		for i, start := range starts {
			traces = append(traces, buy(t, fmt.Sprint(i), start))
		}
		a := newApplication(t, replay.Config{Traces: traces, Seed: 1})
		last := a.Now()
		for range 100 {
			reported := a.Next()
			require.Equal(t, pythia.Repairs{}, reported.Repairs)
			require.Equal(t, int64(100), reported.Spans[0].DurationNanos())
			require.True(t, a.Now().After(last))
			last = a.Now()
			require.Equal(t, last.UnixNano(), reported.StartNanos())
		}
	}
}

// TestTimeRunsOut: where the next request would begin after all that a trace can hold, the clock stands still and nothing is reported.
func TestTimeRunsOut(t *testing.T) {
	const latest = int64(1<<62 - 1)
	config := replay.Config{Traces: []*pythia.Trace{buy(t, "r", latest-200)}, RequestsPerSecond: 1e-6}
	a, played := newApplication(t, config), 0
	for reported := a.Next(); reported != nil; reported = a.Next() {
		require.Equal(t, pythia.Repairs{}, reported.Repairs)
		require.Equal(t, a.Now().UnixNano(), reported.StartNanos())
		played++
	}
	require.Equal(t, 576, played, "once every million seconds, in 18 years")
	end := a.Now()
	require.Nil(t, a.Next())
	require.Equal(t, end, a.Now())
	for len(config.Traces) <= played {
		config.Traces = append(config.Traces, config.Traces[0])
	}
	_, err := replay.New(config)
	require.EqualError(t, err, "replay: at RequestsPerSecond 1e-06 the 577 requests take until after 2116, the last year that a trace can hold: give a greater rate")
}

// TestWholeTime: what lasts as long as time itself is cut where time ends, and that is counted.
func TestWholeTime(t *testing.T) {
	eternal := spanAt("shop wait", "", 0, 1<<62-1)
	eternal.Events = []pythia.SpanEvent{{Name: "doomsday", TimeNanos: 1<<62 - 1}}
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{traceOf(t, "r", eternal), buy(t, "s", 1<<62-200)}})
	for range 4 {
		reported := a.Next()
		require.GreaterOrEqual(t, reported.Spans[0].EndNanos, reported.Spans[0].StartNanos)
		if reported.RequestType == "shop wait" {
			require.Equal(t, map[string]int{"impossible_time": 1}, reported.Repairs.ByName())
		}
	}
}

func TestSameIDs(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0), buy(t, "r", 0), buy(t, "", 5)}})
	ids := make(map[string]bool)
	for range 9 {
		ids[a.Next().ID] = true
	}
	require.Len(t, ids, 9, "each is played under an ID of its own")
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0), buy(t, "s", second)}})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				assert.NoError(t, a.EnableOnlyFor(t.Context(), time.Second, pythia.Selection{OneIn: 2}, at("shop cart")))
				assert.NoError(t, a.EnableAttributes(t.Context(), at("shop cart"), "size"))
				assert.NotNil(t, a.Next())
				assert.LessOrEqual(t, len(a.On()), 1)
				_, err := a.Points(t.Context())
				assert.NoError(t, err)
				assert.NoError(t, a.Disable(t.Context(), at("shop cart")))
				assert.Positive(t, a.Now().UnixNano())
			}
		})
	}
	wait.Wait()
}
