package localize_test

import (
	"context"
	"fmt"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/localize"
)

// checkout is a workflow of three steps, of which the payment sometimes takes long.
func checkout(i int) *pythia.Trace {
	ms := func(n int) int64 { return int64(n) * int64(time.Millisecond) }
	payment := 20
	if i%4 == 0 {
		payment = 120 + i%7
	}
	start := int64(i) * int64(time.Second)
	end := start + ms(15+payment+i%3)
	trace, err := pythia.NewTrace(fmt.Sprintf("trace-%d", i), []pythia.Span{
		{ID: "1", Point: pythia.TracePointID{Scope: "shop", Name: "checkout"}, StartNanos: start, EndNanos: end},
		{ID: "2", ParentID: "1", Point: pythia.TracePointID{Scope: "shop", Name: "reserve"}, StartNanos: start, EndNanos: start + ms(10+i%3)},
		{ID: "3", ParentID: "1", Point: pythia.TracePointID{Scope: "shop", Name: "pay"}, StartNanos: start + ms(10+i%3), EndNanos: end - ms(5)},
	})
	if err != nil {
		panic(err)
	}
	return trace
}

func ExampleVariance() {
	localizer, err := localize.New(localize.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 200 {
		t := checkout(i)
		localizer.Observe(pythia.NewGroupKey(t.RequestType), t)
	}
	groups, findings, err := localizer.Localize(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range groups {
		fmt.Printf("%s: %d requests, mean %.0f ms, standard deviation %.0f ms, %d modes\n",
			g.Key, g.Traces, 1000*g.MeanSeconds, 1000*g.StdDevSeconds, len(g.Modes))
	}
	for _, f := range findings {
		fmt.Printf("%d. %s (%s) carries %.0f %% of the variance\n", f.Rank, f.Location, f.Reason, 100*f.VarianceShare)
	}
	// Output:
	// shop checkout: 200 requests, mean 62 ms, standard deviation 45 ms, 2 modes
	// 1. shop, "pay" (multimodal) carries 100 % of the variance
}

// Two workers see half of the workflows each; merged they say what one would have said.
func ExampleVariance_Merge() {
	first, err := localize.New(localize.Config{SampleSize: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	second := first.New()
	for i := range 200 {
		worker := []pythia.Localizer{first, second}[i%2]
		worker.Observe("checkout", checkout(i))
	}
	if err := first.Merge(second); err != nil {
		fmt.Println(err)
		return
	}
	groups, _, err := first.Localize(context.Background(), nil)
	fmt.Println(groups[0].Traces, err)
	// Output: 200 <nil>
}

// What was seen before a restart counts afterwards.
func ExampleVariance_MarshalBinary() {
	before, err := localize.New(localize.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 100 {
		before.Observe("checkout", checkout(i))
	}
	data, err := before.MarshalBinary()
	if err != nil {
		fmt.Println(err)
		return
	}
	after := before.New().(*localize.Variance) // or of the same Config, in the next process
	if err := after.UnmarshalBinary(data); err != nil {
		fmt.Println(err)
		return
	}
	for i := range 100 {
		after.Observe("checkout", checkout(100+i))
	}
	groups, _, err := after.Localize(context.Background(), nil)
	fmt.Println(groups[0].Traces, err)
	// Output: 200 <nil>
}

func ExampleNew() {
	_, err := localize.New(localize.Config{NegligibleStdDev: 5 * time.Millisecond, FalseDiscoveryRate: 0.01})
	fmt.Println(err)
	_, err = localize.New(localize.Config{FalseDiscoveryRate: 5})
	fmt.Println(err)
	// Output:
	// <nil>
	// localize: FalseDiscoveryRate must lie in [0,1), not 5; leave it 0 for the default
}

func ExampleStdDev() {
	seconds := []float64{0.110, 0.130, 0.110, 0.130}
	fmt.Printf("%.3f s\n", localize.StdDev{}.Score(seconds))
	fmt.Printf("%.1f times what is acceptable\n", localize.StdDev{Acceptable: 5 * time.Millisecond}.Score(seconds))
	// Output:
	// 0.010 s
	// 2.0 times what is acceptable
}

func ExampleCoV() {
	fmt.Printf("%.2f\n", localize.CoV{}.Score([]float64{0.110, 0.130, 0.110, 0.130}))
	ticks := []float64{0, 0, 0, 0.000001} // one tick of a coarse clock
	fmt.Printf("%.3f\n", localize.CoV{}.Score(ticks))
	// Output:
	// 0.08
	// 0.004
}

func ExampleMultimodality() {
	cached := []float64{0.010, 0.011, 0.012, 0.013, 0.014, 0.015, 0.016, 0.017}
	missed := []float64{0.100, 0.101, 0.102, 0.103, 0.104, 0.105, 0.106, 0.107}
	fmt.Printf("%.2f\n", localize.Multimodality{}.Score(cached))
	fmt.Printf("%.2f\n", localize.Multimodality{}.Score(append(cached, missed...)))
	// Output:
	// 0.00
	// 1.00
}
