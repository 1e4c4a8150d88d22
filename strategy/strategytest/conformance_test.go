package strategytest_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// anyOne is somebody's own strategy: the first free point inside each edge.
type anyOne struct{}

func (anyOne) Next(s *pythia.State) (pythia.Decision, error) {
	var first []pythia.Proposal
	for i, t := range s.Targets {
		if s.Space == nil {
			break
		}
		l := t.Finding.Location
		for _, n := range s.Space.Inside(l.Stack, l.From, l.To) {
			if p := (pythia.Proposal{Target: i, Node: n, Why: "it is the first"}); s.Free(p) {
				first = append(first, p)
				break
			}
		}
	}
	return s.Take(first), nil
}

func TestConformanceOfOwnStrategy(t *testing.T) {
	strategytest.Conformance(t, func() pythia.SearchStrategy { return anyOne{} })
}

// careless keeps all rules but one.
type careless struct {
	rule  string
	calls atomic.Int64
}

// brokenRules are the rules that careless can break, each with what the kit says about it.
var brokenRules = map[string]string{
	"unknown":    "which no controller has",
	"always on":  "which is always on",
	"on":         "which is on for requests",
	"tried":      "which was tried for requests",
	"twice":      "twice for requests",
	"budget":     "goes beyond the budget",
	"no target":  "proposes something for target",
	"reason":     "gives no reason",
	"left out":   "leaves out -1 candidates",
	"error":      "returns an error",
	"panic":      "panics: no luck",
	"missing":    "with no space",
	"remembers":  "gives another decision when asked again",
	"instance":   "gives another decision from another instance",
	"chance":     "gives another decision",
	"sorts":      "changes the State's Targets",
	"spends":     "changes the State's Room",
	"finding":    "changes the State's Targets",
	"observes":   "calls Observe",
	"quadratic":  "takes more than",
	"never ends": "takes more than 5s",
}

var instances atomic.Int64

func (c *careless) Next(s *pythia.State) (d pythia.Decision, err error) {
	calls := c.calls.Add(1)
	defer func() {
		switch c.rule {
		case "left out":
			d.LeftOut = -1
		case "remembers":
			if calls%2 == 0 {
				d = pythia.Decision{}
			}
		case "chance":
			rand.Shuffle(len(d.Enable), func(i, k int) { d.Enable[i], d.Enable[k] = d.Enable[k], d.Enable[i] })
		}
	}()
	switch c.rule {
	case "error":
		return d, errors.New("no")
	case "panic":
		panic("no luck")
	case "never ends":
		select {}
	}
	candidates := c.candidates(s)
	c.meddle(s, candidates)
	return c.take(s, candidates), nil
}

func (c *careless) candidates(s *pythia.State) (all []pythia.Proposal) {
	for i, t := range s.Targets {
		if s.Space == nil && c.rule != "missing" {
			continue
		}
		l := t.Finding.Location
		for _, n := range s.Space.Inside(l.Stack, l.From, l.To) {
			p := pythia.Proposal{Target: i, Node: n, Why: "it is inside"}
			if c.rule == "reason" {
				p.Why = ""
			}
			if c.rule == "quadratic" && slices.ContainsFunc(all, func(q pythia.Proposal) bool { return q == p }) {
				continue
			}
			all = append(all, p)
		}
	}
	return all
}

// meddle changes what is not the strategy's.
func (c *careless) meddle(s *pythia.State, candidates []pythia.Proposal) {
	switch c.rule {
	case "sorts":
		slices.SortFunc(s.Targets, func(a, b pythia.Target) int { return strings.Compare(b.RequestType, a.RequestType) })
	case "spends":
		s.Room.Points -= len(candidates)
	case "finding":
		for _, t := range s.Targets {
			t.Finding.Rank++
		}
	case "observes":
		if s.Space != nil {
			s.Space.Observe(nil)
		}
	}
}

func (c *careless) take(s *pythia.State, candidates []pythia.Proposal) (d pythia.Decision) {
	lenient := *s
	switch c.rule {
	case "budget":
		lenient.Room.Points, lenient.Room.CPU = 1000, 1000
	case "always on", "on":
		lenient.Points = slices.Clone(s.Points)
		for i := range lenient.Points {
			p := &lenient.Points[i]
			p.AlwaysOn = p.AlwaysOn && c.rule == "on"
			if c.rule == "on" {
				p.On = nil
			}
		}
	case "tried":
		lenient.Targets = slices.Clone(s.Targets)
		for i := range lenient.Targets {
			lenient.Targets[i].Tried = nil
		}
	case "unknown":
		for _, p := range candidates {
			if _, known := s.Point(p.Node.Point); !known {
				d.Enable = append(d.Enable, p)
			}
		}
		return d
	case "instance":
		if c.calls.CompareAndSwap(1, instances.Add(1)*2) && c.calls.Load()%4 == 0 {
			return d
		}
	}
	d = lenient.Take(candidates)
	switch c.rule {
	case "twice":
		if len(d.Enable) > 0 {
			d.Enable = append(d.Enable, d.Enable[0])
		}
	case "no target":
		for i := range d.Enable {
			d.Enable[i].Target = len(s.Targets)
		}
	}
	return d
}

const brokenRuleVariable = "STRATEGYTEST_BROKEN_RULE"

// TestBrokenRule fails, in the child processes of TestConformanceFindsBrokenRules.
func TestBrokenRule(t *testing.T) {
	rule, ok := os.LookupEnv(brokenRuleVariable)
	if !ok {
		return // it is for the child processes of TestConformanceFindsBrokenRules
	}
	strategytest.Conformance(t, func() pythia.SearchStrategy { return &careless{rule: rule} })
}

func TestConformanceFindsBrokenRules(t *testing.T) {
	said := map[string]string{"": ""}
	for rule, text := range brokenRules {
		said[rule] = text
	}
	for rule, text := range said {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			child := exec.Command(os.Args[0], "-test.run=^TestBrokenRule$", "-test.failfast")
			child.Env = append(os.Environ(), brokenRuleVariable+"="+rule)
			out, err := child.CombinedOutput()
			if rule == "" {
				require.NoError(t, err, "%s", out)
				return
			}
			require.Error(t, err, "the kit misses %q", rule)
			require.Contains(t, string(out), "--- FAIL: TestBrokenRule")
			require.Contains(t, string(out), text, "%q: %.3000s", rule, out)
			require.NotContains(t, string(out), "[recovered]", "%q: %.3000s", rule, out)
		})
	}
}
