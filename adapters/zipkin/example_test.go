package zipkin_test

import (
	"fmt"

	"github.com/pythia-trace/pythia/adapters/zipkin"
)

func Example() {
	const spans = `[{"traceId":"86154a4ba6e91385","id":"4d1e00c0db9010db","name":"get /cart","kind":"SERVER",
	"timestamp":1700000000000000,"duration":25000,"localEndpoint":{"serviceName":"cart"}}]`

	var d zipkin.Decoder
	r, err := d.Decode([]byte(spans))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Traces[0].Spans {
		fmt.Println(s.Point, s.Kind, s.DurationNanos()/1e6, "ms")
	}
	// Output: cart get /cart server 25 ms
}
