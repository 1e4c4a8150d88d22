package tracepointtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func ExampleConformance() {
	// In a test of your controller's package:
	_ = func(t *testing.T) {
		tracepointtest.Conformance(t, func(t *testing.T) pythia.TracePointController {
			return &switches{on: map[pythia.TracePointID]bool{{Scope: "cart", Name: "add"}: false}}
		})
	}
}

func ExampleRecorder() {
	add := pythia.TracePointID{Scope: "cart", Name: "add"}
	recorder := tracepointtest.NewRecorder(pythia.TracePoint{ID: add, Description: "puts an item into the cart"})
	fmt.Println(recorder.Enable(context.Background(), add), recorder.On(add))

	recorder.Fail(errors.New("the agent is away"), add)
	fmt.Println(recorder.Disable(context.Background(), add), recorder.On(add))
	for _, call := range recorder.Calls() {
		fmt.Println(call.Method, call.IDs)
	}
	// Output:
	// <nil> true
	// pythia: trace point "cart add": the agent is away true
	// Enable [cart add]
	// Disable [cart add]
}
