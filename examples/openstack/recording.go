package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
)

//go:embed rounds.points.jsonl.gz
var recording []byte

// load reads the recording.
func load(ctx context.Context) ([]*pythia.Trace, error) {
	var recorded []*pythia.Trace
	options := tracefile.Options{Workers: 1, Stdin: bytes.NewReader(recording)} // one worker keeps the order
	stats, err := tracefile.Read(ctx, []string{"-"}, options, func(_ int, t *pythia.Trace) {
		forgetQueue(t)
		recorded = append(recorded, t)
	})
	if err == nil && len(stats.Problems) > 0 {
		err = fmt.Errorf("the recording is damaged: %s", stats.Problems[0])
	}
	return recorded, err
}

// forgetQueue deletes what nova-compute noted of its semaphore where the request came in. That point is always on, with all that it records: Pythia would
// know the length of the queue before it asked. What the semaphore itself recorded is left.
func forgetQueue(t *pythia.Trace) {
	for i := range t.Spans {
		if s := &t.Spans[i]; s.Point.Name != "build_semaphore" {
			s.Attrs = slices.DeleteFunc(s.Attrs, func(a pythia.Attr) bool { return strings.HasPrefix(a.Key, "build_semaphore.") })
		}
	}
}
