package strategytest

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/pythia-trace/pythia"
)

// conformanceStates is how many generated states each part uses.
const conformanceStates = 300

// conformanceLimit is how long one decision may take in a small space. In a large one, it may take longer.
const conformanceLimit = 5 * time.Second

// Conformance checks a strategy against the contract of [pythia.SearchStrategy], on generated states: it proposes only what is free, stays within
// the budget, gives the same Decision for the same State, changes nothing, comes to an end, and is quick in a large search space.
//
// newStrategy returns a strategy that is ready to use; whatever it returns later must decide alike. In the states a Target's Finding is
// never nil, IDs and request types are in order, and no number is NaN, as the Engine guarantees. Run it with -race.
func Conformance(t *testing.T, newStrategy func() pythia.SearchStrategy) {
	t.Helper()
	c := &conformance{newStrategy: newStrategy, limit: conformanceLimit}
	for _, part := range []struct {
		name  string
		check func(*conformance)
	}{
		{"state unchanged", checkStateUnchanged}, // first: what follows relies on it
		{"proposals", checkProposals},
		{"same decision", checkSameDecision},
		{"concurrent", checkConcurrentDecisions},
		{"ends when tried", checkEndsWhenTried},
		{"ends when on", checkEndsWhenOn},
		{"parts missing", checkPartsMissing},
		{"large space", checkLargeSpace},
	} {
		t.Run(part.name, func(t *testing.T) {
			c.T = t
			part.check(c)
		})
		if c.stuck {
			return // a decision that goes on slows down all others
		}
	}
}

// conformance is a strategy under test.
type conformance struct {
	*testing.T
	newStrategy func() pythia.SearchStrategy
	limit       time.Duration // for one decision
	stuck       bool          // a decision has not come to its end
}

// broken ends the test with the rule that was broken, and for which state.
func (c *conformance) broken(s *conformanceState, format string, args ...any) {
	c.Helper()
	c.Fatalf("the strategy %s\n\n%v", fmt.Sprintf(format, args...), s)
}

// answer is what a strategy made of a state.
type answer struct {
	decision pythia.Decision
	err      error
	panicked string
}

func ask(strategy pythia.SearchStrategy, s *conformanceState) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a.panicked = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
	}()
	a.decision, a.err = strategy.Next(&s.State)
	return a
}

// await asks a strategy, but does not wait for ever. A strategy that does not return leaves a goroutine behind: it cannot be stopped.
func (c *conformance) await(strategy pythia.SearchStrategy, s *conformanceState) (a answer) {
	c.Helper()
	answered := make(chan answer, 1)
	go func() { answered <- ask(strategy, s) }()
	limit := time.NewTimer(c.limit)
	defer limit.Stop()
	select {
	case a = <-answered:
	case <-limit.C:
		c.stuck = true
		c.Fatalf("the strategy takes more than %v for one decision (%s)", c.limit.Round(time.Second), s.name) // it may still use the rest of s
	}
	return a
}

// next asks a strategy and checks what can be seen of one answer.
func (c *conformance) next(strategy pythia.SearchStrategy, s *conformanceState) pythia.Decision {
	c.Helper()
	a := c.await(strategy, s)
	c.check(s, a)
	return a.decision
}

func checkProposals(c *conformance) {
	strategy := c.newStrategy()
	for seed := range uint64(conformanceStates) {
		c.next(strategy, newConformanceState(seed))
	}
}

func checkSameDecision(c *conformance) {
	strategy := c.newStrategy()
	for seed := range uint64(conformanceStates) {
		s := newConformanceState(seed)
		first := c.next(strategy, s)
		for range 3 {
			c.same(s, "when asked again", first, c.next(strategy, s))
		}
		c.same(s, "when the same state is built again", first, c.next(strategy, newConformanceState(seed)))
		c.same(s, "from another instance", first, c.next(c.newStrategy(), s))
	}
}

func (c *conformance) same(s *conformanceState, when string, a, b pythia.Decision) {
	c.Helper()
	if !reflect.DeepEqual(normal(a), normal(b)) {
		c.broken(s, "gives another decision %s:\n%+v\n%+v", when, a, b)
	}
}

// normal makes no difference between no and an empty list.
func normal(d pythia.Decision) pythia.Decision {
	if len(d.Enable) == 0 {
		d.Enable = nil
	}
	return d
}

func checkStateUnchanged(c *conformance) {
	strategy := c.newStrategy()
	for seed := range uint64(conformanceStates) {
		s, before := newConformanceState(seed), newConformanceState(seed)
		c.await(strategy, s)
		if s.space.observed.Load() {
			c.broken(s, "calls Observe of the search space, which must only be read")
		}
		s.Space, before.Space = nil, nil
		was, is := reflect.ValueOf(before.State), reflect.ValueOf(s.State)
		for i := range was.NumField() {
			if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
				c.broken(before, "changes the State's %s", was.Type().Field(i).Name)
			}
		}
	}
}

func checkConcurrentDecisions(c *conformance) {
	strategy := c.newStrategy()
	for seed := range uint64(conformanceStates / 10) {
		s := newConformanceState(seed)
		first := c.next(c.newStrategy(), s)
		answers := make([]answer, 8)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = ask(strategy, s) })
		}
		wg.Wait()
		for _, a := range answers {
			c.check(s, a)
			c.same(s, "when asked at the same time", first, a.decision)
		}
	}
}
