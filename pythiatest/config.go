package pythiatest

import (
	"errors"
	"time"

	"github.com/pythia-trace/pythia"
)

// Config says how a [Trial] goes, and what it accepts. The zero value is useful.
type Config struct {
	// Requests is how many are made before each step of the Engine; zero means 100. Of each type to be judged, 50 have to come in one or two such
	// cycles: with many types, make more.
	Requests int
	// Concurrency is how many requests are under way at a time; zero means 2. More than the machine has cores for make each other vary. What shows only
	// under load, such as a queue, needs more.
	Concurrency int
	// Cycles is after how many of them [Trial.Run] ends although a search goes on; zero means 30. A steady application takes 3, a fault some 6, and
	// one more for each trace point that it lies deeper.
	Cycles int
	// Timeout bounds a Run; zero means 30 s.
	Timeout time.Duration
	// StdDev is the standard deviation up to which requests are steady, whatever their mean: what a busy machine does to them. Zero means 5 ms.
	StdDev time.Duration
	// CoV is the standard deviation as a part of the mean up to which they are steady; zero means 0.25. It does not count where they fall into modes.
	CoV float64
	// Controllers switch further trace points: those of other processes, or of other layers.
	Controllers []pythia.TracePointController
	// Adjust changes the Engine's configuration: its strategy, its budget, its logger. It is that of defaults.Live, without bounds on the budget. Nil
	// changes nothing.
	Adjust func(*pythia.Config)
}

func (c Config) withDefaults() (Config, error) {
	if c.Requests < 0 || c.Concurrency < 0 || c.Cycles < 0 || c.Timeout < 0 || c.StdDev < 0 || !(c.CoV >= 0) {
		return c, errors.New("pythiatest: the numbers of a Config must not be negative; leave them 0 for the defaults")
	}
	c.Requests = orDefault(c.Requests, 100)
	c.Concurrency = orDefault(c.Concurrency, 2)
	c.Cycles = orDefault(c.Cycles, 30)
	c.Timeout = orDefault(c.Timeout, 30*time.Second)
	c.StdDev = orDefault(c.StdDev, 5*time.Millisecond)
	c.CoV = orDefault(c.CoV, 0.25)
	return c, nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
