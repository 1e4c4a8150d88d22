package otlp_test

import (
	"fmt"

	"github.com/pythia-trace/pythia/adapters/otlp"
)

func Example() {
	const record = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},
	"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"GET /cart","kind":2,
	"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000025000000"}]}]}]}`

	var d otlp.Decoder
	r, err := d.DecodeJSON([]byte(record))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range r.Traces {
		for _, s := range t.Spans {
			fmt.Println(t.ID, s.Point, s.Kind, s.DurationNanos()/1e6, "ms")
		}
	}
	// Output: 5b8efff798038103d269b633813fc60c cart GET /cart server 25 ms
}
