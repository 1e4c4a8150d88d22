package strategy_test

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
)

// checkout is the state of a shop whose "POST /checkout" was profiled twice and then found to vary, with room for two points.
func checkout() *pythia.State {
	in := func(name string) pythia.TracePointID { return pythia.TracePointID{Scope: "shop", Name: name} }
	var space searchspace.CCT
	for _, waitMillis := range []int64{5, 45} {
		span := func(id, parent, name string, startMillis, endMillis int64) pythia.Span {
			return pythia.Span{ID: id, ParentID: parent, Point: in(name), StartNanos: startMillis * 1e6, EndNanos: endMillis * 1e6}
		}
		t, err := pythia.NewTrace("example", []pythia.Span{
			span("1", "", "POST /checkout", 0, 100),
			span("2", "1", "validate", 5, 10),
			span("3", "1", "reserve", 15, 17+waitMillis),
			span("4", "3", "lock", 16, 16+waitMillis),
			span("5", "1", "charge", 65, 95),
		})
		if err != nil {
			panic(err)
		}
		space.Observe(t)
	}
	s := &pythia.State{Space: &space, Room: pythia.Cost{Points: 2, SpansPerSecond: 1000, BytesPerSecond: 1e6, CPU: 0.01}}
	for _, name := range []string{"charge", "lock", "reserve", "validate"} { // ordered
		s.Points = append(s.Points, pythia.PointState{TracePoint: pythia.TracePoint{ID: in(name)}})
	}
	root := in("POST /checkout")
	s.Targets = []pythia.Target{{
		RequestType: "POST /checkout", RequestsPerSecond: 20,
		Finding: &pythia.Finding{Reason: pythia.ReasonHighVariance, Location: pythia.Location{
			Kind: pythia.LocationSpan, Point: root, Stack: []pythia.TracePointID{root},
			From: pythia.Event{Point: root}, To: pythia.Event{Point: root, End: true},
		}},
	}}
	return s
}

func show(s pythia.SearchStrategy) {
	d, err := s.Next(checkout())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range d.Enable {
		fmt.Printf("%v: %s\n", p.Node.Point, p.Why)
	}
	fmt.Println("no room for", d.LeftOut)
}

func ExampleTopDown() {
	show(strategy.TopDown{})
	// Output:
	// shop reserve: inside "POST /checkout", varied most when profiled (sd 20 ms in 2 workflows)
	// shop validate: inside "POST /checkout", did not vary when profiled (sd 0 s in 2 workflows)
	// no room for 1
}

func ExampleFlat() {
	show(strategy.Flat{Split: 1})
	// Output:
	// shop lock: splits "POST /checkout" evenly: number 3 of 4 inside
	// no room for 0
}

// longest is a strategy of somebody's own: what takes longest inside the edge comes first.
type longest struct{}

func (longest) Next(s *pythia.State) (pythia.Decision, error) {
	var candidates []pythia.Proposal
	for i, t := range s.Targets {
		if s.Space == nil {
			break // nothing was profiled yet
		}
		edge := t.Finding.Location
		nodes := s.Space.Inside(edge.Stack, edge.From, edge.To)
		slices.SortStableFunc(nodes, func(a, b pythia.SearchNode) int { return cmp.Compare(b.MeanSeconds, a.MeanSeconds) })
		for _, n := range nodes {
			candidates = append(candidates, pythia.Proposal{Target: i, Node: n, Why: fmt.Sprintf("takes %.0f ms", n.MeanSeconds*1e3)})
		}
	}
	return s.Take(candidates), nil // leaves out what is on or was tried, and keeps to the budget
}

// A strategy is one method. Check yours by strategytest.Conformance.
func Example_ownStrategy() {
	show(longest{})
	// Output:
	// shop charge: takes 30 ms
	// shop reserve: takes 27 ms
	// no room for 1
}
