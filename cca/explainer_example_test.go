package cca_test

import (
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/cca"
)

// How long requests take goes up in steps with the queue that they find; the host that serves them does not matter.
func ExampleExplainer() {
	sample := &pythia.Sample{}
	queue := pythia.Variable{Name: "db: queue_length"}
	host := pythia.Variable{Name: "db: host"}
	for i := range 60 {
		waiting := i * 7 % 5
		seconds := []float64{0.010, 0.060, 0.060, 0.210, 0.210}[waiting] + 0.001*float64(i%3)
		sample.PlaceSeconds = append(sample.PlaceSeconds, seconds)
		sample.TotalSeconds = append(sample.TotalSeconds, 0.100+seconds)
		sample.Mode = append(sample.Mode, 0)
		queue.Numbers = append(queue.Numbers, float64(waiting))
		host.Category = append(host.Category, []string{"db-1", "db-2", "db-3"}[i%3])
	}
	sample.Variables = []pythia.Variable{host, queue}

	explanations, err := cca.Explainer{}.Explain(&pythia.Finding{Group: &pythia.Group{}, Sample: sample})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range explanations {
		fmt.Printf("%s: strength %.2f, direction %+d, p %.3f\n", e.Variable, e.Strength, e.Direction, e.P)
		for _, r := range e.Ranges {
			fmt.Printf("  %.0f to %.0f: %.0f ms in %d requests\n", r.Low, r.High, 1000*r.Seconds, r.Traces)
		}
	}
	// Output:
	// db: queue_length: strength 0.93, direction +1, p 0.001
	//   0 to 0: 111 ms in 12 requests
	//   1 to 2: 161 ms in 24 requests
	//   3 to 4: 311 ms in 24 requests
}
