package replay

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pythia-trace/pythia"
)

// Config says what to replay.
type Config struct {
	// Traces are fully instrumented workflows. They are kept, and not changed.
	Traces []*pythia.Trace
	// AlwaysOn says which points belong to the skeleton; nil means the entry points of all services, as [EntryPoints] finds them. It is asked once for
	// each point.
	AlwaysOn func(pythia.TracePointID) bool
	// Optional says which attributes of the skeleton are recorded only when asked for, as all attributes of all other points are; nil means none.
	Optional func(id pythia.TracePointID, key string) bool
	// RequestsPerSecond by the application's clock; zero means as many as were recorded, which is taken to be between one in 1000 s and 1000 per second.
	// In the first pass all requests must begin before 2116.
	RequestsPerSecond float64
	// Seed shuffles the requests, anew in each pass; zero means the order in which they were recorded.
	Seed uint64
}

// Application plays recorded requests, over and over again, as an application would report them in which only some trace points are on. It is the
// controller of its points. All methods are safe for concurrent use. The package comment says how it differs from a live application.
type Application struct {
	config     Config
	recordings []recording // in the order in which they were recorded
	types      []string
	gap        time.Duration // between requests

	mu     sync.Mutex
	points []point // ordered by ID; their descriptions do not change
	now    time.Time
	order  []int // of the recordings in this pass
	played int
}

// New returns an application with only its skeleton on. It fails if there is nothing to replay, or at no rate that is possible.
func New(c Config) (*Application, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	a := &Application{config: c, gap: time.Duration(float64(time.Second) / c.RequestsPerSecond), now: begin(c.Traces[0])}
	if a.room()/a.gap < time.Duration(len(c.Traces)) {
		return nil, fmt.Errorf("replay: at RequestsPerSecond %v the %d requests take until after 2116, the last year that a trace can hold: give a greater rate",
			c.RequestsPerSecond, len(c.Traces))
	}
	a.points, a.types = inventory(&c)
	for _, t := range c.Traces {
		a.recordings = append(a.recordings, a.recording(t))
	}
	return a, nil
}

// setDefaults checks the settings, fills in those left zero and orders a copy of the traces.
func (c *Config) setDefaults() error {
	if err := check(c.Traces); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	c.Traces = slices.Clone(c.Traces)
	slices.SortStableFunc(c.Traces, byTime)
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = recordedRate(c.Traces)
	}
	if !(c.RequestsPerSecond >= 1e-6 && c.RequestsPerSecond <= 1e6) {
		return fmt.Errorf("replay: RequestsPerSecond is %v: give one between a millionth and a million, or 0 for what was recorded", c.RequestsPerSecond)
	}
	if c.AlwaysOn == nil {
		entry := EntryPoints(c.Traces)
		c.AlwaysOn = func(id pythia.TracePointID) bool { return entry[id] }
	}
	return nil
}

// check says what is wrong with traces, if anything is.
func check(traces []*pythia.Trace) error {
	if len(traces) == 0 {
		return errors.New("no traces: give fully instrumented ones")
	}
	for i, t := range traces {
		if !usable(t) {
			return fmt.Errorf("trace %d is nil or not from pythia.NewTrace: leave it out", i)
		}
	}
	return nil
}

// usable reports whether a trace can be walked through.
func usable(t *pythia.Trace) bool { return t != nil && len(t.Roots()) > 0 }

func byTime(a, b *pythia.Trace) int {
	return cmp.Or(cmp.Compare(a.StartNanos(), b.StartNanos()), strings.Compare(a.ID, b.ID))
}

// RequestsPerSecond returns the rate at which requests come.
func (a *Application) RequestsPerSecond() float64 { return a.config.RequestsPerSecond }

// Len returns how many requests a pass has: the recorded ones.
func (a *Application) Len() int { return len(a.recordings) }

// Next lets the time pass until the next request begins, and returns what is reported of it; nil if nothing of it is visible. It returns nil, too, and the
// time stands still, when the next request would begin after 2116.
func (a *Application) Next() *pythia.Trace {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.room() < a.gap {
		return nil
	}
	at := a.played % len(a.recordings)
	if at == 0 {
		a.order = a.passOrder(a.played / len(a.recordings))
	}
	a.played++
	a.now = a.now.Add(a.gap)
	return a.report(&a.recordings[a.order[at]])
}

func (a *Application) passOrder(pass int) []int {
	order := make([]int, len(a.recordings))
	for i := range order {
		order[i] = i
	}
	if a.config.Seed != 0 {
		r := rand.New(rand.NewPCG(a.config.Seed, uint64(pass)))
		r.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
	}
	return order
}
