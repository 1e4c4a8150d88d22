package replay

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// Config says what to replay.
type Config struct {
	// Traces are fully instrumented workflows. They are kept, and not changed.
	Traces []*pythia.Trace
	// AlwaysOn says which points belong to the skeleton; nil means the entry points of all services, as [EntryPoints] finds them.
	AlwaysOn func(pythia.TracePointID) bool
	// RequestsPerSecond by the application's clock; zero means as many as were recorded.
	RequestsPerSecond float64
	// Seed shuffles the requests, anew in each pass; zero means the order in which they were recorded.
	Seed uint64
}

// Application plays recorded requests, over and over again, as an application would report them in which only some trace points are on. It is the
// controller of its points. The first request comes at the time when the first one was recorded, the others evenly after it, by the clock that [Application.Now]
// reads and [Application.Next] moves.
//
// A request is reported as it was recorded, at its new time and under an ID of its own, with the points that were on when it began: hidden spans are left
// out, and their children hang below the nearest visible span. The attributes of points that can be switched are left out too, until they are asked
// for. None is in flight when points are switched. All methods are safe for concurrent use.
type Application struct {
	config Config
	points []pythia.TracePoint // ordered by ID
	types  []string

	mu       sync.Mutex
	switches map[pythia.TracePointID]*setting
	now      time.Time
	gap      time.Duration
	order    []int
	played   int
}

// New returns an application with only its skeleton on. It fails if there is nothing to replay, or at no rate.
func New(c Config) (*Application, error) {
	if len(c.Traces) == 0 {
		return nil, errors.New("replay: no traces: give fully instrumented ones")
	}
	c.Traces = slices.Clone(c.Traces)
	slices.SortStableFunc(c.Traces, byTime)
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = recordedRate(c.Traces)
	}
	if !(c.RequestsPerSecond > 0) || c.RequestsPerSecond > 1e6 {
		return nil, fmt.Errorf("replay: RequestsPerSecond is %v: give one up to a million, or 0 for what was recorded", c.RequestsPerSecond)
	}
	if c.AlwaysOn == nil {
		entry := EntryPoints(c.Traces)
		c.AlwaysOn = func(id pythia.TracePointID) bool { return entry[id] }
	}
	a := &Application{
		config: c, switches: make(map[pythia.TracePointID]*setting), gap: time.Duration(float64(time.Second) / c.RequestsPerSecond),
		now: time.Unix(0, c.Traces[0].StartNanos()).UTC(),
	}
	a.points, a.types = inventory(c.Traces, c.AlwaysOn)
	for _, p := range a.points {
		a.switches[p.ID] = new(setting)
	}
	return a, nil
}

func byTime(a, b *pythia.Trace) int {
	if a.StartNanos() != b.StartNanos() {
		if a.StartNanos() < b.StartNanos() {
			return -1
		}
		return 1
	}
	if a.ID < b.ID {
		return -1
	}
	if a.ID > b.ID {
		return 1
	}
	return 0
}

// recordedRate is how many requests came per second, at least one in a thousand seconds and at most a thousand: recordings can be of single moments.
func recordedRate(ordered []*pythia.Trace) float64 {
	seconds := float64(ordered[len(ordered)-1].StartNanos()-ordered[0].StartNanos()) / 1e9
	return math.Min(math.Max(float64(len(ordered))/seconds, 1e-3), 1e3)
}

// Now returns the application's time.
func (a *Application) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// RequestsPerSecond returns the rate at which requests come.
func (a *Application) RequestsPerSecond() float64 { return a.config.RequestsPerSecond }

// Len returns how many requests a pass has: the recorded ones.
func (a *Application) Len() int { return len(a.config.Traces) }

// Next lets the time pass until the next request, and returns what is reported of it; nil if nothing of it is visible.
func (a *Application) Next() *pythia.Trace {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.config.Traces)
	pass := a.played / n
	if a.played%n == 0 {
		a.order = a.passOrder(pass)
	}
	t := a.config.Traces[a.order[a.played%n]]
	a.played++
	a.now = a.now.Add(a.gap)
	return a.report(t, pass)
}

func (a *Application) passOrder(pass int) []int {
	order := make([]int, len(a.config.Traces))
	for i := range order {
		order[i] = i
	}
	if a.config.Seed != 0 {
		r := rand.New(rand.NewPCG(a.config.Seed, uint64(pass)))
		r.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
	}
	return order
}
