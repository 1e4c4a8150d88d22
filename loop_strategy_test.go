package pythia_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// strategyFunc is somebody's own strategy.
type strategyFunc func(*pythia.State) (pythia.Decision, error)

func (f strategyFunc) Next(s *pythia.State) (pythia.Decision, error) { return f(s) }

func withStrategy(s pythia.SearchStrategy) func(*pythia.Config) {
	return func(c *pythia.Config) { c.Loop.Strategy, c.Loop.Timeout = s, 20*time.Millisecond }
}

// TestLoopSurvivesABrokenStrategy has one that fails in one way, then works.
func TestLoopSurvivesABrokenStrategy(t *testing.T) {
	for name, way := range waysToFail(t) {
		t.Run(name, func(t *testing.T) {
			fail, release := way()
			var works atomic.Bool
			var calls atomic.Int32
			r := newLoopRun(t, newLoopApp(t), withStrategy(strategyFunc(func(s *pythia.State) (pythia.Decision, error) {
				if !works.Load() {
					calls.Add(1)
					if err := fail(); err != nil {
						return pythia.Decision{}, err
					}
				}
				return strategy.TopDown{}.Next(s)
			})))
			r.bimodal("a21")
			for range 6 {
				r.step()
			}
			require.NotEmpty(t, r.cycles[5].Problems)
			require.Empty(t, r.on())
			if name == "hang" {
				require.EqualValues(t, 1, calls.Load(), "what hangs is not called again")
				require.Contains(t, r.cycles[5].Problems[0], "the search strategy still hangs in an earlier call")
			}
			works.Store(true)
			release()
			r.settle()
			d := r.concluded(15)
			require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
		})
	}
}

// TestLoopHoldsALyingStrategyToTheRules: it proposes everything, what is on, unknown, always on and tried included, as often as it likes.
func TestLoopHoldsALyingStrategyToTheRules(t *testing.T) {
	t.Run("honest", func(t *testing.T) { holdToTheRules(t, func(*pythia.State) {}) })
	t.Run("forging", func(t *testing.T) {
		holdToTheRules(t, func(s *pythia.State) {
			for i := range s.Points {
				clear(s.Points[i].On)
			}
			for i := range s.Targets {
				clear(s.Targets[i].Tried)
				for id := range s.Targets[i].SpansPerRequest {
					s.Targets[i].SpansPerRequest[id] = 0
				}
			}
		})
	})
}

func holdToTheRules(t *testing.T, forge func(*pythia.State)) {
	r := newLoopRun(t, newLoopApp(t), withStrategy(strategyFunc(func(s *pythia.State) (pythia.Decision, error) {
		forge(s)
		d := pythia.Decision{LeftOut: math.MinInt}
		for _, target := range []int{0, -1, 1, math.MaxInt} {
			for _, name := range []string{"unknown", "GET /a", "a1", "a1", "a2", "a21", "a22", "a3", "b1", "b2", "shared"} {
				d.Enable = append(d.Enable, pythia.Proposal{Target: target, Node: pythia.SearchNode{Point: loopPoint(name), Workflows: -1, Spans: math.MinInt64}})
			}
		}
		return d, nil
	})), func(c *pythia.Config) { c.Loop.Budget.Points = 3 })
	r.bimodal("a21")
	tried := make(map[pythia.TracePointID]int)
	for range 12 {
		c := r.step()
		require.LessOrEqual(t, c.Cost.Points, 3)
		require.LessOrEqual(t, len(r.on()), 3)
		for _, s := range c.Enabled {
			require.NotEqual(t, loopPoint("unknown"), s.Point)
			if len(s.Attributes) == 0 {
				tried[s.Point]++
			}
		}
	}
	for p, n := range tried {
		require.Equal(t, 1, n, "%s was tried again\n%s", p, r.log())
	}
	require.NotContains(t, tried, loopPoint("GET /a"))
	require.Equal(t, loopPoint("a21"), r.diagnosis().Findings[0].Location.Point, r.log())
}

// TestLoopKeepsItsOwnState from a strategy that changes all that it is given.
func TestLoopKeepsItsOwnState(t *testing.T) {
	run := func(change func(*pythia.State)) string {
		r := newLoopRun(t, newLoopApp(t), withStrategy(strategyFunc(func(s *pythia.State) (pythia.Decision, error) {
			d, err := strategy.TopDown{}.Next(s)
			change(s)
			return d, err
		})))
		r.bimodal("a21")
		r.concluded(15)
		return cyclesJSON(t, r.cycles)
	}
	want := run(func(*pythia.State) {})
	for name, change := range map[string]func(*pythia.State){
		"state":  func(s *pythia.State) { *s = pythia.State{} },
		"points": func(s *pythia.State) { clear(s.Points) },
		"attributes": func(s *pythia.State) {
			for _, p := range s.Points {
				clear(p.Attributes)
				clear(p.On)
			}
		},
		"targets": func(s *pythia.State) { clear(s.Targets) },
		"tried": func(s *pythia.State) {
			for _, target := range s.Targets {
				clear(target.Tried)
			}
		},
		"spans": func(s *pythia.State) {
			for _, target := range s.Targets {
				for id := range target.SpansPerRequest {
					target.SpansPerRequest[id] = 1e9
				}
			}
		},
		"findings": func(s *pythia.State) {
			for _, target := range s.Targets {
				*target.Finding = pythia.Finding{}
			}
		},
		"room": func(s *pythia.State) { s.Room = pythia.Cost{} },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "attributes" || name == "findings" {
			}
			require.Equal(t, want, run(change))
		})
	}
}

// broken parts: each panics when told to.
type (
	brokenGrouper   struct{ pythia.Grouper }
	brokenExplainer struct{ pythia.Explainer }
	brokenSpace     struct{ pythia.SearchSpace }
	brokenLocalizer struct {
		pythia.Localizer
		in string
	}
)

func (brokenGrouper) Group(*pythia.Trace) (pythia.GroupKey, bool)             { panic(errBroken) }
func (brokenExplainer) Explain(*pythia.Finding) ([]pythia.Explanation, error) { panic(errBroken) }
func (brokenSpace) Observe(*pythia.Trace)                                     { panic(errBroken) }
func (brokenSpace) Children(pythia.ContextID) []pythia.SearchNode             { panic(errBroken) }
func (brokenSpace) MarshalBinary() ([]byte, error)                            { panic(errBroken) }
func (brokenSpace) Inside([]pythia.TracePointID, pythia.Event, pythia.Event) []pythia.SearchNode {
	panic(errBroken)
}

func (l brokenLocalizer) New() pythia.Localizer { return brokenLocalizer{l.Localizer.New(), l.in} }
func (l brokenLocalizer) Observe(key pythia.GroupKey, t *pythia.Trace) {
	if l.in == "Observe" {
		panic(errBroken)
	}
	l.Localizer.Observe(key, t)
}

func (l brokenLocalizer) Merge(o pythia.Localizer) error {
	if l.in == "Merge" {
		panic(errBroken)
	}
	return l.Localizer.Merge(o.(brokenLocalizer).Localizer)
}

func (l brokenLocalizer) Localize(ctx context.Context, before pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	if l.in == "Localize" {
		panic(errBroken)
	}
	return l.Localizer.Localize(ctx, before)
}

func (brokenLocalizer) MarshalBinary() ([]byte, error) { panic(errBroken) }

// TestLoopSurvivesBrokenParts: neither observing nor stepping panics, somebody is told, and calls come back from Report and Save.
func TestLoopSurvivesBrokenParts(t *testing.T) {
	for name, set := range map[string]func(*pythia.Config){
		"grouper":            func(c *pythia.Config) { c.Grouper = brokenGrouper{} },
		"explainer":          func(c *pythia.Config) { c.Explainer = brokenExplainer{} },
		"space":              func(c *pythia.Config) { c.Loop.Space, c.Loop.ProfileEvery = brokenSpace{}, time.Hour },
		"localizer observes": func(c *pythia.Config) { c.Localizer = brokenLocalizer{c.Localizer, "Observe"} },
		"localizer merges":   func(c *pythia.Config) { c.Localizer = brokenLocalizer{c.Localizer, "Merge"} },
		"localizer":          func(c *pythia.Config) { c.Localizer = brokenLocalizer{c.Localizer, "Localize"} },
	} {
		t.Run(name, func(t *testing.T) {
			log := new(syncBuffer)
			r := newLoopRun(t, newLoopApp(t), set, func(c *pythia.Config) { c.Logger = log.logger() })
			r.bimodal("a21")
			for range 12 {
				r.step()
			}
			require.Contains(t, log.String(), "panicked: broken")
			require.Contains(t, log.String(), "stack")
			t.Run("save", func(t *testing.T) {
				require.NotPanics(t, func() { _ = r.engine.Save(new(strings.Builder)) })
				r.step()
			})
			t.Run("report", func(t *testing.T) {
				if name == "localizer merges" || name == "localizer" {
				}
				require.NotPanics(t, func() { _, _ = r.engine.Report(t.Context()) })
				r.step()
			})
		})
	}
}

// TestLoopFindsThePlaceWithoutExplainer: a broken one costs the explanation only.
func TestLoopFindsThePlaceWithoutExplainer(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t), func(c *pythia.Config) { c.Explainer = brokenExplainer{} })
	r.bimodal("a21")
	d := r.concluded(15)
	require.Equal(t, pythia.StopLeaf, d.Stop)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point)
}

// TestLoopSurvivesAnEngineThatIsCancelled: a step with a context that is done returns its error and changes nothing.
func TestLoopStepsNotWithADoneContext(t *testing.T) {
	r := newLoopRun(t, newLoopApp(t))
	r.bimodal("a21")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.engine.Step(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, r.step().Number)
}

// TestLoopSurvivesACancelledStep: what was being switched on is switched off, and tried again.
func TestLoopSurvivesACancelledStep(t *testing.T) {
	r, f := newFaultyRun(t)
	r.bimodal("a21")
	ctx, cancel := context.WithCancel(t.Context())
	f.set(func(m string, _ ...pythia.TracePointID) error {
		if m == "EnableOnlyFor" {
			cancel()
			return errors.New("interrupted")
		}
		return nil
	})
	for ctx.Err() == nil {
		r.run(loopInterval, r.engine.Observe)
		c, err := r.engine.Step(ctx)
		if ctx.Err() != nil {
			require.ErrorIs(t, err, context.Canceled)
			break
		}
		require.NoError(t, err)
		r.cycles = append(r.cycles, c)
	}
	f.set(nil)
	r.settle()
	d := r.concluded(15)
	require.Equal(t, loopPoint("a21"), d.Findings[0].Location.Point, r.log())
	require.Equal(t, []string{"a21"}, r.on())
}

// TestLoopCostOfHostileFigures: they add no room.
func TestLoopCostOfHostileFigures(t *testing.T) {
	id := loopPoint("a1")
	cost := func(perRequest map[pythia.TracePointID]float64, hit pythia.HitCost, n pythia.SearchNode) pythia.Cost {
		n.Point = id
		s := pythia.State{
			Points:  []pythia.PointState{{TracePoint: pythia.TracePoint{ID: id}, HitCost: hit}},
			Targets: []pythia.Target{{RequestsPerSecond: 10, SpansPerRequest: perRequest}},
		}
		return s.Cost(pythia.Proposal{Node: n})
	}
	hit := pythia.HitCost{CPU: time.Millisecond, Bytes: 100}
	want := pythia.Cost{Points: 1, SpansPerSecond: 10, BytesPerSecond: 1000, CPU: 0.01}
	for _, n := range []pythia.SearchNode{{}, {Spans: -5, Workflows: 1}, {Spans: 5, Workflows: -1}, {Workflows: 9}, {Spans: math.MinInt64, Workflows: 1}} {
		require.Equal(t, want, cost(nil, hit, n))
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1} {
		require.Equal(t, want, cost(map[pythia.TracePointID]float64{id: v}, hit, pythia.SearchNode{}))
	}
	require.Equal(t, pythia.Cost{Points: 1, SpansPerSecond: 30}, cost(nil, pythia.HitCost{CPU: -1, Bytes: -1}, pythia.SearchNode{Spans: 6, Workflows: 2}))
}
