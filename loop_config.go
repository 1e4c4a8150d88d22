package pythia

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// LoopConfig is what an [Engine] needs to switch trace points. Without a Controller it only analyses what it observes.
type LoopConfig struct {
	Controller TracePointController
	Space      SearchSpace    // required; what it holds already need not be profiled first
	Strategy   SearchStrategy // required
	// Budget bounds what the points that are on may cost together, whichever part binds first. Zero parts mean 20 points, 2000 spans and 1 MB per
	// second, and a hundredth of a core; negative ones, no bound. A profile takes half of what the searches leave of it, at most, but has all points
	// on: Points does not bind it.
	Budget Cost
	// Interval is the time between the steps of [Engine.Run]; zero means 10 s.
	Interval time.Duration
	// Window is how long workflows count, two intervals at least; zero means 10 min. Switching a trace point begins a new window for the request types that it is on for.
	Window time.Duration
	// Lease is how long points stay on if nobody renews them, which every step does, two intervals at least; zero means three intervals and 10 s.
	Lease time.Duration
	// Timeout bounds a call of the controller or the strategy; zero means 5 s. A step goes on without what takes longer.
	Timeout time.Duration
	// MinRequests is how many requests of a type must be seen before anything is said of them; zero means 50.
	MinRequests int
	// MinShare is the least share of the variation, or of the time where that is what is searched for, that a place must carry to be searched, and a
	// trace point must show to be kept; zero means 0.2.
	MinShare float64
	// Patience is for how many steps requests are waited for that do not come, before the points that wait for them go off; zero means 30.
	Patience int
	// ProfileEvery is the time between profiles, in which one request in so many is traced fully to learn what lies where; zero means 1 h, negative
	// never: then Space must be filled already.
	ProfileEvery time.Duration
	// Seed is for strategies that draw lots.
	Seed uint64
	// Now is the clock; nil means the system's. It must agree with the one that stamps the spans.
	Now func() time.Time
	// OnCycle is told what each step of [Engine.Run] did, one call at a time, and should return soon: the next step waits. What has ended counts as
	// reported then. Nil means that nobody is told.
	OnCycle func(*Cycle)
	// StatePath is a file in which [Engine.Run] keeps what was learnt, so that it survives a restart; empty means it does not.
	StatePath string
}

// setDefaults checks the settings and fills in those left zero.
func (c *LoopConfig) setDefaults() error {
	if c.Space == nil || c.Strategy == nil {
		return errors.New("pythia: a Loop with a Controller needs a Space and a Strategy; defaults.Live returns them")
	}
	if c.Interval < 0 || c.Window < 0 || c.Lease < 0 || c.Timeout < 0 || c.MinRequests < 0 || c.Patience < 0 {
		return errors.New("pythia: Interval, Window, Lease, Timeout, MinRequests and Patience must not be negative; leave them 0 for the defaults")
	}
	if !(c.MinShare >= 0 && c.MinShare < 1) {
		return fmt.Errorf("pythia: MinShare must lie in [0,1), not %v; leave it 0 for the default", c.MinShare)
	}
	c.Interval = orDefault(c.Interval, 10*time.Second)
	c.Window = orDefault(c.Window, 10*time.Minute)
	c.Lease = orDefault(c.Lease, 3*c.Interval+10*time.Second)
	if err := c.checkTimes(); err != nil {
		return err
	}
	c.Timeout = orDefault(c.Timeout, 5*time.Second)
	c.MinRequests = orDefault(c.MinRequests, 50)
	c.MinShare = orDefault(c.MinShare, 0.2)
	c.Patience = orDefault(c.Patience, 30)
	c.ProfileEvery = orDefault(c.ProfileEvery, time.Hour)
	c.Budget = Cost{
		Points: bound(c.Budget.Points, 20, math.MaxInt), SpansPerSecond: bound(c.Budget.SpansPerSecond, 2000, math.Inf(1)),
		BytesPerSecond: bound(c.Budget.BytesPerSecond, 1e6, math.Inf(1)), CPU: bound(c.Budget.CPU, 0.01, math.Inf(1)),
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// checkTimes checks those that have to do with each other.
func (c *LoopConfig) checkTimes() error {
	if c.Lease/2 < c.Interval {
		return fmt.Errorf("pythia: a Lease of %v can end before the next step, an Interval of %v later, renews it: make it two Intervals at least, or leave it 0",
			c.Lease, c.Interval)
	}
	if c.Window/2 < c.Interval {
		return fmt.Errorf("pythia: a Window of %v forgets requests before the next step, an Interval of %v later, sees them: make it two Intervals at least",
			c.Window, c.Interval)
	}
	return nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// bound is a part of the budget: its default for zero, none for a negative one.
func bound[T int | float64](v, def, none T) T {
	switch {
	case v == 0:
		return def
	case v < 0:
		return none
	}
	return v
}
