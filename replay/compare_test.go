package replay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
)

// carts returns n requests "GET /cart" that wait for a lock, two calls down, for 0, 100 or 200 ms; twenty other calls take as long as ever.
func carts(t *testing.T, n int) []*pythia.Trace {
	traces := make([]*pythia.Trace, n)
	for i := range traces {
		at := 1_700_000_000_000_000_000 + int64(i)*1e9
		wait := int64(i%3)*100e6 + int64(i%7)*1e5
		add := func(spans []pythia.Span, parent, name string, start, nanos int64) []pythia.Span {
			return append(spans, pythia.Span{
				ID: name, ParentID: parent, Point: pythia.TracePointID{Scope: "shop", Name: name}, StartNanos: at + start, EndNanos: at + start + nanos,
			})
		}
		spans := add(nil, "", "GET /cart", 0, 60e6+wait)
		for k := range int64(20) {
			spans = add(spans, "GET /cart", fmt.Sprintf("step %d", k), 1e6+k*1e6, 1e6)
		}
		spans = add(spans, "GET /cart", "reserve", 30e6, 20e6+wait)
		spans = add(spans, "reserve", "lock", 35e6, 10e6+wait)
		var err error
		traces[i], err = pythia.NewTrace(fmt.Sprintf("cart %d", i), spans)
		require.NoError(t, err)
	}
	return traces
}

func emptyEngine() (pythia.Config, error) {
	c, err := defaults.Config(pythia.UntilWorkDone)
	c.Loop.Space = new(searchspace.CCT)
	return c, err
}

func cartComparison(t *testing.T) replay.Comparison {
	return replay.Comparison{
		Traces: carts(t, 60), Engine: emptyEngine, Truth: replay.Truth{Service: "shop", Operation: "lock"}, Seeds: 3,
		Contenders: []replay.Contender{{Name: "top-down", Strategy: strategy.TopDown{}}, {Name: "random", Strategy: strategy.Random{}}},
	}
}

func TestCompare(t *testing.T) {
	c := cartComparison(t)
	var told []int
	c.Progress = func(done, total int) {
		require.Equal(t, 6, total)
		told = append(told, done)
	}
	rows, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3, 4, 5, 6}, told)
	require.Len(t, rows, 2)
	for _, row := range rows {
		require.Equal(t, 3, row.Trials())
		require.Equal(t, 1.0, row.Found.Mean, row.Contender)
		require.InDelta(t, 1, row.VarianceShare.Mean, 0.05)
	}
	require.Equal(t, "top-down", rows[0].Contender)
	require.Equal(t, rows[0].Cycles.Mean*60, rows[0].Requests.Mean)
	require.Positive(t, rows[0].LongestDecision)
	first := rows[0].Results
	require.Equal(t, first[0].Contexts, 23)
	require.Negative(t, replay.PairedDifference(rows[0], rows[1], func(r *replay.Result) float64 { return float64(r.Cycles) }).Mean, "%+v", rows)
}

// TestCompareDoesNotDependOnWorkers: decisions' times aside.
func TestCompareDoesNotDependOnWorkers(t *testing.T) {
	timeless := func(workers int) []replay.Row {
		c := cartComparison(t)
		c.Workers = workers
		rows, err := c.Run(t.Context())
		require.NoError(t, err)
		for i := range rows {
			rows[i].LongestDecision, rows[i].DecisionSeconds = 0, replay.Estimate{}
			for _, r := range rows[i].Results {
				require.NotEmpty(t, r.Decisions)
				r.Decisions = nil
			}
		}
		return rows
	}
	one := timeless(1)
	require.Equal(t, one, timeless(4))
	orders := slices.CompactFunc(slices.Clone(one[1].Results), func(a, b *replay.Result) bool { return a.Enabled == b.Enabled && a.Cycles == b.Cycles })
	require.Greater(t, len(orders), 1, "seeds draw other lots")
}

// TestCompareSettings: what the space is filled from and how long trials go on is as asked for.
func TestCompareSettings(t *testing.T) {
	c := cartComparison(t)
	c.Profile = carts(t, 50)
	c.ProfilePerType, c.PerCycle, c.MaxCycles = 7, 10, 2
	var spaces []*searchspace.CCT
	c.Workers = 1
	c.Engine = func() (pythia.Config, error) {
		e, err := emptyEngine()
		spaces = append(spaces, e.Loop.Space.(*searchspace.CCT))
		return e, err
	}
	rows, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2.0, rows[0].Cycles.Mean)
	require.Equal(t, 20.0, rows[0].Requests.Mean)
	require.Zero(t, rows[0].Found.Mean, "fewer requests than can be judged")
	require.Empty(t, rows[0].Results[0].Stop)
	require.Len(t, spaces, 6)
	require.Equal(t, int64(7), spaces[0].Children(pythia.RootContext)[0].Workflows)
}

func TestCompareAlwaysOn(t *testing.T) {
	c := cartComparison(t)
	c.AlwaysOn = func(pythia.TracePointID) bool { return true }
	rows, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1.0, rows[0].Found.Mean)
	require.Zero(t, rows[0].Enabled.Mean, "nothing was left to switch on")
}

func TestCompareOptional(t *testing.T) {
	c := cartComparison(t)
	root := &c.Traces[0].Spans[c.Traces[0].Roots()[0]]
	root.Attrs = pythia.AttrsOf(pythia.Number("queue", 1))
	c.MaxCycles = 1
	var asked atomic.Int32
	c.Optional = func(id pythia.TracePointID, key string) bool {
		if id == root.Point && key == "queue" {
			asked.Add(1)
		}
		return true
	}
	_, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, int32(6), asked.Load(), "once in each trial")
}

func TestCompareErrors(t *testing.T) {
	broken := errors.New("no engine today")
	shared, err := emptyEngine()
	require.NoError(t, err)
	for want, spoil := range map[string]func(*replay.Comparison){
		"no traces":                         func(c *replay.Comparison) { c.Traces = nil },
		"replay: Profile: trace 1 is nil":   func(c *replay.Comparison) { c.Profile = []*pythia.Trace{c.Traces[0], nil} },
		"needs Contenders":                  func(c *replay.Comparison) { c.Contenders = nil },
		`"flat" has no Strategy`:            func(c *replay.Comparison) { c.Contenders = []replay.Contender{{Name: "flat"}} },
		`"random": give each a name`:        func(c *replay.Comparison) { c.Contenders[0].Name = "random" },
		`"": give each a name`:              func(c *replay.Comparison) { c.Contenders[0].Name = "" },
		"needs Engine":                      func(c *replay.Comparison) { c.Engine = nil },
		"Seeds, ProfilePerType and Workers": func(c *replay.Comparison) { c.Workers = -1 },
		"seed 1: no engine today": func(c *replay.Comparison) {
			c.Engine = func() (pythia.Config, error) { return pythia.Config{}, broken }
		},
		"must return a Loop.Space":           func(c *replay.Comparison) { c.Engine = func() (pythia.Config, error) { return pythia.Config{}, nil } },
		"a Loop.Space that is empty":         func(c *replay.Comparison) { c.Engine = func() (pythia.Config, error) { return shared, nil } },
		"replay: top-down, seed 1: replay: ": func(c *replay.Comparison) { c.PerCycle = -1 },
	} {
		c := cartComparison(t)
		c.Workers = 1
		spoil(&c)
		_, err := c.Run(t.Context())
		require.ErrorContains(t, err, want)
	}
}

// TestCompareCancelled: in the middle of a trial, and before the first.
func TestCompareCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := cartComparison(t)
	c.Seeds, c.Workers = 1000, 2
	var asked atomic.Int32
	c.Contenders[0].Strategy = strategyFunc(func(s *pythia.State) (pythia.Decision, error) {
		if asked.Add(1) == 2 {
			cancel()
		}
		return strategy.TopDown{}.Next(s)
	})
	_, err := c.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, asked.Load(), int32(10))
	_, err = c.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

type strategyFunc func(*pythia.State) (pythia.Decision, error)

func (f strategyFunc) Next(s *pythia.State) (pythia.Decision, error) { return f(s) }
