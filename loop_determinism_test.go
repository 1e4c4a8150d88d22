package pythia_test

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// worldRun runs a simulated world with a fault for so many steps, and returns all cycles and the last report, as JSON. Workflows are handed to
// observe, interval by interval.
func worldRun(t *testing.T, steps int, s pythia.SearchStrategy, observe func(*pythia.Engine, []*pythia.Trace)) string {
	t.Helper()
	world := strategytest.NewWorld(strategytest.WorldConfig{Seed: 7, Points: 40, RequestsPerSecond: 6})
	c, err := defaults.Live(world)
	require.NoError(t, err)
	c.Loop.Now, c.Loop.Window, c.Loop.Seed = world.Now, 2*time.Minute, 5
	if s != nil {
		c.Loop.Strategy = s
	}
	e, err := pythia.New(c)
	require.NoError(t, err)
	var cycles []*pythia.Cycle
	var concluded int
	for i := range steps {
		if i == 20 {
			_, err := world.Plant(strategytest.Fault{Kind: strategytest.CacheMiss})
			require.NoError(t, err)
		}
		var traces []*pythia.Trace
		world.Run(loopInterval, func(trace *pythia.Trace) { traces = append(traces, trace) })
		observe(e, traces)
		cycle, err := e.Step(t.Context())
		require.NoError(t, err)
		cycles = append(cycles, cycle)
		concluded += len(cycle.Concluded)
		if len(cycle.Concluded) > 0 {
			_, err = e.Report(t.Context())
			require.NoError(t, err)
		}
	}
	require.NotZero(t, concluded)
	report, err := e.Report(t.Context())
	require.NoError(t, err)
	return cyclesJSON(t, []any{cycles, report})
}

func inOrder(e *pythia.Engine, traces []*pythia.Trace) {
	for _, trace := range traces {
		e.Observe(trace)
	}
}

// inParallel has four goroutines observe what they get hold of first.
func inParallel(e *pythia.Engine, traces []*pythia.Trace) {
	next := make(chan *pythia.Trace)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for trace := range next {
				e.Observe(trace)
			}
		})
	}
	for _, trace := range traces {
		next <- trace
	}
	close(next)
	wg.Wait()
}

// TestLoopIsDeterministic: the same workflows and times give the same cycles and reports, byte for byte, also with a strategy that draws lots.
func TestLoopIsDeterministic(t *testing.T) {
	for name, s := range map[string]pythia.SearchStrategy{"top down": nil, "random": strategy.Random{}} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, worldRun(t, 60, s, inOrder), worldRun(t, 60, s, inOrder))
		})
	}
}

// TestLoopIsDeterministicInParallel: between two steps, the order in which workflows are observed decides nothing but the last digits of floats.
func TestLoopIsDeterministicInParallel(t *testing.T) {
	a, b := worldRun(t, 40, nil, inOrder), worldRun(t, 40, nil, inParallel)
	before := regexp.MustCompile(`"Before": \{[^}]*\}`) // a sum of floats, the last digit of which depends on the order
	require.Equal(t, before.ReplaceAllString(a, ""), before.ReplaceAllString(b, ""))
}

// TestLoopIsConcurrent calls everything at the same time. The race detector and the deadline say whether that goes well.
func TestLoopIsConcurrent(t *testing.T) {
	t.Run("without reports", func(t *testing.T) { everythingAtOnce(t, func(*pythia.Engine) {}) })
	t.Run("with reports", func(t *testing.T) {
		everythingAtOnce(t, func(e *pythia.Engine) {
			if _, err := e.Report(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
}

func everythingAtOnce(t *testing.T, report func(*pythia.Engine)) {
	a := newLoopApp(t)
	a.bimodal("a21")
	a.perSec["GET /b"] = 10
	e := newLoopEngine(t, a, withProfile(time.Minute))
	var traces []*pythia.Trace
	done := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	meanwhile := func(do func()) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					do()
				}
			}
		})
	}
	types := 0
	for range 2 {
		meanwhile(func() {
			mu.Lock()
			batch := traces
			traces = nil
			types++
			n := types
			mu.Unlock()
			for _, trace := range batch {
				e.Observe(trace)
			}
			if n%50 == 0 && n < 20_000 { // ever new request types
				trace := a2Trace(t, n)
				e.Observe(trace)
			}
		})
	}
	meanwhile(func() { report(e) })
	meanwhile(func() {
		if err := e.Save(discard{}); err != nil {
			t.Error(err)
		}
	})
	for range 20 {
		a.run(loopInterval, func(trace *pythia.Trace) {
			mu.Lock()
			traces = append(traces, trace)
			mu.Unlock()
		})
		_, err := e.Step(t.Context())
		require.NoError(t, err)
	}
	close(done)
	wg.Wait()
}

// a2Trace is a workflow of a request type of its own.
func a2Trace(t *testing.T, n int) *pythia.Trace {
	trace, err := pythia.NewTrace("x", []pythia.Span{{ID: "x", Point: loopPoint(string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + " rare"), EndNanos: 1}})
	if err != nil {
		t.Error(err)
	}
	return trace
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
