package replay

import (
	"math"
	"time"

	"github.com/pythia-trace/pythia"
)

// recordedRate is how many requests came per second, at least one in a thousand seconds and at most a thousand: recordings can be of single moments.
func recordedRate(ordered []*pythia.Trace) float64 {
	seconds := float64(ordered[len(ordered)-1].StartNanos()-ordered[0].StartNanos()) / 1e9
	return math.Min(math.Max(float64(len(ordered))/seconds, 1e-3), 1e3)
}

// latest is the last moment that a trace can hold, in 2116; latestBegin leaves 18 years to play before it.
const (
	latest      = 1<<62 - 1
	latestBegin = latest - 1<<59
)

func begin(first *pythia.Trace) time.Time {
	return time.Unix(0, min(first.StartNanos(), latestBegin)).UTC()
}

// Now returns the application's time. It starts when the first request was recorded, and only Next moves it.
func (a *Application) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// room is how much time there is still to play.
func (a *Application) room() time.Duration { return time.Duration(latest - a.now.UnixNano()) }

// remaining is room for those who do not hold the lock.
func (a *Application) remaining() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.room()
}
