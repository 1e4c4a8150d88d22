package replay_test

import (
	"context"
	"fmt"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
)

// recordings makes 200 fully instrumented requests, ten per second. In two of three, pick takes 60 ms longer.
func recordings() []*pythia.Trace {
	var traces []*pythia.Trace
	for i := range int64(200) {
		start, pick := 1_700_000_000_000+100*i, 5+i*i%7
		if i%3 > 0 {
			pick += 60
		}
		span := func(id, parent, scope string, from, to int64) pythia.Span {
			return pythia.Span{
				ID: id, ParentID: parent, Point: pythia.TracePointID{Scope: scope, Name: id}, StartNanos: (start + from) * 1e6, EndNanos: (start + to) * 1e6,
			}
		}
		t, err := pythia.NewTrace(fmt.Sprint("request ", i), []pythia.Span{
			span("checkout", "", "shop", 0, 30+pick), span("reserve", "checkout", "shop", 2, 22+pick), span("pay", "checkout", "shop", 23+pick, 29+pick),
			span("validate", "reserve", "shop", 3, 8), span("pick", "reserve", "shop", 10, 20+pick),
		})
		if err != nil {
			panic(err)
		}
		traces = append(traces, t)
	}
	return traces
}

// An Engine beside a replayed application, as it would run beside a live one.
func ExampleApplication() {
	application, err := replay.New(replay.Config{Traces: recordings(), Seed: 1})
	if err != nil {
		panic(err)
	}
	config, err := defaults.Live(application) // the controller of its trace points
	if err != nil {
		panic(err)
	}
	config.Loop.Now = application.Now
	engine, err := pythia.New(config)
	if err != nil {
		panic(err)
	}
	for step, ended := time.Duration(1), false; !ended; step++ {
		for range 100 { // 10 s of requests, the time between steps
			if t := application.Next(); t != nil {
				engine.Observe(t)
			}
		}
		cycle, err := engine.Step(context.Background())
		if err != nil {
			panic(err)
		}
		for _, s := range cycle.Enabled {
			fmt.Println("on:", s.Point)
		}
		for _, d := range cycle.Concluded {
			fmt.Println(d.RequestType, "varies because of", d.Findings[0].Location)
			ended = true
		}
	}
	// Output:
	// on: shop reserve
	// on: shop pay
	// on: shop pick
	// on: shop validate
	// shop checkout varies because of shop, "pick"
}

// A search for a known place, and what it took.
func ExampleTrial() {
	traces := recordings()
	application, err := replay.New(replay.Config{Traces: traces, Seed: 1})
	if err != nil {
		panic(err)
	}
	config, err := defaults.Config(pythia.UntilAnswered)
	if err != nil {
		panic(err)
	}
	truth, err := replay.FindTruth(context.Background(), config, traces)
	if err != nil {
		panic(err)
	}
	space := new(searchspace.CCT) // what a profile of 30 requests would have seen
	for _, t := range replay.Sample(traces, 30, 1) {
		space.Observe(t)
	}
	config.Loop.Space, config.Loop.Strategy = space, strategy.TopDown{}
	result, err := replay.Trial{Application: application, Engine: config, Truth: truth}.Run(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println("to be found:", truth)
	fmt.Printf("found: %v, after %d cycles of %d requests\n", result.Found, result.Cycles, application.Len())
	fmt.Printf("on at some time: %d of %d contexts, %d of them astray\n", result.Enabled, result.Contexts, result.Astray)
	fmt.Printf("on at the end: %d\n", result.StillOn)
	// Output:
	// to be found: shop, "pick"
	// found: true, after 4 cycles of 200 requests
	// on at some time: 4 of 5 contexts, 2 of them astray
	// on at the end: 1
}
