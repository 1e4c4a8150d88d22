package tracepointtest

import (
	"slices"
	"sync"
	"time"
)

// Clock is a clock that moves only when told to. The zero Clock is ready to use; its time starts at the zero Unix time. It serves as
// the Clock of tracepoint.LeaseConfig.
type Clock struct {
	mu     sync.Mutex
	passed time.Duration
	timers []*timer // in the order in which they were set
}

type timer struct {
	at time.Duration
	f  func()
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Unix(0, int64(c.passed)).UTC()
}

// AfterFunc makes [Clock.Advance] call f once d has passed.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{c.passed + d, f}
	c.timers = append(c.timers, t)
	return func() bool { return c.remove(t) }
}

// Advance moves the clock on by d. It calls what is due on the way, in the order of time, each at its time, and returns when all have returned.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	end := c.passed + d
	c.mu.Unlock()
	for f := c.next(end); f != nil; f = c.next(end) {
		f()
	}
}

// next moves the clock to the next timer until the end, and to the end if there is none.
func (c *Clock) next(end time.Duration) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first *timer
	for _, t := range c.timers {
		if t.at <= end && (first == nil || t.at < first.at) {
			first = t
		}
	}
	if first == nil {
		c.passed = max(c.passed, end)
		return nil
	}
	c.passed = max(c.passed, first.at)
	c.timers = slices.DeleteFunc(c.timers, func(t *timer) bool { return t == first })
	return first.f
}

// Timers returns how many timers are set, for tests that nothing is left.
func (c *Clock) Timers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

func (c *Clock) remove(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.timers)
	c.timers = slices.DeleteFunc(c.timers, func(other *timer) bool { return other == t })
	return len(c.timers) < before
}
