package pythia_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/localize"
)

const ms = 1_000_000 // nanoseconds

func ExampleNewTrace() {
	shop := func(name string) pythia.TracePointID { return pythia.TracePointID{Scope: "shop", Name: name} }
	trace, err := pythia.NewTrace("4bf92f35", []pythia.Span{
		{ID: "2", ParentID: "1", Point: shop("SELECT"), StartNanos: 2 * ms, EndNanos: 5 * ms},
		{ID: "1", Point: shop("GET /cart/42"), StartNanos: 0, EndNanos: 9 * ms},
		{ID: "3", ParentID: "lost", Point: shop("render"), StartNanos: 6 * ms, EndNanos: 8 * ms},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(trace.RequestType)
	for i, s := range trace.Spans {
		fmt.Println(s.Point, "has parent", trace.Parent(i))
	}
	fmt.Println(trace.Repairs.ByName())
	// Output:
	// shop GET /cart/{id}
	// shop GET /cart/42 has parent -1
	// shop SELECT has parent 0
	// shop render has parent -1
	// map[missing_parent:1 several_roots:1]
}

func ExampleTrace_CriticalPath() {
	point := func(name string) pythia.TracePointID { return pythia.TracePointID{Name: name} }
	trace, err := pythia.NewTrace("4bf92f35", []pythia.Span{
		{ID: "1", Point: point("GET /cart"), StartNanos: 0, EndNanos: 100 * ms},
		{ID: "2", ParentID: "1", Point: point("prices"), StartNanos: 10 * ms, EndNanos: 40 * ms},
		{ID: "3", ParentID: "1", Point: point("stock"), StartNanos: 10 * ms, EndNanos: 90 * ms},  // prices are ready long before
		{ID: "4", ParentID: "1", Point: point("audit"), StartNanos: 95 * ms, EndNanos: 120 * ms}, // nobody waits for it
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, measure := range []pythia.Measure{pythia.UntilAnswered, pythia.UntilWorkDone} {
		fmt.Println(measure)
		for _, s := range trace.CriticalPath(measure) {
			fmt.Printf("  %3d ms %s\n", s.Nanos()/ms, trace.Spans[s.Owner].Point)
		}
	}
	// Output:
	// answered
	//    10 ms GET /cart
	//    80 ms stock
	//     5 ms GET /cart
	//     5 ms audit
	// work_done
	//    10 ms GET /cart
	//    80 ms stock
	//     5 ms GET /cart
	//    25 ms audit
}

func ExampleEngine() {
	config, err := defaults.Config(pythia.UntilAnswered)
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := pythia.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 200 {
		engine.Observe(order(i, 0)) // from a reader, such as those in adapters
	}
	report, err := engine.Report(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	best := report.Findings[0]
	fmt.Println("what: ", best.Group.RequestType)
	fmt.Println("where:", best.Location)
	fmt.Printf("share: %.0f %%\n", 100*best.VarianceShare)
	fmt.Println("why:  ", best.Explanations[0].Variable)
	// Output:
	// what:  shop POST /order
	// where: stock, "reserve"
	// share: 100 %
	// why:   stock reserve: queue.length
}

// byTenant expects the requests of one tenant to perform alike, and leaves out health checks.
type byTenant struct{}

func (byTenant) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	root := &t.Spans[t.Roots()[0]]
	if root.Point.Name == "GET /health" {
		return "", false
	}
	tenant, _ := root.Attr("tenant")
	return pythia.NewGroupKey(tenant.String(), t.RequestType), true
}

func ExampleGrouper() {
	var grouper pythia.Grouper = byTenant{}
	for _, name := range []string{"GET /cart", "GET /health"} {
		trace, err := pythia.NewTrace("4bf92f35", []pythia.Span{
			{ID: "1", Point: pythia.TracePointID{Name: name}, EndNanos: 5 * ms, Attrs: pythia.AttrsOf(pythia.String("tenant", "acme"))},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		key, ok := grouper.Group(trace)
		fmt.Printf("%q %v\n", key.String(), ok)
	}
	// Output:
	// "acme | GET /cart" true
	// "" false
}

// spread scores a sample by the distance between its extremes, in seconds: 0 for equal values and for fewer than two.
type spread struct{}

func (spread) Name() string { return "spread" }

func (spread) Score(seconds []float64) float64 {
	if len(seconds) < 2 {
		return 0
	}
	return slices.Max(seconds) - slices.Min(seconds)
}

func ExampleVariationMetric() {
	localizer, err := localize.New(localize.Config{Metrics: []localize.Threshold{{Metric: spread{}, Acceptable: 0.005}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 10 {
		trace, err := pythia.NewTrace(fmt.Sprint(i), []pythia.Span{{ID: "1", EndNanos: int64(10+i) * ms}})
		if err != nil {
			fmt.Println(err)
			return
		}
		localizer.Observe("requests", trace)
	}
	groups, _, err := localizer.Localize(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, score := range groups[0].Scores {
		fmt.Printf("%s %.3f\n", score.Metric, score.Value)
	}
	// Output:
	// spread 0.009
}

// slowestService explains a finding by nothing but its location; a real one would look at the sample.
type slowestService struct{}

func (slowestService) Explain(f *pythia.Finding) ([]pythia.Explanation, error) {
	return []pythia.Explanation{{Variable: "owner of " + f.Location.Point.Scope, Strength: 1}}, nil
}

func ExampleExplainer() {
	var explainer pythia.Explainer = slowestService{}
	found, err := explainer.Explain(&pythia.Finding{Location: pythia.Location{Point: pythia.TracePointID{Scope: "cart", Name: "Get"}}})
	fmt.Println(found[0].Variable, err)
	// Output:
	// owner of cart <nil>
}

// slowest finds nothing but the longest request of each group.
type slowest struct{ longest map[pythia.GroupKey]int64 }

func (s *slowest) New() pythia.Localizer   { return &slowest{make(map[pythia.GroupKey]int64)} }
func (s *slowest) Measure() pythia.Measure { return pythia.UntilWorkDone }

func (s *slowest) Observe(key pythia.GroupKey, t *pythia.Trace) {
	start, end := t.Interval(s.Measure())
	s.longest[key] = max(s.longest[key], end-start)
}

func (s *slowest) Merge(other pythia.Localizer) error {
	for key, longest := range other.(*slowest).longest {
		s.longest[key] = max(s.longest[key], longest)
	}
	return nil
}

func (s *slowest) Localize(context.Context, pythia.Localizer) (groups []*pythia.Group, findings []*pythia.Finding, err error) {
	for _, key := range slices.Sorted(maps.Keys(s.longest)) {
		g := &pythia.Group{Key: key, P99Seconds: float64(s.longest[key]) / 1e9}
		groups = append(groups, g)
		findings = append(findings, &pythia.Finding{Rank: len(findings) + 1, Group: g, Reason: pythia.ReasonConsistentlySlow})
	}
	return groups, findings, nil
}

func ExampleLocalizer() {
	engine, err := pythia.New(pythia.Config{Grouper: grouping.ByRequestType{}, Localizer: &slowest{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, millis := range []int64{3, 9, 5} {
		trace, err := pythia.NewTrace(fmt.Sprint(i), []pythia.Span{{ID: "1", Point: pythia.TracePointID{Name: "poll"}, EndNanos: millis * ms}})
		if err != nil {
			fmt.Println(err)
			return
		}
		engine.Observe(trace)
	}
	report, err := engine.Report(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: at most %.0f ms\n", report.Findings[0].Group.Key, 1000*report.Findings[0].Group.P99Seconds)
	// Output:
	// poll: at most 9 ms
}
