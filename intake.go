package pythia

import (
	"errors"
	"math"
	"sync"
	"time"
)

// intake is where the workflows of one request type arrive. Observers hold a lock of it only to add what they have worked out, and a step only to
// take away what has come: it joins and localises what it has taken while observers go on.
//
// There are several slots, so that observers who come at the same time need not wait for each other. The first that is free is taken: where one
// goroutine observes, all come in by the same one, in order, and nothing is kept twice.
type intake struct{ slots [4]slot }

// slot is a part of an intake.
type slot struct {
	mu     sync.Mutex
	closed bool  // the request type was forgotten: its requests go to a new intake
	since  int64 // workflows that started earlier, in Unix time in nanoseconds, do not count
	came   came
}

// came is what has come since it was taken away last.
type came struct {
	input     Input
	passes    passes
	total     moments
	localizer Localizer // nil: nothing
}

// arrival is a workflow with what observers find out about it before they hold a lock.
type arrival struct {
	*Trace
	view     *view
	on       *pointSet
	profiled bool // it was traced fully
	key      GroupKey
	grouped  bool
}

// add takes a workflow in and reports whether it counts. It returns false for done if a step changed meanwhile what the arrival was made out by.
func (in *intake) add(l *loop, a *arrival) (counts, done bool, err error) {
	s := in.enter()
	defer s.mu.Unlock()
	if s.closed || l.view.Load() != a.view {
		return false, false, nil
	}
	counts, err = s.add(l, a)
	return counts, true, err
}

// enter locks a slot.
func (in *intake) enter() *slot {
	for i := range in.slots {
		if in.slots[i].mu.TryLock() {
			return &in.slots[i]
		}
	}
	in.slots[0].mu.Lock()
	return &in.slots[0]
}

// add takes a workflow in and reports whether it counts.
func (s *slot) add(l *loop, a *arrival) (counts bool, err error) {
	s.came.input.add(a.Trace)
	switch {
	case a.StartNanos() < s.since:
		return false, nil
	case a.profiled:
		s.came.passes.profile(a.Trace, a.view.switchable)
		return true, nil
	case a.grouped:
		err = attempt("the localizer", func() error {
			s.came.observe(l, a)
			return nil
		})
	}
	if !a.grouped || err != nil {
		s.came.input.Ignored++
		return false, err
	}
	s.came.passes.observe(a.Trace, a.view.switchable, a.on)
	return true, nil
}

func (c *came) observe(l *loop, a *arrival) {
	if c.localizer == nil {
		c.localizer = l.newLocalizer()
	}
	c.localizer.Observe(a.key, a.Trace)
	start, end := a.Interval(l.measure)
	c.total.add(float64(end-start) / 1e9)
}

// take hands over what has come, one slot after the other. The localizers are left to gather more, unless they are wanted too: joining them to
// others has a cost.
func (in *intake) take(localizers bool, to func(*came) error) error {
	var errs []error
	for i := range in.slots {
		c := in.slots[i].take(localizers)
		errs = append(errs, to(&c))
	}
	return errors.Join(errs...)
}

func (s *slot) take(localizer bool) came {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.came
	s.came = came{}
	if !localizer {
		s.came.localizer, taken.localizer = taken.localizer, nil
	}
	return taken
}

// skip leaves out workflows that began before a time and have yet to come.
func (in *intake) skip(before time.Time) {
	in.each(func(s *slot) { s.since = nanosOf(before) })
}

// restart does so, and forgets the durations of those that have come.
func (in *intake) restart(before time.Time) {
	in.each(func(s *slot) {
		s.since = nanosOf(before)
		s.came.localizer, s.came.total = nil, moments{}
	})
}

func (in *intake) each(do func(*slot)) {
	for i := range in.slots {
		s := &in.slots[i]
		s.mu.Lock()
		do(s)
		s.mu.Unlock()
	}
}

// nanosOf returns a time in Unix nanoseconds; the zero time is before all others.
func nanosOf(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return t.UnixNano()
}

// close has no more workflows taken in. If some have come it does nothing, and returns false, unless they are to be lost.
func (in *intake) close(lose bool) bool {
	came := 0
	for i := range in.slots {
		in.slots[i].mu.Lock()
		defer in.slots[i].mu.Unlock()
		came += in.slots[i].came.input.Traces
	}
	closed := lose || came == 0
	for i := range in.slots {
		in.slots[i].closed = closed
	}
	return closed
}
