package searchspace_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// doubled has seen each workflow 2ⁿ times.
func doubled(n int, traces ...*pythia.Trace) *searchspace.CCT {
	c := new(searchspace.CCT)
	observe(c, traces...)
	for range n {
		c.Merge(c)
	}
	return c
}

// almostFull has seen each of two workflows 2²³ − 1 times, which is one workflow less than has room.
func almostFull(a, b *pythia.Trace) *searchspace.CCT {
	c := new(searchspace.CCT)
	for n := range 23 {
		c.Merge(doubled(n, a, b))
	}
	return c
}

func TestFullContexts(t *testing.T) {
	short, long := workflow(t, "api 0-100\n\tdb 0-50"), workflow(t, "api 0-200\n\tdb 0-100\n\t\tlock 0-50")
	c := almostFull(short, long)
	require.EqualValues(t, 1<<24-2, c.Find(stack("api"))[0].Workflows)
	require.InDelta(t, 0.5, share(t, c, "api", "db"), 1e-9)
	require.InDelta(t, 1, share(t, c, "api", "db", "lock"), 1e-9)
	c.Observe(long)
	require.Zero(t, c.Stats().Full)

	before := dump(c)
	observe(c, long, short)
	require.Equal(t, before[1:], dump(c)[1:])
	require.InDelta(t, before[0].CallerShare, share(t, c, "api"), 1e-6, "the workflow as a whole goes on, in which it is as if absent")
	require.EqualValues(t, 5, c.Stats().Full, "lock has room, but its caller has not")

	c.Observe(workflow(t, "api 0-150\n\tnew 0-30\n\t\tbelow 0-10\nother 200-300"))
	require.EqualValues(t, 6, c.Stats().Full, "new ones are counted")
	require.InDelta(t, 0, share(t, c, "api", "new"), 1e-6)
	for _, n := range dump(c) {
		require.False(t, math.IsNaN(n.MeanSeconds+n.StdDevSeconds+n.CallerShare), "%v", n.Point)
	}
	loaded, err := load(save(t, c))
	require.NoError(t, err)
	requireEqual(t, c, loaded)
}

// TestFullCallers are merged with what they call: of two trees with too many workflows together those of the larger one are kept, below, too.
func TestFullCallers(t *testing.T) {
	few := doubled(22, workflow(t, "api 0-100\n\tdb 0-10"), workflow(t, "api 0-200\n\tdb 0-110\n\tours 120-130"))
	few.Merge(doubled(20, workflow(t, "cron 0-10")))
	most := almostFull(workflow(t, "api 0-100\n\tdb 0-10"), workflow(t, "api 0-200\n\tdb 0-20\n\ttheirs 120-130"))
	for name, order := range map[string][2]*searchspace.CCT{"the larger one": {few, most}, "into the larger one": {most, few}} {
		var c searchspace.CCT
		c.Merge(order[0])
		c.Merge(order[1])
		require.EqualValues(t, 1<<24-2, c.Find(stack("api"))[0].Workflows, name)
		require.InDelta(t, 0.1, share(t, &c, "api", "db"), 1e-6, name)
		require.InDelta(t, 0.1, share(t, &c, "api", "theirs"), 1e-6, name)
		require.EqualValues(t, 1<<22, c.Find(stack("api", "ours"))[0].Workflows, name)
		require.EqualValues(t, 1<<20, c.Find(stack("cron"))[0].Workflows, name)
		require.EqualValues(t, 1<<24, c.Stats().Full, "api and db in 2²³ workflows: %s", name)
	}
}
