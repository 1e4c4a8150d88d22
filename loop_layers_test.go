package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
	"github.com/pythia-trace/pythia/strategy"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// layeredApp is a [loopApp] with points of the kernel ("sys_1") and of the hypervisor ("vm_1") below those of the application. Roots are always on.
//
//	GET /a:  a1 (sys_1 (vm_1)), sys_0      GET /b:  b1 (b11), b2 (sys_2)      GET /k:  sys_k
type layeredApp struct {
	*loopApp
	root  string          // of all requests
	tells map[string]bool // points whose spans always have the attribute "n"
}

var layeredTree = map[string][]string{
	"GET /a": {"a1", "sys_0"}, "a1": {"sys_1"}, "sys_1": {"vm_1"},
	"GET /b": {"b1", "b2"}, "b1": {"b11"}, "b2": {"sys_2"},
	"GET /k": {"sys_k"},
}

func layeredPoint(name string) pythia.TracePointID {
	switch {
	case strings.HasPrefix(name, "sys_"):
		return pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: name}
	case strings.HasPrefix(name, "vm_"):
		return pythia.TracePointID{Layer: pythia.LayerHypervisor, Scope: "qemu", Name: name}
	}
	return loopPoint(name)
}

func newLayeredApp(t *testing.T, root string) *layeredApp {
	points := []pythia.TracePoint{{ID: loopPoint(root), AlwaysOn: true}}
	for _, name := range []string{"a1", "b1", "b11", "b2", "sys_0", "sys_1", "sys_2", "sys_k", "vm_1"} {
		points = append(points, pythia.TracePoint{ID: layeredPoint(name)})
	}
	a := &layeredApp{loopApp: newLoopApp(t), root: root, tells: make(map[string]bool)}
	a.Recorder = tracepointtest.NewRecorder(points...)
	var err error
	a.leases, err = tracepoint.NewLeases(a.Recorder, tracepoint.LeaseConfig{Clock: &a.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.leases.Close() })
	return a
}

// spread makes a point take longer by times that vary.
func (a *layeredApp) spread(point string) {
	a.slow[point] = func(r *rand.Rand) (time.Duration, float64) { return time.Duration(30e6 * r.ExpFloat64()), 0 }
}

// request makes a workflow that shows the points that are on, or all of them.
func (a *layeredApp) request(start time.Time, all bool) *pythia.Trace {
	a.number++
	r := rand.New(rand.NewPCG(uint64(a.number), 7))
	var spans []pythia.Span
	var walk func(name, parent string, at int64) int64
	walk = func(name, parent string, at int64) int64 {
		extra, n := time.Duration(0), r.Float64()
		if slow := a.slow[name]; slow != nil {
			extra, n = slow(r)
		}
		s := pythia.Span{ID: fmt.Sprint(name, len(spans)), ParentID: parent, Point: layeredPoint(name), StartNanos: at}
		if a.tells[name] {
			s.Attrs = pythia.AttrsOf(pythia.Number("n", n))
		}
		i, shown := len(spans), all || a.On(s.Point)
		if shown {
			spans, parent = append(spans, s), s.ID
		}
		at += int64(5e5 + 5e4*r.NormFloat64())
		for _, child := range layeredTree[name] {
			for range max(a.times[child], 1) {
				at = walk(child, parent, at)
			}
		}
		at += 5e5 + int64(extra)
		if shown {
			spans[i].EndNanos = at
		}
		return at
	}
	walk(a.root, "", start.UnixNano())
	trace, err := pythia.NewTrace(fmt.Sprint("t", a.number), spans)
	if err != nil {
		panic(err)
	}
	return trace
}

// diagnose runs the application under an Engine until a search has ended. It returns the points that the search had on, in order, as "3 sys_0" if that was
// switched on in the third step that switched something on.
func (a *layeredApp) diagnose(t *testing.T, settings ...func(*pythia.Config)) (*pythia.Diagnosis, []string) {
	t.Helper()
	space := new(searchspace.CCT)
	for range 50 {
		space.Observe(a.request(a.clock.Now(), true))
	}
	engine := newLoopEngine(t, a.loopApp, append([]func(*pythia.Config){func(c *pythia.Config) { c.Loop.Space = space }}, settings...)...)
	var on []string
	steps := 0
	for range 30 {
		for range 100 {
			engine.Observe(a.request(a.clock.Now(), false))
			a.clock.Advance(loopInterval / 100)
		}
		c, err := engine.Step(t.Context())
		require.NoError(t, err)
		require.Empty(t, c.Problems)
		if len(c.Enabled) > 0 {
			steps++
		}
		for _, s := range c.Enabled {
			on = append(on, fmt.Sprint(steps, " ", s.Point.Name))
		}
		if len(c.Concluded) > 0 {
			return c.Concluded[0], on
		}
	}
	require.Fail(t, "not concluded", "%v", on)
	return nil, nil
}

// TestLoopGoesDownALayerLast: the kernel's points have their turn when all of the application's inside the guilty edge were tried, and those that lie below
// what was tried have none.
func TestLoopGoesDownALayerLast(t *testing.T) {
	for name, way := range map[string][]string{
		"sys_0": {"1 a1", "2 sys_0"},
		"a1":    {"1 a1", "2 sys_1"}, // which does not carry it, nor does what it calls
		"sys_1": {"1 a1", "2 sys_1", "3 vm_1"},
		"vm_1":  {"1 a1", "2 sys_1", "3 vm_1"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newLayeredApp(t, "GET /a")
			a.spread(name)
			d, on := a.diagnose(t)
			require.Equal(t, pythia.StopLeaf, d.Stop)
			require.Equal(t, layeredPoint(name), d.Findings[0].Location.Point)
			require.Equal(t, way, on)
		})
	}
}

// TestLoopGoesStraightToTheKernel where the edge has no point of the application.
func TestLoopGoesStraightToTheKernel(t *testing.T) {
	a := newLayeredApp(t, "GET /k")
	a.spread("sys_k")
	d, on := a.diagnose(t)
	require.Equal(t, pythia.StopLeaf, d.Stop)
	require.Equal(t, []string{"1 sys_k"}, on)
	require.Equal(t, layeredPoint("sys_k"), d.Findings[0].Location.Point)
}

// TestLoopStaysInTheApplication where its own key-values explain the place.
func TestLoopStaysInTheApplication(t *testing.T) {
	a := newLayeredApp(t, "GET /a")
	a.bimodal("a1")
	a.tells["a1"] = true
	d, on := a.diagnose(t)
	require.Equal(t, pythia.StopExplained, d.Stop)
	require.Equal(t, []string{"1 a1"}, on)
	require.Equal(t, "shop a1: n", d.Findings[0].Explanations[0].Variable)
}

// TestLoopSwitchesOnNoKernelPointInstead of one that the budget has no room for.
func TestLoopSwitchesOnNoKernelPointInstead(t *testing.T) {
	a := newLayeredApp(t, "GET /a")
	a.times["a1"] = 10 // and so is what it calls, but sys_0 is not
	a.spread("sys_0")
	d, on := a.diagnose(t, func(c *pythia.Config) { c.Loop.Budget.SpansPerSecond = 50 })
	require.Equal(t, pythia.StopUnaffordable, d.Stop)
	require.Empty(t, on)
	require.Equal(t, loopPoint("GET /a"), d.Findings[0].Location.Point)
}

// TestLoopGoesDownForEachPlace by itself: in one step, one is split by a point of the application and the other by one of the kernel.
func TestLoopGoesDownForEachPlace(t *testing.T) {
	a := newLayeredApp(t, "GET /b")
	a.spread("b11")
	a.spread("sys_2")
	var asked []string
	d, on := a.diagnose(t, withStrategy(strategyFunc(func(s *pythia.State) (pythia.Decision, error) {
		last := len(s.Points) - 1
		asked = append(asked, fmt.Sprint(len(s.Targets), " to ", s.Points[last].ID.Layer))
		require.True(t, slices.IsSortedFunc(s.Points, func(a, b pythia.PointState) int { return a.ID.Compare(b.ID) }))
		return strategy.TopDown{}.Next(s)
	})))
	require.Equal(t, pythia.StopLeaf, d.Stop)
	require.Equal(t, []string{"1 b1", "1 b2", "2 b11", "2 sys_2"}, on)
	require.Equal(t, []string{"1 to app", "2 to app", "1 to kernel"}, asked[:3])
	for i, inside := range []string{"GET /b", "GET /b", "b1", "b2"} {
		require.Equal(t, loopPoint(inside), d.Hypotheses[i].Inside)
	}
}
