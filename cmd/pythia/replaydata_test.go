package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/race"
	"github.com/pythia-trace/pythia/internal/testdata"
	"github.com/pythia-trace/pythia/replay"
)

// TestReplayOpenStack: from the entry points of services to the place that the full traces name, with next to nothing on, whatever the seed.
func TestReplayOpenStack(t *testing.T) {
	recordings, seeds := []string{"stock", "rounds", "mixed"}, 3
	if race.Enabled || testing.Short() {
		recordings, seeds = recordings[:1], 1
	}
	for _, name := range recordings {
		t.Run(name, func(t *testing.T) {
			rows := compareRecorded(t, name, seeds)
			for i, r := range rows[0].Results {
				require.True(t, r.Found, "seed %d", i+1)
				require.LessOrEqual(t, r.Cycles, 4)
				require.LessOrEqual(t, float64(r.Enabled), 0.08*float64(r.Contexts))
				for _, other := range rows[1:] {
					require.Less(t, r.Enabled, other.Results[i].Enabled, "%s, seed %d", other.Contender, i+1)
				}
				switch first := r.Diagnosis.Findings[0]; name {
				case "stock":
					requireNothingInstrumented(t, first)
				case "rounds":
					requireQueueLength(t, first)
				}
			}
		})
	}
}

// compareRecorded compares the strategy by evidence, the first row, with others on a recording of OpenStack, with the command's defaults.
func compareRecorded(t *testing.T, name string, seeds int) []replay.Row {
	in := source{ctx: t.Context(), stderr: new(strings.Builder)}
	traces, _, err := in.traces([]string{testdata.Shared(t, "openstack", name+".points.jsonl.gz")})
	require.NoError(t, err)
	var s replaySettings
	s.addFlags(pflag.NewFlagSet("replay", pflag.ContinueOnError)) // sets their defaults
	s.strategies, s.seeds = []string{"evidence", "top-down", "flat"}, seeds
	truth, err := s.findTruth(t.Context(), traces)
	require.NoError(t, err)
	rows, err := s.compare(in, replay.Comparison{Traces: traces, Truth: truth})
	require.NoError(t, err)
	return rows
}

// requireNothingInstrumented: in stock the semaphore has no span, and the search ends at the stretch in which it is waited for.
func requireNothingInstrumented(t *testing.T, f *pythia.Finding) {
	require.Equal(t, pythia.LocationGap, f.Location.Kind)
	require.Equal(t, "nova-compute", f.Location.Point.Scope)
	require.Contains(t, f.Location.String(), "nothing is instrumented in nova-compute")
}

// requireQueueLength: in rounds servers wait for none, one or two turns of three.
func requireQueueLength(t *testing.T, f *pythia.Finding) {
	require.NotEmpty(t, f.Explanations)
	require.Contains(t, f.Explanations[0].Variable, "build_semaphore.queue_length")
	require.Len(t, f.Explanations[0].Ranges, 3)
}
