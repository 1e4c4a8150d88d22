package strategy_test

import (
	"testing"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name     string
		strategy pythia.SearchStrategy
	}{
		{"top-down", strategy.TopDown{}},
		{"flat", strategy.Flat{}},
		{"hybrid", strategy.Hybrid{}},
		{"historic", strategy.Historic{Most: 100}},
		{"exhaustive", strategy.Exhaustive{}},
		{"random", strategy.Random{}},
		{"bandit", strategy.Bandit{}},
		{"evidence", strategy.Evidence{}},
		{"own", longest{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			strategytest.Conformance(t, func() pythia.SearchStrategy { return c.strategy })
		})
	}
}
