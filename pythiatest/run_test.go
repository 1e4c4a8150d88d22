package pythiatest_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/pythiatest"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// replay is a workload without an application: it makes up the workflows, whose reservations take as long as takes says. No time passes.
func replay(p *pythiatest.Trial, takes func(i int) time.Duration) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		start, took := time.Now().UnixNano(), takes(i).Nanoseconds()
		id := func(scope, name string) pythia.TracePointID { return pythia.TracePointID{Scope: scope, Name: name} }
		workflow, err := pythia.NewTrace(strconv.Itoa(i), []pythia.Span{
			{ID: "1", Point: id("shop", "POST /checkout"), Kind: pythia.KindServer, StartNanos: start, EndNanos: start + 1_000_000 + took},
			{
				ID: "2", ParentID: "1", Point: id("inventory", "inventory.Reserve"), Kind: pythia.KindServer, StartNanos: start + 1_000_000,
				EndNanos: start + 1_000_000 + took, Attrs: pythia.AttrsOf(pythia.Number("cache.shard", float64(i%4))),
			},
		})
		if err != nil {
			return err
		}
		p.Observe(workflow)
		return nil
	}
}

func TestRequestsAreNumbered(t *testing.T) {
	p := pythiatest.New(t, pythiatest.Config{Requests: 10, Cycles: 2, Concurrency: 3})
	var mu sync.Mutex
	var made []int
	request := func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		made = append(made, i)
		return nil
	}
	p.Run(request)
	p.Run(request)
	slices.Sort(made)
	require.Len(t, made, 40)
	require.Equal(t, 40, len(slices.Compact(made)))
	require.Equal(t, 39, made[39])
}

func TestRequestThatFails(t *testing.T) {
	r := record(t, func(r *recorder) {
		pythiatest.New(r, pythiatest.Config{Concurrency: 1}).Run(func(_ context.Context, i int) error {
			if i == 7 {
				return errors.New("out of stock")
			}
			return nil
		})
	})
	require.Equal(t, []string{"pythiatest: request 7 of the workload: out of stock"}, r.lines())
}

func TestRunEndsInTime(t *testing.T) {
	r := record(t, func(r *recorder) {
		var n atomic.Int64
		pythiatest.New(r, pythiatest.Config{Timeout: 10 * time.Millisecond}).Run(func(ctx context.Context, _ int) error {
			n.Add(1)
			<-ctx.Done()
			return ctx.Err()
		})
		require.LessOrEqual(t, n.Load(), int64(4))
	})
	require.Empty(t, r.lines())
}

func TestMistakesFail(t *testing.T) {
	for _, c := range []pythiatest.Config{
		{Requests: -1}, {Concurrency: -1}, {Cycles: -1}, {Timeout: -1}, {StdDev: -1}, {CoV: -1}, {Controllers: []pythia.TracePointController{nil}},
		{Adjust: func(c *pythia.Config) { c.Grouper = nil }},
	} {
		r := record(t, func(r *recorder) { pythiatest.New(r, c) })
		require.True(t, r.ended)
		require.Len(t, r.failures, 1)
	}
}

func TestServicesAreMadeOnce(t *testing.T) {
	p := pythiatest.New(t, pythiatest.Config{})
	require.Same(t, p.Provider("shop"), p.Provider("shop"))
	require.Same(t, p.Registry("shop"), p.Registry("shop"))
	require.NotSame(t, p.Provider("shop"), p.Provider("inventory"))
}

// declared is a trace point as applications have them, in a package variable.
var declared = tracepoint.New("inventory.Reserve", "")

func TestPointsAreFreedForTheNextTest(t *testing.T) {
	for range 2 {
		r := record(t, func(r *recorder) {
			require.NoError(t, pythiatest.New(r, pythiatest.Config{}).Registry("inventory").Add(declared))
		})
		require.Empty(t, r.failures)
	}
}

// A kernel's points are searched as the application's are.
func TestFurtherControllers(t *testing.T) {
	fsync := pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: "fsync"}
	kernel := tracepointtest.NewRecorder(pythia.TracePoint{ID: fsync})
	p := pythiatest.New(t, pythiatest.Config{Controllers: []pythia.TracePointController{kernel}})
	p.Run(replay(p, func(int) time.Duration { return time.Millisecond }))
	require.NotEmpty(t, kernel.Calls(), "it was to be profiled")
}
