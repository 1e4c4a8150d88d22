package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

func TestTakeCensus(t *testing.T) {
	traces := []*pythia.Trace{
		buy(t, "1", 0), nil, {}, buy(t, "2", 0),
		traceOf(t, "3", spanAt("shop look", "", 0, 90), spanAt("bank check", "look", 10, 20)),
	}
	counts := func(c *replay.Census) []int {
		return []int{c.Requests, c.Contexts, c.Points, c.AlwaysOnContexts, c.AlwaysOnPoints}
	}
	all := replay.TakeCensus(traces, "", nil)
	require.Equal(t, []int{3, 6, 5, 5, 4}, counts(all), "where it is always on below bank pay, bank check is at shop look, too")
	require.Equal(t, 3, all.At(map[pythia.TracePointID]bool{at("bank check"): true, at("shop cart"): true, at("shop buy"): false, at("no where"): true}))
	require.Equal(t, []int{2, 4, 4, 3, 3}, counts(replay.TakeCensus(traces, "shop buy", nil)), "entry points are those of all traces")
	asked := make(map[pythia.TracePointID]int)
	some := replay.TakeCensus(traces, "shop buy", func(id pythia.TracePointID) bool {
		asked[id]++
		return id == at("shop cart")
	})
	require.Equal(t, []int{2, 4, 4, 1, 1}, counts(some))
	for id, n := range asked {
		require.Equal(t, 1, n, "%v: asked once", id)
	}
	require.Equal(t, []int{0, 0, 0, 0, 0}, counts(replay.TakeCensus(nil, "", nil)))
}
