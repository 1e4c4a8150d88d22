package jaeger_test

import (
	"fmt"

	"github.com/pythia-trace/pythia/adapters/jaeger"
)

func Example() {
	const answer = `{"data":[{"traceID":"7f2","processes":{"p1":{"serviceName":"cart","tags":[]}},"spans":[
	{"traceID":"7f2","spanID":"a","operationName":"GET /cart","startTime":1700000000000000,"duration":25000,"processID":"p1"}]}]}`

	var d jaeger.Decoder
	r, err := d.Decode([]byte(answer))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Traces[0].Spans {
		fmt.Println(s.Point, s.DurationNanos()/1e6, "ms")
	}
	// Output: cart GET /cart 25 ms
}
