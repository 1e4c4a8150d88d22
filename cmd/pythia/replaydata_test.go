package main

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/race"
	"github.com/pythia-trace/pythia/internal/testdata"
)

// TestReplayOpenStack: from the entry points of services to the place that the full traces name, with next to nothing on. In stock, that is a
// gap where nothing is instrumented.
func TestReplayOpenStack(t *testing.T) {
	recordings, seeds := []string{"stock", "rounds", "mixed"}, "5"
	if race.Enabled || testing.Short() {
		recordings, seeds = recordings[:1], "1"
	}
	for _, name := range recordings {
		t.Run(name, func(t *testing.T) {
			table := command("replay", "--seeds", seeds, "--format", "csv", "--strategy", "evidence", "--strategy", "top-down", "--strategy", "flat",
				testdata.Shared(t, "openstack", name+".points.jsonl.gz")).table(t)
			number := func(column string, row int) float64 {
				x, err := strconv.ParseFloat(table[column][row], 64)
				require.NoError(t, err, column)
				return x
			}
			const evidence = 0
			require.InDelta(t, 1, number("found", evidence), 0)
			require.LessOrEqual(t, number("cycles", evidence), 4.0)
			require.LessOrEqual(t, number("enabled_share", evidence), 0.08)
			for other := 1; other < len(table["found"]); other++ {
				require.Less(t, number("enabled", evidence), number("enabled", other), table["strategy"][other])
				require.GreaterOrEqual(t, number("found", evidence), number("found", other))
			}
		})
	}
}
