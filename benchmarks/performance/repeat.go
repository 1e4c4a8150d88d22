package main

import "time"

// shortest is how long a piece of work must last for its CPU time to be told apart from what it takes to ask for it.
const shortest = 10 * time.Millisecond

// timed returns the CPU time that a call takes, by itself. Calls that are over soon are measured many at a time.
func (l *lab) timed(call func() error) (spread, error) {
	took, err := metered(call) // which also warms up
	if err != nil {
		return spread{}, err
	}
	calls := 1 + int(shortest/max(took.cpu, time.Microsecond))
	return l.timedOf(func() (func() error, int) {
		return func() error {
			for range calls {
				if err := call(); err != nil {
					return err
				}
			}
			return nil
		}, calls
	})
}

// timedOf returns the CPU time that one of several calls takes for which something is prepared each time, untimed.
func (l *lab) timedOf(prepare func() (work func() error, calls int)) (spread, error) {
	var all []float64
	for began := time.Now(); len(all) < l.fewestRounds() || time.Since(began) < l.time; {
		if err := l.ctx.Err(); err != nil {
			return spread{}, err
		}
		work, calls := prepare()
		took, err := metered(work)
		if err != nil {
			return spread{}, err
		}
		all = append(all, took.cpu.Seconds()/float64(calls))
	}
	return spreadOf(all), nil
}
