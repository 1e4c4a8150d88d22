package pythiatest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/pythiatest"
	"github.com/pythia-trace/pythia/render"
)

// What a test says: requests perform alike.
func Example() {
	var t *testing.T // the test's

	p := pythiatest.New(t, pythiatest.Config{})
	shop := startShop(t, p, slow) // instrumented with p.Provider("shop"), p.Propagator(), ...
	p.Run(shop.checkout)          // func(ctx context.Context, i int) error makes a request
	p.RequireSteady("POST /checkout")
}

// A test that plants a fault says what must be found.
func ExampleTrial_Diagnoses() {
	var t *testing.T // the test's

	p := pythiatest.New(t, pythiatest.Config{})
	p.Run(startShop(t, p, slow).checkout)
	diagnoses := p.Diagnoses()
	require.Len(t, diagnoses, 1)
	require.Contains(t, render.Line(diagnoses[0]), "cache.shard = 3 on inventory.Reserve")
}
