package defaults_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/internal/race"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// What the default Engine must find in the simulated world, and what it must leave alone.
const (
	seeds       = 20   // per fault
	mustSucceed = 0.95 // of them
	interval    = 10 * time.Second
	warmUp      = 25 // steps, in which the Engine profiles and looks into what varies anyway
	withFault   = 30 // steps in which a fault must be found
	afterwards  = 25 // steps after it was removed
	quiet       = 80 // steps of a world without fault, after the warm-up
)

// seedsHere is fewer with the race detector, which has ten times the work: it is there for races.
func seedsHere() uint64 {
	if race.Enabled || testing.Short() {
		return 1
	}
	return seeds
}

// life is a world under the default Engine. The developer reads the report whenever a search has ended.
type life struct {
	*testing.T
	world     *strategytest.World
	engine    *pythia.Engine
	concluded []*pythia.Diagnosis
	log       strings.Builder
}

func newLife(t *testing.T, seed uint64) *life {
	l := &life{T: t, world: strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})}
	c, err := defaults.Live(l.world)
	require.NoError(t, err)
	c.Loop.Now, c.Loop.Interval, c.Loop.Window = l.world.Now, interval, 2*time.Minute
	l.engine, err = pythia.New(c)
	require.NoError(t, err)
	return l
}

// goOn lets so many steps pass, and returns how often something was enabled.
func (l *life) goOn(steps int) (enabled int) {
	for range steps {
		l.world.Run(interval, l.engine.Observe)
		c, err := l.engine.Step(l.Context())
		require.NoError(l, err)
		require.Empty(l, c.Problems)
		enabled += len(c.Enabled)
		l.note(c)
		l.concluded = append(l.concluded, c.Concluded...)
		if len(c.Concluded) > 0 {
			_, err := l.engine.Report(l.Context())
			require.NoError(l, err)
		}
	}
	return enabled
}

// note keeps what is printed of a life that went wrong.
func (l *life) note(c *pythia.Cycle) {
	for _, s := range c.Disabled {
		fmt.Fprintln(&l.log, c.Number, "off", s.RequestType, "|", s.Point, s.Attributes, s.Why)
	}
	for _, s := range c.Enabled {
		fmt.Fprintln(&l.log, c.Number, "on", s.RequestType, "|", s.Point, s.Attributes, s.Why)
	}
	for _, d := range c.Concluded {
		fmt.Fprintln(&l.log, c.Number, "ended", d.RequestType, d.Stop)
		for _, f := range d.Findings {
			fmt.Fprintln(&l.log, "  ", f.Reason, f.Location, f.VarianceShare, f.TimeShare, f.Explanations)
		}
	}
}

// found reports whether a search has ended at a fault and, if a key explains it, with that; among several faults, at any place.
func (l *life) found(p strategytest.Planted, several bool) (place, key bool) {
	for _, d := range l.concluded {
		for i, f := range d.Findings {
			if slices.Contains(p.RequestTypes, d.RequestType) && f.Location.Point == p.Point && (several || i == 0) {
				place, key = true, key || p.Key == "" || explains(f, p.KeyPoint.String()+": "+p.Key)
			}
		}
	}
	return place, key
}

func explains(f *pythia.Finding, variable string) bool {
	return slices.ContainsFunc(f.Explanations, func(x pythia.Explanation) bool {
		return x.Variable == variable || slices.Contains(x.Aliases, variable)
	})
}

// score counts how often something went right.
type score struct {
	sync.Mutex
	lives  uint64
	counts map[string]uint64
}

func (s *score) add(right map[string]bool) {
	s.Lock()
	defer s.Unlock()
	s.lives++
	for what, is := range right {
		if is {
			s.counts[what]++
		}
	}
}

func TestPlantedFaultsAreFound(t *testing.T) {
	kinds := make(map[string][]strategytest.FaultKind)
	for _, k := range strategytest.AllFaults() {
		kinds[k.String()] = []strategytest.FaultKind{k}
	}
	kinds["two at once"] = []strategytest.FaultKind{strategytest.LockContention, strategytest.CacheMiss}
	for name, faults := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := score{counts: make(map[string]uint64)}
			t.Run("seed", func(t *testing.T) {
				for seed := range seedsHere() {
					t.Run(fmt.Sprint(seed), func(t *testing.T) {
						t.Parallel()
						s.add(plantAndFind(t, seed, faults))
					})
				}
			})
			for _, what := range []string{"trace point found", "key named", "all off afterwards"} {
				t.Logf("%s: %d of %d", what, s.counts[what], s.lives)
				if s.lives == seeds {
					assert.GreaterOrEqual(t, float64(s.counts[what]), mustSucceed*seeds, what)
				}
			}
		})
	}
}

func plantAndFind(t *testing.T, seed uint64, faults []strategytest.FaultKind) map[string]bool {
	l := newLife(t, seed)
	l.goOn(warmUp)
	l.concluded = nil
	var planted []strategytest.Planted
	for _, kind := range faults {
		p, err := l.world.Plant(strategytest.Fault{Kind: kind})
		require.NoError(t, err)
		fmt.Fprintf(&l.log, "planted: %+v\n", p)
		planted = append(planted, p)
	}
	l.goOn(withFault)
	place, key := true, true
	for _, p := range planted {
		at, by := l.found(p, len(planted) > 1)
		place, key = place && at, key && by
		l.world.Remove(p)
	}
	fmt.Fprintln(&l.log, "removed")
	l.goOn(afterwards)
	off := len(l.world.On()) == 0
	if !place || !key || !off {
		t.Logf("trace point found: %v, key named: %v, all off: %v\n%s", place, key, off, l.log.String())
	}
	return map[string]bool{"trace point found": place, "key named": key, "all off afterwards": off}
}

func TestNothingIsEnabledWithoutFault(t *testing.T) {
	s := score{counts: make(map[string]uint64)}
	t.Run("seed", func(t *testing.T) {
		for seed := range seedsHere() {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				l := newLife(t, 1000+seed)
				l.goOn(warmUp)
				l.log.Reset()
				n := l.goOn(quiet)
				if n > 0 {
					t.Logf("%d times something was enabled\n%s", n, l.log.String())
				}
				s.add(map[string]bool{"quiet": n == 0})
			})
		}
	})
	t.Logf("quiet: %d of %d", s.counts["quiet"], s.lives)
	if s.lives == seeds {
		require.GreaterOrEqual(t, float64(s.counts["quiet"]), mustSucceed*seeds)
	}
}
