package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// Names of data sets, on the command line and in the sections.
const (
	stock, mixed, rounds = "stock", "mixed", "rounds"
	onlineBoutique       = "ob"
	trainTicket          = "tt"
	simulator            = "sim"
)

func setNames() []string {
	return []string{stock, mixed, rounds, onlineBoutique, trainTicket, simulator}
}

func checkSetNames(names []string) error {
	for _, n := range names {
		if !slices.Contains(setNames(), n) {
			return fmt.Errorf("-sets: there is no data set %q: take some of %s", n, strings.Join(setNames(), ","))
		}
	}
	return nil
}

// set is a data set: cases of one system, in each of which there is a place to be found.
type set struct {
	name, title string
	minShare    float64 // of the Engine; 0 means its default
	cases       []kase
	absent      string   // why there are no cases
	leftOut     []string // cases in which nothing varies that could be found
	problems    int      // that the files have
}

// kase is a place to be found. It is spelt so because a case is something else in Go.
type kase struct {
	name   string
	traces []*pythia.Trace // that are replayed
	// before and during are the traces before a fault and while it was there; none if that is not known, and then the space is learnt from all.
	before, during []*pythia.Trace
	truth          replay.Truth
	service        string                 // at fault; empty if no fault was injected
	fault          strategytest.FaultKind // if it is simulated
	census         census
}

// replayed reports whether a set's requests are recorded ones.
func (s *set) replayed() bool { return s.name != simulator }

// injected reports whether it is known which service was at fault.
func (s *set) injected() bool { return len(s.cases) > 0 && s.cases[0].service != "" }

// forget lets go of the traces, when they were searched.
func (s *set) forget() {
	for i := range s.cases {
		k := &s.cases[i]
		k.traces, k.before, k.during = nil, nil, nil
	}
}

func loadSet(ctx context.Context, folder, name string) (*set, error) {
	switch name {
	case simulator:
		return simulated(strategytest.AllFaults()), nil
	case onlineBoutique:
		return loadNezha(ctx, folder, &set{name: name, title: "OnlineBoutique"})
	case trainTicket:
		return loadNezha(ctx, folder, &set{name: name, title: "TrainTicket"})
	}
	return loadOpenStack(ctx, folder, &set{name: name, title: "OpenStack, " + name})
}

func loadOpenStack(ctx context.Context, folder string, s *set) (*set, error) {
	file := filepath.Join(folder, "openstack", s.name+".points.jsonl.gz")
	if _, err := os.Stat(file); err != nil {
		s.absent = fmt.Sprintf("there is no %s", filepath.Join("openstack", filepath.Base(file)))
		return s, nil
	}
	traces, err := s.read(ctx, file)
	if err != nil {
		return nil, err
	}
	return s, s.add(ctx, kase{name: s.name, traces: traces})
}

// add finds out what is to be found in a case, and adds it if there is anything.
func (s *set) add(ctx context.Context, k kase) error {
	config, err := defaults.Config(pythia.UntilWorkDone)
	if err != nil {
		return err
	}
	k.truth, err = replay.FindTruth(ctx, config, k.traces)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		s.leftOut = append(s.leftOut, k.name)
		return nil
	}
	k.census = takeCensus(k.traces, k.truth.RequestType)
	s.cases = append(s.cases, k)
	return nil
}

// read returns the traces of a file, in the order in which they began. What cannot be used of it is left out and counted.
func (s *set) read(ctx context.Context, file string) ([]*pythia.Trace, error) {
	var mu sync.Mutex
	var traces []*pythia.Trace
	stats, err := tracefile.Read(ctx, []string{file}, tracefile.Options{}, func(_ int, t *pythia.Trace) {
		mu.Lock()
		defer mu.Unlock()
		traces = append(traces, t)
	})
	s.problems += len(stats.Problems) + stats.MoreProblems
	if err == nil && len(traces) == 0 {
		err = fmt.Errorf("%s has no traces", file)
	}
	slices.SortFunc(traces, func(a, b *pythia.Trace) int {
		return cmp.Or(cmp.Compare(a.StartNanos(), b.StartNanos()), strings.Compare(a.ID, b.ID))
	})
	return traces, err
}

// census counts all requests, and what those of a type have.
type census struct{ all, requests, contexts, points, alwaysOn int }

// takeCensus counts; alwaysOn are the contexts of entry points.
func takeCensus(traces []*pythia.Trace, requestType string) (n census) {
	n.all = len(traces)
	entry := replay.EntryPoints(traces)
	contexts, points := make(map[pythia.ContextID]bool), make(map[pythia.TracePointID]bool)
	for _, t := range traces {
		if t.RequestType != requestType {
			continue
		}
		n.requests++
		for i := range t.Spans {
			id, p := t.Context(i), t.Spans[i].Point
			if !contexts[id] && entry[p] {
				n.alwaysOn++
			}
			contexts[id], points[p] = true, true
		}
	}
	n.contexts, n.points = len(contexts), len(points)
	return n
}
