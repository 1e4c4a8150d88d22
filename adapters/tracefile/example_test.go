package tracefile_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
)

func ExampleRead() {
	stdin := strings.NewReader(`{"traceID":"7f2","spans":[{"spanID":"a","operationName":"GET /cart","startTime":1700000000000000,"duration":25000}]}
not a trace
{"traceID":"7f3","spans":[{"spanID":"a","operationName":"GET /cart","startTime":1700000001000000,"duration":15000}]}
`)
	var nanos atomic.Int64
	stats, err := tracefile.Read(context.Background(), []string{"-"}, tracefile.Options{Stdin: stdin}, func(_ int, t *pythia.Trace) {
		start, end := t.Interval(pythia.UntilWorkDone)
		nanos.Add(end - start)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stats.Traces, "traces,", nanos.Load()/1e6, "ms")
	for _, p := range stats.Problems {
		fmt.Println(p)
	}
	// Output:
	// 2 traces, 40 ms
	// -:2: not valid JSON: invalid character 'o' in literal null (expecting 'u')
}
