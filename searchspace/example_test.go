package searchspace_test

import (
	"bytes"
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// checkout is a workflow: an order is validated, then stock is reserved under a lock, then the card is charged.
func checkout() *pythia.Trace {
	span := func(id, parent, scope, name string, startMillis, endMillis int64) pythia.Span {
		return pythia.Span{
			ID: id, ParentID: parent, Point: pythia.TracePointID{Scope: scope, Name: name},
			StartNanos: startMillis * 1e6, EndNanos: endMillis * 1e6,
		}
	}
	t, err := pythia.NewTrace("example", []pythia.Span{
		span("1", "", "shop", "POST /checkout", 0, 100),
		span("2", "1", "shop", "validate", 5, 10),
		span("3", "1", "stock", "Reserve", 15, 60),
		span("4", "3", "stock", "lock", 16, 50),
		span("5", "1", "bank", "Charge", 65, 95),
	})
	if err != nil {
		panic(err)
	}
	return t
}

func ExampleCCT() {
	var space searchspace.CCT
	space.Observe(checkout())

	root := space.Children(pythia.RootContext)[0]
	validated := pythia.Event{Point: pythia.TracePointID{Scope: "shop", Name: "validate"}, End: true}
	charging := pythia.Event{Point: pythia.TracePointID{Scope: "bank", Name: "Charge"}}
	for _, n := range space.Inside([]pythia.TracePointID{root.Point}, validated, charging) {
		fmt.Printf("%v, %.0f ms, leaf: %v\n", n.Point, n.MeanSeconds*1e3, n.Leaf)
		for _, below := range space.Children(n.Context) {
			fmt.Printf("  %v, %.0f ms, leaf: %v\n", below.Point, below.MeanSeconds*1e3, below.Leaf)
		}
	}
	// Output:
	// stock Reserve, 45 ms, leaf: false
	//   stock lock, 34 ms, leaf: true
}

func ExampleLoad() {
	var space searchspace.CCT
	space.Observe(checkout())
	var file bytes.Buffer
	if err := space.Save(&file); err != nil {
		fmt.Println(err)
		return
	}
	whole := file.Bytes()
	loaded, err := searchspace.Load(bytes.NewReader(whole))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loaded.Stats().Contexts, "contexts")

	_, err = searchspace.Load(bytes.NewReader(whole[:40]))
	fmt.Println(err)
	// Output:
	// 5 contexts
	// searchspace: loading a tree: it is cut short: the file is damaged or no search space; fall back on an older copy, or profile again
}

func ExampleCCT_Merge() {
	var monday, tuesday searchspace.CCT
	monday.Observe(checkout())
	tuesday.Observe(checkout())
	monday.Merge(&tuesday)
	fmt.Printf("%+v\n", monday.Stats())
	// Output: {Contexts:5 Points:5 Workflows:2 LeftOut:0 Full:0}
}

func ExampleFlat() {
	var space searchspace.Flat
	space.Observe(checkout())

	root := space.Children(pythia.RootContext)[0]
	validated := pythia.Event{Point: pythia.TracePointID{Scope: "shop", Name: "validate"}, End: true}
	charging := pythia.Event{Point: pythia.TracePointID{Scope: "bank", Name: "Charge"}}
	for _, n := range space.Inside([]pythia.TracePointID{root.Point}, validated, charging) {
		fmt.Println(n.Point)
	}
	// Output:
	// stock Reserve
	// stock lock
}
