package searchspace_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestNewChecksTheBound(t *testing.T) {
	for _, n := range []int{-1, math.MaxInt32} {
		_, err := searchspace.New(searchspace.Config{MaxNodes: n})
		require.ErrorContains(t, err, "MaxNodes")
		_, err = searchspace.NewFlat(searchspace.Config{MaxNodes: n})
		require.ErrorContains(t, err, "MaxNodes")
	}
}

func TestEmpty(t *testing.T) {
	var c searchspace.CCT
	require.Nil(t, c.Children(pythia.RootContext))
	require.Nil(t, c.Children(7))
	require.Nil(t, c.Inside(nil, pythia.Event{}, pythia.Event{End: true}))
	require.Zero(t, c.Stats())
}

func TestNumbers(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, `
			api 0-100
				auth 10-20
				db 20-30
				db 40-60
					lock 45-50`),
		workflow(t, `
			api 0-50
				db 0-10`),
		workflow(t, `
			cron 0-7`))
	require.Equal(t, searchspace.Stats{Contexts: 5, Points: 5, Workflows: 3}, c.Stats())
	require.Equal(t, []pythia.SearchNode{
		{Context: context("api"), Point: point("api"), Workflows: 2, Spans: 2, MeanSeconds: 75e-9, StdDevSeconds: 25e-9},
		{Context: context("cron"), Point: point("cron"), Workflows: 1, Spans: 1, MeanSeconds: 7e-9, Leaf: true},
	}, withoutShares(byName(c.Children(pythia.RootContext))), "shares have tests of their own")
	require.Equal(t, []pythia.SearchNode{
		{Context: context("api", "auth"), Point: point("auth"), Workflows: 1, Spans: 1, MeanSeconds: 10e-9, CallerShare: 0.2, Leaf: true},
		{Context: context("api", "db"), Point: point("db"), Workflows: 2, Spans: 3, MeanSeconds: 20e-9, StdDevSeconds: 10e-9, CallerShare: 0.4},
	}, c.Children(context("api")), "auth starts at 0.1 of its parent and db, at 0.2 and 0, at 0.1: the tie is broken by context")
	require.Equal(t, "lock", names(c.Children(context("api", "db"))))
	require.Nil(t, c.Children(context("api", "db", "lock")))
	require.Nil(t, c.Children(context("api", "lock")))
}

func withoutShares(nodes []pythia.SearchNode) []pythia.SearchNode {
	for i := range nodes {
		nodes[i].CallerShare = 0
	}
	return nodes
}

func byName(nodes []pythia.SearchNode) []pythia.SearchNode {
	slices.SortFunc(nodes, func(a, b pythia.SearchNode) int { return a.Point.Compare(b.Point) })
	return nodes
}

func TestRecursionIsFolded(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		walk 0-100
			read 5-10
			walk 10-90
				read 20-30
				walk 40-80
					leaf 50-60`))
	require.Equal(t, []pythia.SearchNode{
		{Context: context("walk"), Point: point("walk"), Workflows: 1, Spans: 3, MeanSeconds: 100e-9},
	}, c.Children(pythia.RootContext), "the time of inner ones is within that of the outer one")
	require.Equal(t, []pythia.SearchNode{
		{Context: context("walk", "read"), Point: point("read"), Workflows: 1, Spans: 2, MeanSeconds: 15e-9, Leaf: true},
		{Context: context("walk", "leaf"), Point: point("leaf"), Workflows: 1, Spans: 1, MeanSeconds: 10e-9, Leaf: true},
	}, c.Children(context("walk")))
	require.Equal(t, "read leaf", names(c.Inside(stack("walk"), end("walk"), start("walk"))), "an inner call's events set no bound")
}

func TestMutualRecursionIsFolded(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		a 0-100
			b 10-90
				a 20-80
					b 30-70
						c 40-50`))
	require.Equal(t, searchspace.Stats{Contexts: 3, Points: 3, Workflows: 1}, c.Stats())
	require.EqualValues(t, 2, c.Children(context("a"))[0].Spans)
	require.Equal(t, "c", names(c.Children(context("a", "b"))))
}

func TestSeveralRoots(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		publish 0-10
		deliver 20-30
			store 22-28
		audit 40-50`))
	require.Equal(t, "publish deliver audit", names(c.Children(pythia.RootContext)))
	between := c.Inside(nil, end("publish"), start("audit"))
	require.Equal(t, "deliver", names(between))
	require.Equal(t, "publish deliver", names(c.Inside(nil, pythia.Event{}, start("audit"))))
	require.Equal(t, "deliver audit", names(c.Inside(nil, end("publish"), pythia.Event{End: true})))
	require.Equal(t, "publish deliver", names(c.Inside(nil, pythia.Event{}, start("store"))), "store is below deliver, which so starts before it")
}

func TestManyWorkflowsAtOnce(t *testing.T) {
	traces := randoms(t, 1, 40)
	for name, spaces := range map[string][2]space{
		"CCT":  {new(searchspace.CCT), new(searchspace.CCT)},
		"flat": {new(searchspace.Flat), new(searchspace.Flat)},
	} {
		t.Run(name, func(t *testing.T) {
			concurrent, serial := spaces[0], spaces[1]
			var wg sync.WaitGroup
			for part := range slices.Chunk(traces, 5) {
				wg.Go(func() { observe(concurrent, part...) })
				wg.Go(func() {
					for _, s := range stacks(concurrent)[1:] {
						own := s[len(s)-1]
						concurrent.Inside(s, pythia.Event{Point: own}, pythia.Event{Point: own, End: true})
						concurrent.Inside(s[len(s)-1:], pythia.Event{Point: own}, pythia.Event{Point: point("1"), End: true})
					}
					concurrent.Stats()
				})
			}
			wg.Wait()
			observe(serial, traces...)
			requireEqual(t, serial, concurrent)
		})
	}
}

func TestConcurrentMerges(t *testing.T) {
	a, b := new(searchspace.CCT), new(searchspace.CCT)
	traces := randoms(t, 2, 10)
	observe(a, traces...)
	observe(b, traces...)
	var wg sync.WaitGroup
	wg.Go(func() { a.Merge(b) })
	wg.Go(func() { b.Merge(a) })
	wg.Go(func() { a.Merge(a) })
	wg.Go(func() { _ = a.Save(new(strings.Builder)) })
	wg.Wait()
	require.Equal(t, len(dump(a)), len(dump(b)))
}

func TestAnyOrderOfWorkflows(t *testing.T) {
	for seed := range uint64(20) {
		traces := randoms(t, seed, 30)
		for _, spaces := range [][2]space{{new(searchspace.CCT), new(searchspace.CCT)}, {new(searchspace.Flat), new(searchspace.Flat)}} {
			observe(spaces[0], traces...)
			shuffled := slices.Clone(traces)
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(traces), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
			observe(spaces[1], shuffled...)
			requireEqual(t, spaces[0], spaces[1])
		}
	}
}

// TestAgainstTheTrace compares with what one would count by hand.
func TestAgainstTheTrace(t *testing.T) {
	for seed := range uint64(20) {
		traces := randoms(t, seed, 20)
		var c searchspace.CCT
		observe(&c, traces...)
		spans, workflows := map[pythia.ContextID]int64{}, map[pythia.ContextID]int64{}
		for _, tr := range traces {
			in := map[pythia.ContextID]bool{}
			for i := range tr.Spans {
				spans[tr.Context(i)]++
				in[tr.Context(i)] = true
			}
			for id := range in {
				workflows[id]++
			}
		}
		nodes := dump(&c)
		require.Len(t, nodes, len(spans))
		for _, n := range nodes {
			require.Equal(t, spans[n.Context], n.Spans)
			require.Equal(t, workflows[n.Context], n.Workflows)
			require.Equal(t, c.Children(n.Context) == nil, n.Leaf)
		}
	}
}

func TestStandardDeviation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var c searchspace.CCT
	var sum, squares float64
	const n = 10_000
	durations := make([]float64, n)
	for i := range durations {
		nanos := int64(1e15) + r.Int64N(2000) // 11 days, give or take a microsecond
		durations[i] = float64(nanos - 1e15)
		sum += durations[i]
		c.Observe(workflow(t, fmt.Sprintf("job 0-%d", nanos)))
	}
	for _, d := range durations {
		squares += (d - sum/n) * (d - sum/n)
	}
	got := c.Children(pythia.RootContext)[0]
	require.InEpsilon(t, math.Sqrt(squares/n)/1e9, got.StdDevSeconds, 1e-4, "a CoV of 10⁻¹² is at the limit of float64")
	require.InEpsilon(t, 1e6+sum/n/1e9, got.MeanSeconds, 1e-15)
}

func TestBound(t *testing.T) {
	c, err := searchspace.New(searchspace.Config{MaxNodes: 2})
	require.NoError(t, err)
	tr := workflow(t, `
		a 0-10
			b 0-5
				c 1-2
			d 6-8
			b 8-9`)
	c.Observe(tr)
	c.Observe(tr)
	require.Equal(t, searchspace.Stats{Contexts: 2, Points: 2, Workflows: 2, LeftOut: 4}, c.Stats())
	require.Equal(t, "b", names(c.Children(context("a"))))
	require.True(t, c.Children(context("a"))[0].Leaf)

	var whole searchspace.CCT
	whole.Observe(tr)
	small, _ := searchspace.New(searchspace.Config{MaxNodes: 2})
	small.Merge(&whole)
	require.EqualValues(t, 2, small.Stats().LeftOut)
}

func TestNamesTooLong(t *testing.T) {
	for _, s := range []space{new(searchspace.CCT), new(searchspace.Flat)} {
		s.Observe(workflow(t, "a 0-9\n\t"+strings.Repeat("x", 1<<16+1)+" 1-2\n\t\tc 1-2"))
		require.Positive(t, s.Stats().LeftOut)
		require.NotContains(t, names(dump(s)), "x")
	}
}
