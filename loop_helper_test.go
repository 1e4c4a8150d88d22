package pythia_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const loopInterval = 10 * time.Second

// loopApp is an application made by hand. Every request type has a root of its own, which is always on; below lie, in sequence, the points of
// the type's tree. Every point takes a millisecond or so itself, and what slow adds.
//
//	GET /a:  a1, a2 (a21, a22), a3      GET /b:  b1, b2, shared      GET /c:  c1 (c11), c2, c3, c4: c1 to c4 are always on      GET /d:  d1, shared
//	GET /health
type loopApp struct {
	*tracepointtest.Recorder
	clock  tracepointtest.Clock
	leases *tracepoint.Leases
	perSec map[string]int // requests per second of each type
	number int            // requests so far
	// slow adds to what a point takes in a request, and says what its attribute "n" is there.
	slow map[string]func(r *rand.Rand) (extra time.Duration, n float64)
	// twice is how often a point is passed in a request, where not once.
	times map[string]int
}

var loopTree = map[string][]string{
	"GET /a": {"a1", "a2", "a3"}, "a2": {"a21", "a22"},
	"GET /b": {"b1", "b2", "shared"},
	"GET /d": {"d1", "shared"},
	"GET /c": {"c1", "c2", "c3", "c4"}, "c1": {"c11"},
}

func loopPoint(name string) pythia.TracePointID {
	return pythia.TracePointID{Scope: "shop", Name: name}
}

// loopType is the request type of a root.
func loopType(root string) string { return "shop " + root }

func newLoopApp(t *testing.T) *loopApp {
	var points []pythia.TracePoint
	for _, name := range []string{"a1", "a2", "a3", "a21", "a22", "b1", "b2", "shared", "c11", "d1"} {
		points = append(points, pythia.TracePoint{ID: loopPoint(name), Attributes: []string{"n"}})
	}
	for _, root := range []string{"GET /a", "GET /b", "GET /c", "GET /d", "GET /health", "c1", "c2", "c3", "c4"} {
		points = append(points, pythia.TracePoint{ID: loopPoint(root), AlwaysOn: true, Attributes: []string{"n"}})
	}
	a := &loopApp{
		Recorder: tracepointtest.NewRecorder(points...), perSec: map[string]int{"GET /a": 10},
		slow: make(map[string]func(*rand.Rand) (time.Duration, float64)), times: make(map[string]int),
	}
	var err error
	a.leases, err = tracepoint.NewLeases(a.Recorder, tracepoint.LeaseConfig{Clock: &a.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.leases.Close() })
	a.clock.Advance(time.Hour)
	return a
}

// bimodal makes three in ten requests pass a point 50 ms later, and its attribute tell which.
func (a *loopApp) bimodal(point string) {
	a.slow[point] = func(r *rand.Rand) (time.Duration, float64) {
		if r.IntN(10) < 3 {
			return 50 * time.Millisecond, 1
		}
		return 0, 0
	}
}

// run lets time pass, and hands over the requests that come meanwhile.
func (a *loopApp) run(d time.Duration, observe func(*pythia.Trace)) {
	for range int(d / time.Second) {
		for _, root := range []string{"GET /a", "GET /b", "GET /c", "GET /d", "GET /health"} {
			for i := range a.perSec[root] {
				observe(a.request(root, a.clock.Now().Add(time.Duration(i)*time.Second/time.Duration(a.perSec[root])), a.recorded))
			}
		}
		a.clock.Advance(time.Second)
	}
}

// recorded says whether a point records a request.
func (a *loopApp) recorded(point pythia.TracePointID, root string, number int) bool {
	s := a.Selection(point)
	return a.On(point) && (len(s.RequestTypes) == 0 || slices.Contains(s.RequestTypes, loopType(root))) && (s.OneIn <= 1 || number%s.OneIn == 0)
}

// request makes a workflow that shows the points that are on.
func (a *loopApp) request(root string, start time.Time, on func(p pythia.TracePointID, root string, number int) bool) *pythia.Trace {
	a.number++
	number := a.number
	r := rand.New(rand.NewPCG(uint64(number), 7))
	var spans []pythia.Span
	var walk func(name, parent string, at int64) int64
	walk = func(name, parent string, at int64) int64 {
		extra, n := time.Duration(0), r.Float64()
		self := time.Duration(1e6 + 1e5*r.NormFloat64())
		if slow := a.slow[name]; slow != nil {
			extra, n = slow(r)
		}
		s := pythia.Span{ID: fmt.Sprint(name, len(spans)), ParentID: parent, Point: loopPoint(name), StartNanos: at}
		if slices.Contains(a.AttributesOn(s.Point), "n") {
			s.Attrs = pythia.AttrsOf(pythia.Number("n", n))
		}
		shown := on(s.Point, root, number)
		i, id := len(spans), s.ID
		if shown {
			spans = append(spans, s)
		} else {
			id = parent
		}
		at += int64(self / 2)
		for _, child := range loopTree[name] {
			for range max(a.times[child], 1) {
				at = walk(child, id, at)
			}
		}
		at += int64(self/2 + extra)
		if shown {
			spans[i].EndNanos = at
		}
		return at
	}
	walk(root, "", start.UnixNano())
	trace, err := pythia.NewTrace(fmt.Sprint("t", number), spans)
	if err != nil {
		panic(err)
	}
	return trace
}

// filled is a search space that knows the whole application.
func (a *loopApp) filled() *searchspace.CCT {
	space := new(searchspace.CCT)
	defer func(number int) { a.number = number }(a.number)
	for range 50 {
		for root := range a.perSec {
			space.Observe(a.request(root, a.clock.Now(), func(pythia.TracePointID, string, int) bool { return true }))
		}
	}
	return space
}

// loopRun is an application under an Engine.
type loopRun struct {
	*testing.T
	*loopApp
	engine *pythia.Engine
	cycles []*pythia.Cycle
}

// newLoopRun starts an Engine with a filled search space, which the settings may change.
func newLoopRun(t *testing.T, a *loopApp, settings ...func(*pythia.Config)) *loopRun {
	t.Helper()
	return &loopRun{T: t, loopApp: a, engine: newLoopEngine(t, a, settings...)}
}

func newLoopEngine(t *testing.T, a *loopApp, settings ...func(*pythia.Config)) *pythia.Engine {
	t.Helper()
	c, err := defaults.Live(a.leases)
	require.NoError(t, err)
	c.Loop.Now, c.Loop.ProfileEvery, c.Loop.Interval, c.Loop.Window = a.clock.Now, -1, loopInterval, 2*time.Minute
	c.Loop.Space = a.filled()
	for _, set := range settings {
		set(&c)
	}
	e, err := pythia.New(c)
	require.NoError(t, err)
	return e
}

// step lets an interval pass and makes a step.
func (r *loopRun) step() *pythia.Cycle {
	r.Helper()
	r.run(loopInterval, r.engine.Observe)
	c, err := r.engine.Step(r.Context())
	require.NoError(r, err)
	r.cycles = append(r.cycles, c)
	return c
}

// warmUp makes steps until the loop knows what is normal, and nothing is on.
func (r *loopRun) warmUp() {
	r.Helper()
	for range 12 {
		if c := r.step(); len(c.Concluded) > 0 {
			_, err := r.engine.Report(r.Context())
			require.NoError(r, err)
		}
	}
	require.Empty(r, r.on(), r.log())
	r.cycles = nil
}

// until makes steps until one is as wanted.
func (r *loopRun) until(most int, wanted func(*pythia.Cycle) bool) *pythia.Cycle {
	r.Helper()
	for range most {
		if c := r.step(); wanted(c) {
			return c
		}
	}
	require.Fail(r, "not reached", "%s", r.log())
	return nil
}

// concluded makes steps until a search has ended.
func (r *loopRun) concluded(most int) *pythia.Diagnosis {
	r.Helper()
	return r.until(most, func(c *pythia.Cycle) bool { return len(c.Concluded) > 0 }).Concluded[0]
}

// on returns the points that are on, beyond the always-on ones.
func (r *loopRun) on() []string { return r.loopApp.on() }

func (a *loopApp) on() []string {
	on := []string{}
	for _, name := range []string{"a1", "a2", "a21", "a22", "a3", "b1", "b2", "shared", "c11", "d1"} {
		if a.On(loopPoint(name)) {
			on = append(on, name)
		}
	}
	return on
}

// log tells what the cycles did.
func (r *loopRun) log() (text string) {
	for _, c := range r.cycles {
		text += fmt.Sprintf("%d: %d requests, %+v, problems %q\n", c.Number, c.Requests, c.Cost, c.Problems)
		for _, s := range c.Enabled {
			text += fmt.Sprintf("   + %s %v %s: %s\n", s.Point, s.Attributes, s.RequestType, s.Why)
		}
		for _, s := range c.Disabled {
			text += fmt.Sprintf("   - %s %v %s: %s\n", s.Point, s.Attributes, s.RequestType, s.Why)
		}
		for _, d := range c.Concluded {
			text += fmt.Sprintf("   = %s %s\n", d.RequestType, d.Stop)
		}
	}
	return text
}

// hypothesis returns the one about a point.
func hypothesis(t *testing.T, d *pythia.Diagnosis, point string, attributes ...string) pythia.Hypothesis {
	t.Helper()
	for _, h := range d.Hypotheses {
		if h.Point == loopPoint(point) && slices.Equal(h.Attributes, attributes) {
			return h
		}
	}
	require.Fail(t, "no such hypothesis", "%s %v in %+v", point, attributes, d.Hypotheses)
	return pythia.Hypothesis{}
}

// cyclesJSON writes cycles for comparison.
func cyclesJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(text)
}

// syncBuffer is a log that may be written by several at a time.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *syncBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }
