package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
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
	stock, mixed, rounds  = "stock", "mixed", "rounds"
	mixedCalm, roundsCalm = mixed + calm, rounds + calm
	onlineBoutique        = "ob"
	trainTicket           = "tt"
	simulator             = "sim"
)

func setNames() []string {
	return []string{stock, mixed, mixedCalm, rounds, roundsCalm, onlineBoutique, trainTicket, simulator}
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
	learnt      string // what from, in words
	// optional says which attributes of the skeleton are recorded only when asked for; nil means none.
	optional func(pythia.TracePointID, string) bool
	absent   string   // why there are no cases
	leftOut  []string // cases in which nothing varies that could be found
	files    string   // names, sizes and times of those read
	problems int      // that they have
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
	census         replay.Census          // of the requests that are searched
	requests       int                    // of all types
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
	return loadOpenStack(ctx, folder, &set{name: name})
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
	k.census, k.requests = countsOf(replay.TakeCensus(k.traces, k.truth.RequestType, nil)), len(k.traces)
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
	if info, err := os.Stat(file); err == nil {
		s.files += fmt.Sprint(info.Name(), info.Size(), info.ModTime().UnixNano(), " ")
	}
	s.problems += len(stats.Problems) + stats.MoreProblems
	if err == nil && len(traces) == 0 {
		err = fmt.Errorf("%s has no traces", file)
	}
	slices.SortFunc(traces, func(a, b *pythia.Trace) int {
		return cmp.Or(cmp.Compare(a.StartNanos(), b.StartNanos()), strings.Compare(a.ID, b.ID))
	})
	return traces, err
}

// countsOf returns a census without what it counted, which is large.
func countsOf(c *replay.Census) replay.Census {
	return replay.Census{
		Requests: c.Requests, Contexts: c.Contexts, Points: c.Points, AlwaysOnContexts: c.AlwaysOnContexts, AlwaysOnPoints: c.AlwaysOnPoints,
	}
}
