package strategy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/strategy"
)

// TestNumbersThatAreNone: a search space can be anybody's.
func TestNumbersThatAreNone(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, 1e-320, 0.5, 1, 1e200, math.MaxFloat64, -math.MaxFloat64}
	points := strings.Fields(shopPoints)
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 2))
		number := func(usual float64) float64 {
			if r.IntN(3) > 0 {
				return usual
			}
			return odd[r.IntN(len(odd))]
		}
		made := space(t, known)
		for _, nodes := range made.children {
			for i := range nodes {
				n := &nodes[i]
				n.MeanSeconds, n.StdDevSeconds, n.CallerShare = number(n.MeanSeconds), number(n.StdDevSeconds), number(n.CallerShare)
				n.Workflows, n.Spans = n.Workflows*int64(r.IntN(5)-1), n.Spans*int64(r.IntN(4)-1)
			}
		}
		s := state(made, knownPoints)
		t0 := &s.Targets[0]
		t0.RequestsPerSecond = number(1)
		t0.SpansPerRequest = map[pythia.TracePointID]float64{point(points[r.IntN(len(points))]): number(1)}
		f := t0.Finding
		if f.VarianceShare, f.TimeShare = number(1), number(1); r.IntN(2) == 0 {
			f.Reason = pythia.ReasonConsistentlySlow
		}
		f.Group = &pythia.Group{StdDevSeconds: number(10e-3), MeanSeconds: number(100e-3)}
		for _, one := range []pythia.SearchStrategy{strategy.Evidence{}, strategy.Bandit{}} {
			d := next(t, one, s)
			require.Equal(t, fmt.Sprint(d), fmt.Sprint(next(t, one, s)), "%T", one) // NaN would not equal itself
			for _, p := range d.Enable {
				said, _, _ := strings.Cut(p.Why, "(") // and not what the space says
				require.NotContains(t, said, "NaN")
				require.NotContains(t, said, "Inf")
			}
		}
		f.Group = nil
		require.NotEmpty(t, names(t, strategy.Evidence{}, s), "seed %d: numbers that are none hide nothing", seed)
		require.NotEmpty(t, names(t, strategy.Bandit{}, s), "seed %d", seed)
	}
}
