package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
)

var (
	shopServer  = &pythia.Process{Service: "shop", Instance: "shop-1"}
	stockServer = &pythia.Process{Service: "stock", Instance: "stock-1"}
)

// order makes the i-th request to a shop that asks its stock, which takes extraMicros and 1 ms more for every request in its queue.
func order(i int, extraMicros int64) *pythia.Trace {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	micros := func(least, noise int64) int64 { return 1000 * (least + r.Int64N(noise)) }
	queue := r.Int64N(20)
	network, reserve, render := micros(300, 50), micros(2000+extraMicros+1000*queue, 100), micros(3000, 200)
	start := int64(i) * 1_000_000_000
	call, served := start+1_000_000, start+1_000_000+network
	answered := served + reserve
	trace, err := pythia.NewTrace(fmt.Sprint("order", i), []pythia.Span{
		{
			ID: "1", Point: pythia.TracePointID{Scope: "shop", Name: "POST /order"}, Kind: pythia.KindServer, Process: shopServer,
			StartNanos: start, EndNanos: answered + network + render,
			Attrs: pythia.AttrsOf(pythia.Number("items", float64(r.IntN(9)))),
		},
		{
			ID: "2", ParentID: "1", Point: pythia.TracePointID{Scope: "shop", Name: "POST"}, Kind: pythia.KindClient, Process: shopServer,
			StartNanos: call, EndNanos: answered + network,
		},
		{
			ID: "3", ParentID: "2", Point: pythia.TracePointID{Scope: "stock", Name: "reserve"}, Kind: pythia.KindServer, Process: stockServer,
			StartNanos: served, EndNanos: answered, Attrs: pythia.AttrsOf(pythia.Number("queue.length", float64(queue))),
		},
	})
	if err != nil {
		panic(err)
	}
	return trace
}

func defaultEngine(tb testing.TB) *pythia.Engine {
	tb.Helper()
	config, err := defaults.Config(pythia.UntilWorkDone)
	require.NoError(tb, err)
	e, err := pythia.New(config)
	require.NoError(tb, err)
	return e
}

func TestEngineFindsTheQueue(t *testing.T) {
	e := defaultEngine(t)
	for i := range 300 {
		e.Observe(order(i, 0))
	}
	r := report(t, e)
	require.Len(t, r.Groups, 1)
	require.Equal(t, "shop POST /order", r.Groups[0].RequestType)
	require.NotEmpty(t, r.Findings)
	f := r.Findings[0]
	require.Equal(t, pythia.LocationSpan, f.Location.Kind)
	require.Equal(t, pythia.TracePointID{Scope: "stock", Name: "reserve"}, f.Location.Point)
	require.Len(t, f.Location.Stack, 3)
	require.InDelta(t, 1, f.VarianceShare, 0.05)
	require.Less(t, f.Significance.Adjusted, 0.001)
	require.NotEmpty(t, f.Explanations)
	x := f.Explanations[0]
	require.Equal(t, "stock reserve: queue.length", x.Variable)
	require.Greater(t, x.Strength, 0.99)
	require.Equal(t, 1, x.Direction)
	require.Less(t, x.P, 0.01)
	require.Equal(t, r, report(t, e), "asking changes nothing")
}

func TestEngineFindsTheChange(t *testing.T) {
	e := defaultEngine(t)
	for i := range 300 {
		e.ObserveBaseline(order(i, 0))
		e.Observe(order(300+i, 10_000))
	}
	for _, f := range report(t, e).Findings {
		if f.Reason == pythia.ReasonChanged {
			require.Equal(t, "reserve", f.Location.Point.Name)
			require.LessOrEqual(t, f.Change.Delta.Low, 0.010)
			require.GreaterOrEqual(t, f.Change.Delta.High, 0.010)
			return
		}
	}
	t.Fatal("no change found")
}

// TestWorkers: however the workflows are split and in whatever order they come, the report is the same, to the last bit.
func TestWorkers(t *testing.T) {
	whole := defaultEngine(t)
	for i := range 300 {
		whole.Observe(order(i, 0))
		whole.ObserveBaseline(order(1000+i, -1000))
	}
	want := report(t, whole)
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 0))
		e := defaultEngine(t)
		workers := []*pythia.Engine{e.Fork(), e.Fork(), e.Fork(), e.Fork()}
		for _, i := range r.Perm(300) {
			workers[r.IntN(4)].Observe(order(i, 0))
			workers[r.IntN(4)].ObserveBaseline(order(1000+i, -1000))
		}
		for _, k := range r.Perm(4) {
			require.NoError(t, e.Merge(workers[k]))
		}
		require.Equal(t, want, report(t, e), "seed %d", seed)
	}
}

// TestWorkersOnRandomTraces: the same for workflows of every shape, of few and of many groups.
func TestWorkersOnRandomTraces(t *testing.T) {
	random := func(seed int) *pythia.Trace {
		trace, err := pythia.NewTrace(fmt.Sprint("trace", seed), randomSpans(uint64(seed)))
		require.NoError(t, err)
		return trace
	}
	whole, e := defaultEngine(t), defaultEngine(t)
	workers := []*pythia.Engine{e.Fork(), e.Fork(), e.Fork(), e.Fork()}
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 400 {
		whole.Observe(random(i))
	}
	for _, i := range r.Perm(400) {
		workers[r.IntN(4)].Observe(random(i))
	}
	for _, w := range workers {
		require.NoError(t, e.Merge(w))
	}
	require.Equal(t, report(t, whole), report(t, e))
}
