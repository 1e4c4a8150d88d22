package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
)

// mostFew is how many seeds the sections have at most: what a setting changes is compared pair by pair, which needs fewer.
const mostFew = 5

// setting is how a search differs from the default one. The zero value is the default.
type setting struct {
	during         bool // the space is learnt during the fault instead of before
	profilePerType int  // workflows of each type that it is learnt from
	budget         int  // points that may be on at the same time
	grouper        pythia.Grouper
	flat           bool // the space has no hierarchy
}

// describe says what differs, for the progress.
func (s setting) describe() string {
	switch {
	case s.during:
		return ", learnt during the fault"
	case s.profilePerType > 0:
		return fmt.Sprintf(", %d workflows profiled", s.profilePerType)
	case s.budget > 0:
		return fmt.Sprintf(", budget of %d", s.budget)
	case s.grouper != nil:
		return fmt.Sprintf(", %T", s.grouper)
	case s.flat:
		return ", flat space"
	}
	return ""
}

// engine returns how the Engine of each search is made.
func (s setting) engine(minShare float64) func() (pythia.Config, error) {
	return func() (pythia.Config, error) {
		c, err := defaults.Config(pythia.UntilWorkDone)
		if err != nil {
			return c, err
		}
		if s.grouper != nil {
			c.Grouper = s.grouper
		}
		c.Loop.Space, c.Loop.MinShare, c.Loop.Budget.Points = new(searchspace.CCT), minShare, s.budget
		if s.flat {
			c.Loop.Space = new(searchspace.Flat)
		}
		return c, nil
	}
}

// profile returns what the space is learnt from: all traces, if nobody says which are from before the problem.
func (k *kase) profile(with setting) []*pythia.Trace {
	switch {
	case k.before == nil:
		return k.traces
	case with.during:
		return k.during
	}
	return k.before
}

// section is a question of settings: how the search does under each of some variants, of which the default is one.
type section struct {
	name             string
	sets, strategies []string
	variants         []variant
	grouped          bool // the variants make other groups, which are to be counted
}

type variant struct {
	label string
	setting
}

// sections returns the questions, by the names under which the document has them.
func sections() []section {
	both := []string{evidence, topDown}
	return []section{
		{name: "Profile", sets: []string{onlineBoutique, trainTicket}, strategies: both, variants: []variant{
			{label: "before the fault (default)"}, {"during the fault", setting{during: true}},
		}},
		{name: "Profiled", sets: []string{rounds, onlineBoutique}, strategies: both, variants: []variant{
			{"3", setting{profilePerType: 3}}, {"10", setting{profilePerType: 10}}, {label: "30 (default)"}, {"100", setting{profilePerType: 100}},
		}},
		{name: "Budget", sets: []string{rounds, onlineBoutique}, strategies: both, variants: []variant{
			{"1", setting{budget: 1}}, {"3", setting{budget: 3}}, {"10", setting{budget: 10}},
			{label: "20 (default)"},
		}},
		{name: "Expectation", grouped: true, sets: []string{mixed, rounds, onlineBoutique, trainTicket}, strategies: []string{evidence}, variants: []variant{
			{"request type", setting{grouper: grouping.ByRequestType{}}},
			{"services", setting{grouper: grouping.ByServices{}}},
			{"trace points", setting{grouper: grouping.ByTracePoints{}}},
			{"critical path", setting{grouper: grouping.ByCriticalPath{Measure: pythia.UntilWorkDone}}},
			{label: "finest with enough requests (default)"},
		}},
		{name: "Space", sets: []string{rounds, onlineBoutique}, strategies: []string{evidence, topDown, flat}, variants: []variant{
			{label: "calling context tree (default)"}, {"flat", setting{flat: true}},
		}},
	}
}

// measuredSection is a section with its results.
type measuredSection struct {
	section
	variations []variation
}

// variation is what came of a variant in a data set.
type variation struct {
	*set
	variant
	entries []entry
	groups  groups
}

// vary measures what a section asks of a data set, with few seeds.
func (l *lab) vary(ctx context.Context, s *measuredSection, of *measuredSet) error {
	if !slices.Contains(s.sets, of.name) {
		return nil
	}
	contenders := named(l.contenders, s.strategies)
	for _, v := range s.variants {
		n := variation{set: of.set, variant: v}
		var err error
		if n.entries, err = l.searchOrKnow(ctx, of, contenders, v.setting); err != nil {
			return err
		}
		if s.grouped {
			if n.groups, err = countGroups(ctx, of.set, v.setting); err != nil {
				return err
			}
		}
		s.variations = append(s.variations, n)
	}
	return nil
}

// searchOrKnow searches, unless it is the default: of that all is known already.
func (l *lab) searchOrKnow(ctx context.Context, known *measuredSet, contenders []replay.Contender, with setting) ([]entry, error) {
	if with != (setting{}) {
		return l.search(ctx, known.set, contenders, l.few, with)
	}
	var entries []entry
	for _, c := range contenders {
		if e := known.entry(c.Name); e != nil {
			entries = append(entries, e.first(l.few))
		}
	}
	return entries, nil
}
