package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/searchspace"
)

const (
	contexts = 1_000_000 // that there are bars for

	mostBuilding, mostSaving, mostLoading, mostQuery = 2.0, 1.0, 1.0, 2e-6 // seconds

	queries = 1 << 14
)

// space is what a calling context tree takes.
type space struct {
	Contexts, Points          int
	Bytes                     int // of the file
	heap                      float64
	build, save, load         spread  // seconds
	together, scattered       spread  // of a query
	copied, read              float64 // seconds: a copy of the file, a read that misses the cache
	Building, Saving          growth
	Loading, Query, Scattered growth
}

func (l *lab) measureSpace(h *hardware) (*space, error) {
	s := &space{
		read: h.ReadSeconds, Building: growth{Name: "build"}, Saving: growth{Name: "save"}, Loading: growth{Name: "load"},
		Query: growth{Name: "query, siblings together"}, Scattered: growth{Name: "query, siblings scattered"},
	}
	for _, n := range pick(l, []int{1_000, 10_000, 100_000, contexts}, []int{1_000, 3_000, 9_000}) {
		l.progress.begin("space: %d contexts", n)
		if err := s.measure(l, forestOf(n)); err != nil {
			return nil, err
		}
	}
	s.copied = float64(s.Bytes) / h.CopyBytesPerSecond
	return s, nil
}

// measure measures a space of one size. What is kept is that of the last.
func (s *space) measure(l *lab, f forest) error {
	before := heap()
	tree, built, err := f.buildOften(l)
	if err != nil {
		return err
	}
	s.heap, s.build = heap()-before, built
	stats := tree.Stats()
	if stats.LeftOut > 0 {
		return fmt.Errorf("%d spans were left out of the search space", stats.LeftOut)
	}
	s.Contexts, s.Points = stats.Contexts, stats.Points
	if err := s.measureFile(l, tree); err != nil {
		return err
	}
	if s.together, err = l.queries(tree, f); err != nil {
		return err
	}
	if tree, _, err = f.build(l, true); err != nil {
		return err
	}
	if s.scattered, err = l.queries(tree, f); err != nil {
		return err
	}
	n := float64(s.Contexts)
	s.Building.add(n, s.build.Median)
	s.Saving.add(n, s.save.Median)
	s.Loading.add(n, s.load.Median)
	s.Query.add(n, s.together.Median)
	s.Scattered.add(n, s.scattered.Median)
	return nil
}

func (s *space) measureFile(l *lab, tree *searchspace.CCT) (err error) {
	if s.save, err = l.timed(func() error { return tree.Save(io.Discard) }); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := tree.Save(&file); err != nil {
		return err
	}
	s.Bytes = file.Len()
	s.load, err = l.timed(func() error { _, err := searchspace.Load(bytes.NewReader(file.Bytes())); return err })
	return err
}

// queries returns the CPU time that it takes to ask what lies inside the span of a random context that calls others.
func (l *lab) queries(tree *searchspace.CCT, f forest) (spread, error) {
	draw := rand.New(rand.NewPCG(3, 0))
	callers := 1
	for range f.below - 1 {
		callers = callers*fanOut + 1
	}
	stacks := make([][]pythia.TracePointID, queries)
	for i := range stacks {
		stacks[i] = f.stack(draw.IntN(f.trees), draw.IntN(callers))
	}
	took, err := l.timed(func() error { return ask(tree, stacks) })
	return took.times(1. / queries), err
}

// ask asks what lies inside the last span of each stack.
func ask(tree *searchspace.CCT, stacks [][]pythia.TracePointID) error {
	for _, stack := range stacks {
		last := stack[len(stack)-1]
		if found := tree.Inside(stack, pythia.Event{Point: last}, pythia.Event{Point: last, End: true}); len(found) != fanOut {
			return errors.New("the search space has forgotten what a context calls")
		}
	}
	return nil
}

func (s *space) bars() []bar {
	of := fmt.Sprintf("search space of %s contexts: ", whole(s.Contexts))
	return []bar{
		atMost(of+"build", s.build, mostBuilding), atMost(of+"save", s.save, mostSaving), atMost(of+"load", s.load, mostLoading),
		atMost(of+"query, siblings that lie together", s.together, mostQuery), atMost(of+"query, siblings that lie scattered", s.scattered, mostQuery),
	}
}

// Heap is what the tree takes, Each what one context does, and File what the file has.
func (s *space) Heap() string { return size(s.heap) }
func (s *space) Each() string { return size(s.heap / float64(s.Contexts)) }
func (s *space) File() string { return size(float64(s.Bytes)) }

// FanOut is how many contexts a query finds.
func (s *space) FanOut() int { return fanOut }

// Table says what is done in which time, beside what the memory needs for it.
func (s *space) Table() string {
	t := markdown.Table{Heads: []string{"", "CPU time", "what cannot be done without", "times that", "exponent"}, Left: 1}
	copied := "a copy of the file: " + duration(s.copied)
	t.Add("build", s.build.text(seconds()), copied, ratio(s.build.Median/s.copied), s.Building.Text())
	t.Add("save", s.save.text(seconds()), copied, ratio(s.save.Median/s.copied), s.Saving.Text())
	t.Add("load", s.load.text(seconds()), copied, ratio(s.load.Median/s.copied), s.Loading.Text())
	reads := "two reads, one after the other: " + duration(2*s.read)
	t.Add("query, siblings together", s.together.text(seconds()), reads, ratio(s.together.Median/2/s.read), s.Query.Text())
	t.Add("query, siblings scattered", s.scattered.text(seconds()), reads, ratio(s.scattered.Median/2/s.read), s.Scattered.Text())
	return t.String()
}
