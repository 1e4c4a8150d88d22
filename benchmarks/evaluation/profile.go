package main

import (
	"context"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

// profiled is how many workflows of each type the search space is learnt from by default.
const profiled = 30

// profileAlone is the name of the row that shows what the profile tells by itself, before a search.
const profileAlone = "the profile alone"

// cost is what a profile takes: requests traced fully, their spans, and the contexts that are on in them; ownContexts are those of the type searched.
type cost struct{ requests, spans, contexts, ownContexts int }

// consult has the profiles of all seeds localised, as if nobody searched, and enters what came of it beside the strategies.
func (l *lab) consult(ctx context.Context, of *measuredSet) error {
	e := newEntry(profileAlone, l.seeds, len(of.cases))
	costs := make([]cost, l.seeds*len(of.cases))
	err := l.parallel(ctx, len(costs), func(ctx context.Context, i int) error {
		seed, at := i/len(of.cases), i%len(of.cases)
		k := &of.cases[at]
		sample := replay.Sample(k.profile(setting{}), profiled, uint64(seed)+1)
		costs[i] = costOf(sample, k.truth.RequestType)
		r, err := k.firstGlance(ctx, of.set, sample)
		if err == nil {
			e.seeds[seed][at] = newTrial(r, k.census, k.service)
		}
		return err
	})
	of.entries, of.costs = append(of.entries, e), costs
	return err
}

func costOf(sample []*pythia.Trace, requestType string) cost {
	c := cost{requests: len(sample), contexts: replay.TakeCensus(sample, "", nil).Contexts, ownContexts: replay.TakeCensus(sample, requestType, nil).Contexts}
	for _, t := range sample {
		c.spans += len(t.Spans)
	}
	return c
}

// firstGlance is what a report on a profile would say, were it a search: of the type searched only, as in a search.
func (k *kase) firstGlance(ctx context.Context, s *set, sample []*pythia.Trace) (*replay.Result, error) {
	c, err := setting{}.engine(s.minShare)()
	if err != nil {
		return nil, err
	}
	c.Loop, c.TopFindings = pythia.LoopConfig{}, among
	report, err := reportOn(ctx, c, ofType(sample, k.truth.RequestType))
	if err != nil {
		return nil, err
	}
	r := &replay.Result{Contexts: k.census.Contexts, Diagnosis: &pythia.Diagnosis{Findings: report.Findings}}
	conclude(r, &k.truth)
	return r, nil
}

// conclude enters what a diagnosis comes to.
func conclude(r *replay.Result, truth *replay.Truth) {
	for i, f := range r.Diagnosis.Findings {
		if truth.Names(&f.Location) {
			r.Named = true
			r.Found = r.Found || i == 0
		}
		if i > 0 {
			continue
		}
		r.VarianceShare = f.VarianceShare
		if len(f.Explanations) > 0 {
			r.Explained = f.Explanations[0].Strength
		}
	}
}

// reportOn has traces localised, all together.
func reportOn(ctx context.Context, c pythia.Config, traces []*pythia.Trace) (*pythia.Report, error) {
	e, err := pythia.New(c)
	if err != nil {
		return nil, err
	}
	for _, t := range traces {
		e.Observe(t)
	}
	return e.Report(ctx)
}

func ofType(traces []*pythia.Trace, requestType string) (of []*pythia.Trace) {
	for _, t := range traces {
		if t.RequestType == requestType {
			of = append(of, t)
		}
	}
	return of
}
