package osprofiler_test

import (
	"fmt"

	"github.com/pythia-trace/pythia/adapters/osprofiler"
)

func Example() {
	const record = `{"base_id":"b1","type":"image_list","points":[
	{"name":"wsgi-start","base_id":"b1","trace_id":"s1","parent_id":"b1","timestamp":"2026-11-23T01:01:10.250000",
	 "project":"glance","service":"api","info":{"request":{"method":"GET","path":"/v2/images"},"host":"ctl"}},
	{"name":"wsgi-stop","base_id":"b1","trace_id":"s1","parent_id":"b1","timestamp":"2026-11-23T01:01:10.300000",
	 "project":"glance","service":"api","info":{"host":"ctl"}}]}`

	var d osprofiler.Decoder
	r, err := d.Decode([]byte(record))
	if err != nil {
		fmt.Println(err)
		return
	}
	trace, err := r.Traces[0].Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	span := trace.Spans[0]
	fmt.Println(trace.RequestType, "-", span.Point, "-", span.DurationNanos()/1e6, "ms on", span.Process.Host)
	// Output: image_list - glance-api wsgi GET /v2/images - 50 ms on ctl
}
