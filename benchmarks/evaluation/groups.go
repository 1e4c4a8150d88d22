package main

import (
	"context"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

// groups is how many groups an expectation makes of the requests that are searched, and how many of these have enough requests to be judged: means over the
// cases of a set.
type groups struct{ all, judged float64 }

// countGroups counts as the Engine does at the beginning, when only the skeleton is seen.
func countGroups(ctx context.Context, s *set, with setting) (g groups, err error) {
	for i := range s.cases {
		config, err := with.engine(s.minShare)()
		if err != nil {
			return g, err
		}
		config.Explainer, config.Loop = nil, pythia.LoopConfig{}
		report, err := reportOn(ctx, config, s.cases[i].skeleton())
		if err != nil {
			return g, err
		}
		for _, group := range report.Groups {
			g.all += 1 / float64(len(s.cases))
			g.judged += oneIf(!group.TooFew) / float64(len(s.cases))
		}
	}
	return g, nil
}

// skeleton is what is seen of the requests that are searched when nothing is switched on.
func (k *kase) skeleton() (seen []*pythia.Trace) {
	entry := replay.EntryPoints(k.traces)
	for _, t := range ofType(k.traces, k.truth.RequestType) {
		if s := t.Without(func(p pythia.TracePointID) bool { return !entry[p] }); s != nil {
			seen = append(seen, s)
		}
	}
	return seen
}
