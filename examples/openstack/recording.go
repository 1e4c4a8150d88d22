package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
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
		recorded = append(recorded, t)
	})
	if err == nil && len(stats.Problems) > 0 {
		err = fmt.Errorf("the recording is damaged: %s", stats.Problems[0])
	}
	return recorded, err
}

// ofQueue reports whether an attribute says something of the semaphore's queue. nova-compute notes that where a request comes in, too, at a point that is
// always on; here, it is recorded when Pythia asks for it only.
func ofQueue(_ pythia.TracePointID, key string) bool {
	return strings.HasPrefix(key, "build_semaphore.")
}
