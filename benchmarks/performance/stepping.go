package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
)

const (
	stepGroups   = 10_000 // that there are bars for
	mostStep     = 50e-3  // seconds
	mostWait     = 1e-3   // seconds that an Observe in a thousand may take while a decision is made
	firstSteps   = 2      // there is nothing to look into before the second
	steps        = 12     // that are measured
	waitQuantile = 0.999
)

// stepping is what decisions take, and how they hold up those who observe.
type stepping struct {
	Groups          int
	Points, Types   int
	longest, later  spread // seconds
	Enabled         int
	heap            float64 // bytes of the Engine
	copied          float64 // seconds for a copy of them
	Growth, Longest growth
	quiet, during   []float64 // latencies of Observe in seconds, in order
	alone, together float64   // workflows observed per second of wall time, by one goroutine and by one a core
	Cores           int
}

func (l *lab) measureStep(h *hardware) (*stepping, error) {
	s := &stepping{Types: requestTypes, Growth: growth{Name: "a step, in the median"}, Longest: growth{Name: "the longest step"}, Cores: l.machine.Cores}
	for _, groups := range pick(l, []int{100, 1_000, stepGroups}, []int{100, 200, 400}) {
		l.progress.begin("step: %d groups", groups)
		if err := s.measure(l, groups); err != nil {
			return nil, err
		}
	}
	s.copied = s.heap / h.CopyBytesPerSecond
	return s, s.measureObserving(l)
}

// measure measures steps with so many groups; what is kept is that of the last.
func (s *stepping) measure(l *lab, groups int) error {
	var longest, later []float64
	for range l.fewestRounds() {
		a, err := newApplication(groups)
		if err != nil {
			return err
		}
		before := heap()
		e, err := a.engine()
		if err != nil {
			return err
		}
		s.heap, s.Groups, s.Points, s.Enabled = heap()-before, groups, len(a.points), 0
		all, err := s.steps(l, a, e)
		if err != nil {
			return err
		}
		longest = append(longest, slices.Max(all))
		later = append(later, spreadOf(all[firstSteps:]).Median)
	}
	s.longest, s.later = spreadOf(longest), spreadOf(later)
	s.Longest.add(float64(groups), s.longest.Median)
	s.Growth.add(float64(groups), s.later.Median)
	return nil
}

// steps returns the seconds of CPU time that each of several steps takes. Between them, every group has a request.
func (s *stepping) steps(l *lab, a *application, e *pythia.Engine) (all []float64, err error) {
	for range steps {
		a.pass()
		var cycle *pythia.Cycle
		took, err := metered(func() (err error) { cycle, err = e.Step(l.ctx); return err })
		if err != nil {
			return nil, err
		}
		if len(cycle.Problems) > 0 {
			return nil, fmt.Errorf("a step had problems: %s", cycle.Problems[0])
		}
		all = append(all, took.cpu.Seconds())
		s.Enabled += len(cycle.Enabled)
		a.observe(e, a.groups)
	}
	if s.Enabled == 0 {
		return nil, fmt.Errorf("no step switched anything on: they decided nothing")
	}
	return all, nil
}

// measureObserving has one goroutine observe all the time, at first without steps, and then with one after the other.
func (s *stepping) measureObserving(l *lab) error {
	l.progress.begin("step: Observe meanwhile")
	a, err := newApplication(s.Groups)
	if err != nil {
		return err
	}
	e, err := a.engine()
	if err != nil {
		return err
	}
	var stepping, over atomic.Bool
	var observing sync.WaitGroup
	observing.Go(func() {
		for !over.Load() {
			during, began := stepping.Load(), time.Now()
			a.observe(e, 1)
			took := time.Since(began).Seconds()
			if during || stepping.Load() {
				s.during = append(s.during, took)
			} else {
				s.quiet = append(s.quiet, took)
			}
		}
	})
	time.Sleep(l.time)
	stepping.Store(true)
	for began := time.Now(); err == nil && time.Since(began) < l.time; {
		a.pass()
		_, err = e.Step(l.ctx)
	}
	over.Store(true)
	observing.Wait()
	slices.Sort(s.quiet)
	slices.Sort(s.during)
	if err == nil {
		s.alone, s.together = a.throughput(l, e, 1), a.throughput(l, e, s.Cores)
	}
	return err
}

// throughput is how many workflows are observed per second by so many goroutines.
func (a *application) throughput(l *lab, e *pythia.Engine, goroutines int) float64 {
	requests := pick(l, 300_000, 10_000)
	best := fastest(func() {
		var all sync.WaitGroup
		for range goroutines {
			all.Go(func() { a.observe(e, requests/goroutines) })
		}
		all.Wait()
	})
	return float64(requests) / best
}

// quantile of numbers in order.
func quantile(sorted []float64, q float64) float64 {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func (s *stepping) bars() []bar {
	of := fmt.Sprintf("Engine.Step with %s groups", whole(s.Groups))
	wait := quantile(s.during, waitQuantile)
	return []bar{
		atMost(of, s.later, mostStep),
		atMost(of+", the longest", s.longest, mostStep),
		{
			What: "Observe during a step, 99.9 % of the calls", Beside: "without: " + duration(quantile(s.quiet, waitQuantile)),
			Asked: "not blocked: ≤ " + duration(mostWait), Figure: duration(wait), value: wait, bound: mostWait,
		},
	}
}

// Table says what steps take.
func (s *stepping) Table() string {
	t := markdown.Table{Heads: []string{"a step, " + whole(s.Groups) + " groups", "CPU time", "a copy of all that the Engine has seen", "times that", "exponent"}, Left: 1}
	t.Add("in the median", s.later.text(seconds()), duration(s.copied), ratio(s.later.Median/s.copied), s.Growth.Text())
	t.Add("the longest", s.longest.text(seconds()), duration(s.copied), ratio(s.longest.Median/s.copied), s.Longest.Text())
	return t.String()
}

// Waiting says how long a call of Observe takes.
func (s *stepping) Waiting() string {
	t := markdown.Table{Heads: []string{"Observe takes, of wall time", "calls", "half of them, at most", "99 %", "99.9 %", "the longest"}, Left: 1}
	for _, phase := range []struct {
		name string
		all  []float64
	}{{"without a step", s.quiet}, {"during steps", s.during}} {
		cells := []string{phase.name, whole(len(phase.all))}
		for _, q := range []float64{0.5, 0.99, waitQuantile, 1} {
			cells = append(cells, duration(quantile(phase.all, q)))
		}
		t.Add(cells...)
	}
	return t.String()
}

// Heap is what the Engine has kept of the workflows.
func (s *stepping) Heap() string { return size(s.heap) }

// Scaling says what several goroutines observe.
func (s *stepping) Scaling() string {
	return fmt.Sprintf("%s workflows a second by one goroutine, %s by %d at once: %s.", count(s.alone), count(s.together), s.Cores, ratio(s.together/s.alone))
}
