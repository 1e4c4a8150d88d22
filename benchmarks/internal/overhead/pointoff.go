package overhead

import (
	"context"
	"slices"
	"time"

	"github.com/pythia-trace/pythia/tracepoint"
)

// pointOff is what a point that is off takes, in seconds: by the same low quantile of short batches as the figures of package benchmarks, since what else
// the machine does can only make a batch slower.
func pointOff() float64 {
	const batches, batch = 1000, 400
	points := make([]*tracepoint.Point, spansPerRequest)
	for i := range points {
		points[i] = tracepoint.New("off", "")
	}
	ctx := context.Background()
	took := make([]time.Duration, batches)
	for i := range took {
		began := time.Now()
		for range batch {
			for _, p := range points {
				_, span := p.Start(ctx)
				span.End()
			}
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[batches/20].Seconds() / (batch * spansPerRequest)
}
