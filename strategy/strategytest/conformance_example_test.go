package strategytest_test

import (
	"testing"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

func ExampleConformance() {
	// In a test of your strategy's package:
	_ = func(t *testing.T) {
		strategytest.Conformance(t, func() pythia.SearchStrategy { return anyOne{} })
	}
}
