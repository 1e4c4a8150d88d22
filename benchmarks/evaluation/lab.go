package main

import (
	"context"
	"fmt"
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
	if of.entries, err = l.search(ctx, s, l.contenders, l.seeds, setting{}); err != nil {
		return nil, err
	}
	for i := range sections {
		if err := l.vary(ctx, &sections[i], of); err != nil {
			return nil, err
		}
	}
	s.forget()
	return of, nil
}

// search has strategies search all cases of a data set.
func (l *lab) search(ctx context.Context, s *set, contenders []replay.Contender, seeds int, with setting) ([]entry, error) {
	entries := make([]entry, len(contenders))
	for i, c := range contenders {
		entries[i] = entry{c.Name, make([][]trial, seeds)}
		for seed := range seeds {
			entries[i].seeds[seed] = make([]trial, len(s.cases))
		}
	}
	l.progress.begin(s.title+with.describe(), len(contenders)*seeds*len(s.cases))
	if !s.replayed() {
		return entries, l.live(ctx, s, contenders, entries)
	}
	for k := range s.cases {
		if err := l.replay(ctx, s, k, contenders, entries, with); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// replay has strategies search one case of recorded requests, and enters the results.
func (l *lab) replay(ctx context.Context, s *set, at int, contenders []replay.Contender, entries []entry, with setting) error {
	k := &s.cases[at]
	seeds := len(entries[0].seeds)
	rows, err := replay.Comparison{
		Traces: k.traces, Profile: k.profile(with), ProfilePerType: with.profilePerType, Contenders: contenders,
		Engine: with.engine(s.minShare), Truth: k.truth, Seeds: seeds, Workers: l.workers,
		Progress: func(done, _ int) { l.progress.done(at*len(contenders)*seeds+done, len(s.cases)*len(contenders)*seeds) },
	}.Run(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	for i := range rows {
		for seed, r := range rows[i].Results {
			entries[i].seeds[seed][at] = newTrial(r, k.census, k.service)
		}
	}
	return nil
}

// live has strategies search the simulated application, and enters the results.
func (l *lab) live(ctx context.Context, s *set, contenders []replay.Contender, entries []entry) error {
	seeds, cases := len(entries[0].seeds), len(s.cases)
	total := len(contenders) * seeds * cases
	return l.parallel(ctx, total, func(ctx context.Context, i int) error {
		contender, seed, at := i/(seeds*cases), i/cases%seeds, i%cases
		t, err := live(ctx, s.cases[at].fault, contenders[contender].Strategy, uint64(seed)+1)
		if err != nil {
			return fmt.Errorf("%s, %s, seed %d: %w", contenders[contender].Name, s.cases[at].name, seed+1, err)
		}
		entries[contender].seeds[seed][at] = t
		return nil
	})
}

// parallel calls do for each number below a total, several at the same time. The first error ends it.
func (l *lab) parallel(ctx context.Context, total int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var begun, done atomic.Int64
	next := func() int { return int(begun.Add(1)) - 1 }
	var working sync.WaitGroup
	for range min(l.workers, total) {
		working.Go(func() {
			for i := next(); i < total && ctx.Err() == nil; i = next() {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
				l.progress.done(int(done.Add(1)), total)
			}
		})
	}
	working.Wait()
	return context.Cause(ctx)
}
