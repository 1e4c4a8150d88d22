package grouping_test

import (
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/grouping"
)

// checkout makes a request that asks the payment service a number of times.
func checkout(tenant string, attempts int) *pythia.Trace {
	spans := []pythia.Span{{
		ID: "root", Point: pythia.TracePointID{Scope: "shop", Name: "POST /checkout"}, EndNanos: 100,
		Attrs: pythia.AttrsOf(pythia.String("tenant", tenant)),
	}}
	for i := range attempts {
		spans = append(spans, pythia.Span{
			ID: fmt.Sprint(i), ParentID: "root", Point: pythia.TracePointID{Scope: "payment", Name: "charge"},
			StartNanos: int64(10 * i), EndNanos: int64(10*i + 5),
		})
	}
	trace, err := pythia.NewTrace("4bf92f35", spans)
	if err != nil {
		panic(err)
	}
	return trace
}

func ExampleFinest() {
	once, _ := grouping.Finest{}.Group(checkout("acme", 1))
	retried, _ := grouping.Finest{}.Group(checkout("acme", 3))
	free, _ := grouping.Finest{}.Group(checkout("acme", 0))
	for _, level := range once.Levels() {
		fmt.Println(level)
	}
	fmt.Println("a retry makes a new group:", once != retried)
	fmt.Println("another service makes one:", once != free)
	fmt.Println("of the same type:", once.Truncate(1) == free.Truncate(1))
	// Output:
	// shop POST /checkout
	// services:2#ebbb18b47dd242b9
	// points:2#2d4ca2ea990a9840
	// a retry makes a new group: false
	// another service makes one: true
	// of the same type: true
}

func ExampleByAttribute() {
	byTenant := grouping.ByAttribute{Key: "tenant", Within: grouping.ByRequestType{}}
	for _, tenant := range []string{"acme", "globex"} {
		key, _ := byTenant.Group(checkout(tenant, 1))
		fmt.Println(key)
	}
	// Output:
	// shop POST /checkout tenant=acme
	// shop POST /checkout tenant=globex
}
