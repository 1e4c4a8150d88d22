package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pythia-trace/pythia/replay"
)

// lab measures.
type lab struct {
	seeds, few int // few are for the sections
	workers    int
	contenders []replay.Contender
	sections   []section
	progress   *progress
	cache      cache
	resumed    atomic.Int64 // searches of which the results were kept
}

// measurement is all that was measured.
type measurement struct {
	sets     []*measuredSet
	sections []measuredSection
}

// set returns a data set that was measured, nil if there is none of that name.
func (m *measurement) set(name string) *measuredSet {
	for _, s := range m.sets {
		if s.name == name {
			return s
		}
	}
	return nil
}

// measuredSet is a data set with what each strategy came to.
type measuredSet struct {
	*set
	entries []entry
	costs   []cost // of the profiles
}

// entry returns that of a strategy; nil if it was not measured.
func (m *measuredSet) entry(name string) *entry { return entryOf(m.entries, name) }

func entryOf(entries []entry, name string) *entry {
	for i := range entries {
		if entries[i].name == name {
			return &entries[i]
		}
	}
	return nil
}

// measure does all searches, data set by data set: with all strategies, then what the sections ask of it. Only one data set is in memory at a time.
func (l *lab) measure(ctx context.Context, folder string, names []string) (*measurement, error) {
	m := &measurement{sections: make([]measuredSection, len(l.sections))}
	for i, s := range l.sections {
		m.sections[i].section = s
	}
	for _, name := range setNames() {
		if !slices.Contains(names, name) {
			continue
		}
		s, err := loadSet(ctx, folder, name)
		if err != nil {
			return nil, err
		}
		of, err := l.measureSet(ctx, s, m.sections)
		if err != nil {
			return nil, err
		}
		m.sets = append(m.sets, of)
	}
	return m, nil
}

// measureSet enters into the sections what they ask of the data set, and leaves it without its traces.
func (l *lab) measureSet(ctx context.Context, s *set, sections []measuredSection) (*measuredSet, error) {
	of := &measuredSet{set: s}
	if len(s.cases) == 0 {
		return of, nil
	}
	var err error
	if of.entries, err = l.search(ctx, s, l.contendersIn(s), l.seeds, setting{}); err != nil {
		return nil, err
	}
	if s.replayed() { // the simulated application is profiled by the Engine, as it runs
		if err := l.consult(ctx, of); err != nil {
			return nil, err
		}
	}
	for i := range sections {
		if err := l.vary(ctx, &sections[i], of); err != nil {
			return nil, err
		}
	}
	s.forget()
	return of, nil
}

// contendersIn returns those that search a data set. A search of the simulated application takes long, so there are fewer.
func (l *lab) contendersIn(s *set) []replay.Contender {
	if s.replayed() {
		return l.contenders
	}
	return named(l.contenders, []string{evidence, topDown, flat, random, bandit, nothing})
}

// search has strategies search all cases of a data set.
func (l *lab) search(ctx context.Context, s *set, contenders []replay.Contender, seeds int, with setting) ([]entry, error) {
	entries, cases := make([]entry, len(contenders)), len(s.cases)
	for i, c := range contenders {
		entries[i] = newEntry(c.Name, seeds, cases)
	}
	jobs := len(contenders) * cases
	l.progress.begin(s.title+with.describe(), jobs*seeds)
	return entries, l.parallel(ctx, jobs, func(ctx context.Context, i int) error {
		j := job{s, i % cases, contenders[i/cases], seeds, with}
		trials, known, err := l.cache.trials(j.String(), func() ([]trial, error) {
			return j.do(ctx, max(1, l.workers/jobs), func() { l.progress.add(1) })
		})
		if known {
			l.progress.add(seeds)
			l.resumed.Add(int64(seeds))
		}
		for seed := range trials {
			entries[i/cases].seeds[seed][j.at] = trials[seed]
		}
		return err
	})
}

// parallel calls do for each number below a total, several at the same time. The first error ends it.
func (l *lab) parallel(ctx context.Context, total int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var begun atomic.Int64
	next := func() int { return int(begun.Add(1)) - 1 }
	var working sync.WaitGroup
	for range min(l.workers, total) {
		working.Go(func() {
			for i := next(); i < total && ctx.Err() == nil; i = next() {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	working.Wait()
	return context.Cause(ctx)
}
