package main

import (
	"fmt"
	"time"
)

// contestant does the work that is compared.
type contestant struct {
	name string
	run  func() error
	// again, if not nil, says after an error whether to try again: then the work was not done, and what it took does not count.
	again func(error) bool
}

// contest is what rounds came to in which the contestants took turns.
type contest struct {
	names  []string
	rounds [][]cost // by contestant
}

// compete has all contestants do their work in turn, each round beginning with another one, so that what slows the machine down for a while meets them
// all. It goes on for the lab's time and its fewest rounds, at least.
func (l *lab) compete(contestants ...contestant) (*contest, error) {
	c := &contest{rounds: make([][]cost, len(contestants))}
	for _, who := range contestants {
		c.names = append(c.names, who.name)
	}
	for round, began := 0, time.Now(); round < l.fewestRounds() || time.Since(began) < l.time; round++ {
		for i := range contestants {
			if err := l.ctx.Err(); err != nil {
				return nil, err
			}
			at := (round + i) % len(contestants)
			took, err := metered(contestants[at].run)
			for again := contestants[at].again; again != nil && err != nil && again(err); {
				took, err = metered(contestants[at].run)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contestants[at].name, err)
			}
			c.rounds[at] = append(c.rounds[at], took)
		}
	}
	return c, nil
}

// of returns the spread of something that a contestant took.
func (c *contest) of(who int, what func(cost) float64) spread {
	var all []float64
	for _, took := range c.rounds[who] {
		all = append(all, what(took))
	}
	return spreadOf(all)
}

// ratio returns the spread of how many times as much one contestant took as another in the same round.
func (c *contest) ratio(who, beside int, what func(cost) float64) spread {
	var all []float64
	for round := range c.rounds[who] {
		all = append(all, what(c.rounds[who][round])/what(c.rounds[beside][round]))
	}
	return spreadOf(all)
}

// The quantities that contestants are compared in.
func cpuNanos(c cost) float64    { return float64(c.cpu) }
func wallNanos(c cost) float64   { return float64(c.wall) }
func allocations(c cost) float64 { return c.allocs }
func bytesTaken(c cost) float64  { return c.bytes }
func collected(c cost) float64   { return float64(c.collections) }
