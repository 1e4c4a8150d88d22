package localize

import (
	"cmp"
	"slices"

	"github.com/pythia-trace/pythia"
)

// rank orders findings by what is at stake, the k-th place of one service counting 1/k: having been told of a service, a reader learns more
// from the first place of another than from a further one of the same.
func rank(findings []*pythia.Finding) {
	slices.SortStableFunc(findings, func(x, y *pythia.Finding) int { return cmp.Compare(y.StakeSeconds, x.StakeSeconds) })
	weight := make(map[*pythia.Finding]float64, len(findings))
	places := make(map[string]float64)
	for _, f := range findings {
		s := responsible(f.Location)
		places[s]++
		weight[f] = f.StakeSeconds / places[s]
	}
	slices.SortStableFunc(findings, func(x, y *pythia.Finding) int { return cmp.Compare(weight[y], weight[x]) })
}

// responsible is the service that a location blames: of a call, the callee.
func responsible(l pythia.Location) string {
	if l.Kind == pythia.LocationCall {
		return l.Callee
	}
	return l.Point.Scope
}
