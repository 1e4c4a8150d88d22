package strategytest

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// start is when every world begins.
var start = time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)

// WorldConfig says what world to make. The zero value is useful; what is not positive is taken as the default.
type WorldConfig struct {
	Seed uint64
	// Services is how many there are; the default is 5. RequestTypes all enter at the first; the default is 3.
	Services, RequestTypes int
	// Points is about how many trace points can be switched; the default is 100.
	Points int
	// RequestsPerSecond of each request type, on average; the default is 10.
	RequestsPerSecond float64
}

func (c WorldConfig) withDefaults() WorldConfig {
	if c.Services <= 0 {
		c.Services = 5
	}
	if c.RequestTypes <= 0 {
		c.RequestTypes = 3
	}
	if c.Points <= 0 {
		c.Points = 100
	}
	if !(c.RequestsPerSecond > 0) {
		c.RequestsPerSecond = 10
	}
	return c
}

// World simulates a distributed application with trace points, in which faults can be planted, for tests of what is to find them. It is the
// controller of its trace points.
//
// Services run operations, in trees, which call other services and third parties. Entries of services are always on; everything below them can be
// switched. Requests arrive at random (Poisson) and take their time: lognormal self times, medians of 0.3 to 10 ms, one in 200 five times as long.
// Some operations are shared by request types, optional, repeated, or run in parallel. Trace points can record attributes: some are always
// recorded on entries, the others only if they are enabled. Most say nothing.
//
// What a request does depends on the seed, its type and its number only, and on queues, which are simulated; never on what is traced, and for what a
// fault does not touch, not on faults either. The same seed and the same calls give the same traces, to the last byte. Tracing costs no time.
//
// A span is recorded if its point was on when it started. Leases end by the world's clock, which only Run moves.
//
// All methods are safe for concurrent use. The function given to Run may call any of them but Run.
type World struct {
	config WorldConfig
	app    *application
	points []pythia.TracePoint

	running sync.Mutex // held by Run

	mu        sync.Mutex
	sim       *simulation
	switches  *switchboard
	recorder  recorder
	faultless *trial // nil until it is needed
	plants    int
}

var (
	_ pythia.TracePointController = (*World)(nil)
	_ pythia.Leaser               = (*World)(nil)
	_ pythia.Selector             = (*World)(nil)
	_ pythia.LeasedSelector       = (*World)(nil)
	_ pythia.AttributeSwitcher    = (*World)(nil)
	_ pythia.Coster               = (*World)(nil)
)

// NewWorld makes a world in which only the skeleton is on and nothing is wrong.
func NewWorld(c WorldConfig) *World {
	c = c.withDefaults()
	app := generate(c)
	return &World{
		config: c, app: app, points: app.points(), switches: newSwitchboard(app),
		sim: newSimulation(app, c.Seed, c.RequestsPerSecond, start.UnixNano()).arriveAll(),
	}
}

// Now returns the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Unix(0, w.sim.now).UTC()
}

// RequestTypes returns the types of requests, as [pythia.RequestType] names them and [pythia.Selection] selects them.
func (w *World) RequestTypes() []string { return slices.Clone(w.app.types) }

// Run lets time pass. Requests are handed over when they are done, in that order, with the clock at that time; nil discards them. Those that are not
// done at the end are by a later Run.
func (w *World) Run(d time.Duration, observe func(*pythia.Trace)) {
	w.running.Lock()
	defer w.running.Unlock()
	end := w.Now().Add(d).UnixNano()
	for {
		t, more := w.next(end, observe != nil)
		if !more {
			return
		}
		if t != nil {
			observe(t)
		}
	}
}

// next runs until the next request is done.
func (w *World) next(end int64, wanted bool) (t *pythia.Trace, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.sim.next(end)
	if r == nil {
		return nil, false
	}
	defer w.sim.recycle(r)
	if wanted {
		t = w.recorder.record(w.app, r, w.switches.recorded)
	}
	return t, true
}

// Profile returns workflows in which every point was on, to fill a search space with, of all request types in turn. Their requests are others than
// those of Run, have no fault, and take none of the world's time. A longer profile begins with a shorter one.
func (w *World) Profile(n int) []*pythia.Trace {
	s := newSimulation(w.app, combine(w.config.Seed, hash("profile")), w.config.RequestsPerSecond, start.UnixNano()).arriveAll()
	everything := func(*operation, int64, *tracing) (uint64, bool) { return 0, true }
	var rec recorder
	traces := make([]*pythia.Trace, n)
	for left := n; left > 0; {
		r := s.next(math.MaxInt64)
		if at := r.number*uint64(len(w.app.roots)) + uint64(r.requestType); at < uint64(n) {
			traces[at] = rec.record(w.app, r, everything)
			left--
		}
		s.recycle(r)
	}
	return traces
}
