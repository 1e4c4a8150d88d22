package localize

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

var callees = []string{"cart", "mail", "stock", "users"}

// calling makes workflows of a service that calls several others, the way to each taking what network says.
func calling(caller string, network func(callee string) float64) func(*workflow) {
	return func(w *workflow) {
		w.span(pythia.KindServer, caller, "handle", func() {
			for _, c := range callees {
				w.call(caller, c, "serve", network(c), func() { w.work(3) })
			}
		})
	}
}

// The way to all callees varies alike: it is the caller that is slow to send and receive.
func TestSlowCallerIsBlamed(t *testing.T) {
	rng := seeded(1)
	_, found := findings(t, Config{}, 300, calling("front", func(string) float64 { return 2 + 20*rng.ExpFloat64() }))
	require.NotEmpty(t, found)
	require.Equal(t, pythia.LocationSpan, found[0].Location.Kind, "%v", placesOf(found))
	require.Equal(t, point("front", "handle"), found[0].Location.Point)
	require.Equal(t, []pythia.TracePointID{point("front", "handle")}, found[0].Location.Stack)
}

func TestSlowCalleeIsBlamed(t *testing.T) {
	for i, slow := range callees {
		rng := seeded(uint64(i))
		_, found := findings(t, Config{}, 300, calling("front", slowWayTo(slow, rng)))
		require.NotEmpty(t, found)
		require.Equal(t, pythia.LocationCall, found[0].Location.Kind, "%v", placesOf(found))
		require.Equal(t, slow, found[0].Location.Callee)
	}
}

func slowWayTo(slow string, rng *rand.Rand) func(string) float64 {
	return func(callee string) float64 {
		if callee == slow {
			return 2 + 20*rng.ExpFloat64()
		}
		return 2 + rng.Float64()
	}
}

// A service that calls fewer than three others is not blamed for what a single call says.
func TestCallerOfFewIsNotBlamed(t *testing.T) {
	rng := seeded(2)
	_, found := findings(t, Config{}, 300, func(w *workflow) {
		w.in("front", "handle", func() {
			for _, c := range callees[:2] {
				w.call("front", c, "serve", 20*rng.ExpFloat64(), func() { w.work(1) })
			}
		})
	})
	for _, f := range found {
		require.Equal(t, pythia.LocationCall, f.Location.Kind, "%v", placesOf(found))
	}
}

// One service is slow to be reached whoever calls it: the calls to it come first, before anything of the callers.
func TestCalleeSlowForAllIsBlamed(t *testing.T) {
	rng := seeded(3)
	v := localizer(t, Config{})
	for i := range 600 {
		w := begin(i)
		calling(fmt.Sprintf("front-%d", i%3), slowWayTo("stock", rng))(w)
		observe(v, w.trace())
	}
	groups, found := localize(t, v)
	require.Len(t, groups, 3)
	require.NotEmpty(t, found)
	require.Equal(t, pythia.LocationCall, found[0].Location.Kind, "%v", placesOf(found))
	require.Equal(t, "stock", found[0].Location.Callee)
}

// The same operation is slow in three groups: one finding, whose stake is that of all.
func TestPlaceOfSeveralGroups(t *testing.T) {
	rng := seeded(4)
	v := localizer(t, Config{})
	for i := range 600 {
		w := begin(i)
		w.in(fmt.Sprintf("front-%d", i%3), "handle", func() {
			w.call(fmt.Sprintf("front-%d", i%3), "stock", "serve", 2, func() { w.work(20 * rng.ExpFloat64()) })
		})
		observe(v, w.trace())
	}
	groups, found := localize(t, v)
	require.Len(t, found, 1)
	require.Equal(t, point("stock", "serve"), found[0].Location.Point)
	require.Equal(t, 3, found[0].Groups)
	require.Less(t, found[0].Significance.Adjusted, 1e-6) // not NaN either
	stake := 0.0
	for _, g := range groups {
		stake += g.StakeSeconds()
	}
	require.InEpsilon(t, stake, found[0].StakeSeconds, 0.4, "half of it comes from batches, which scatter")
}
