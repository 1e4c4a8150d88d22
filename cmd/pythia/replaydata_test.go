package main

import (
	"slices"
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
			comparison := recorded(t, name)
			comparison.Seeds = seeds
			rows, err := comparison.Run(t.Context())
			require.NoError(t, err)
			for i, r := range rows[0].Results {
				require.True(t, r.Found, "seed %d", i+1)
				require.LessOrEqual(t, cyclesToPlace(t, comparison, uint64(i)+1), 4, "seed %d", i+1)
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

// recorded is the comparison of the strategy by evidence, the first row, with others on a recording of OpenStack, with the command's defaults. What
// is known of the semaphore has to be asked for: else the entry point to nova-compute, where it is noted, too, would tell from the start.
func recorded(t *testing.T, name string) replay.Comparison {
	in := source{ctx: t.Context(), stderr: new(strings.Builder)}
	traces, _, err := in.traces([]string{testdata.Shared(t, "openstack", name+".points.jsonl.gz")})
	require.NoError(t, err)
	var s replaySettings
	s.addFlags(pflag.NewFlagSet("replay", pflag.ContinueOnError)) // sets their defaults
	truth, err := s.findTruth(t.Context(), traces)
	require.NoError(t, err)
	contenders, err := contenders([]string{"evidence", "top-down", "flat"})
	require.NoError(t, err)
	return replay.Comparison{
		Traces: traces, Truth: truth, Contenders: contenders, Engine: s.engine, ProfilePerType: s.profilePerType,
		Optional: func(_ pythia.TracePointID, key string) bool { return strings.HasPrefix(key, "build_semaphore.") },
	}
}

// cyclesToPlace is after how many cycles the strategy by evidence has the true place first. The search goes on from there, to explain it.
func cyclesToPlace(t *testing.T, c replay.Comparison, seed uint64) int {
	app, err := replay.New(replay.Config{Traces: c.Traces, Optional: c.Optional, Seed: seed})
	require.NoError(t, err)
	engine, err := c.Engine()
	require.NoError(t, err)
	engine.Loop.Seed, engine.Loop.Strategy = seed, c.Contenders[0].Strategy
	for _, profiled := range replay.Sample(c.Traces, c.ProfilePerType, seed) {
		engine.Loop.Space.Observe(profiled)
	}
	cycles, place := 0, 0
	trial := replay.Trial{Application: app, Engine: engine, Truth: c.Truth, OnCycle: func(cycle *pythia.Cycle) {
		cycles++
		for _, d := range slices.Concat(cycle.Searching, cycle.Concluded) {
			if place == 0 && d.RequestType == c.Truth.RequestType && c.Truth.Names(&d.Findings[0].Location) {
				place = cycles
			}
		}
	}}
	_, err = trial.Run(t.Context())
	require.NoError(t, err)
	require.NotZero(t, place)
	return place
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
