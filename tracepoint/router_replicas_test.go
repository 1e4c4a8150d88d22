package tracepoint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// replicas is a router to two controllers of one layer, one of which is plain.
type replicas struct {
	*tracepoint.Router
	*tracepointtest.Clock
	one, two *tracepointtest.Recorder
}

// newReplicas makes controllers of the same points, or of points of their own.
func newReplicas(t *testing.T, same bool) *replicas {
	r := &replicas{Clock: new(tracepointtest.Clock)}
	point := func(name string, keys ...string) pythia.TracePoint {
		return pythia.TracePoint{ID: id(name), Attributes: keys}
	}
	skeleton := pythia.TracePoint{ID: id("s"), AlwaysOn: true}
	second := pythia.TracePointController(nil)
	if same {
		r.one = tracepointtest.NewRecorder(point("a", "n", "m"), point("b"), skeleton)
		r.two = tracepointtest.NewRecorder(point("a", "m", "l"), point("b"), point("c", "k"), skeleton)
		second = r.two
	} else {
		r.one = tracepointtest.NewRecorder(point("a", "n"), skeleton)
		r.two = tracepointtest.NewRecorder(point("b"), point("c"))
		second = r.two.Plain()
	}
	var err error
	r.Router, err = tracepoint.NewRouter(tracepoint.LeaseConfig{Clock: r.Clock}, r.one, second)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// On panics if those that have the point differ.
func (r *replicas) On(id pythia.TracePointID) bool {
	var states []bool
	for _, c := range []*tracepointtest.Recorder{r.one, r.two} {
		if points, _ := c.Points(context.Background()); slices.ContainsFunc(points, func(p pythia.TracePoint) bool { return p.ID == id }) {
			states = append(states, c.On(id))
		}
	}
	if states = slices.Compact(states); len(states) > 1 {
		panic(fmt.Sprint(id, " is on in one of the replicas"))
	}
	return len(states) == 1 && states[0]
}

func (r *replicas) Advance(d time.Duration) {
	r.one.Advance(d)
	r.two.Advance(d)
	r.Clock.Advance(d)
}

// overRouters is a router over one to replicas and one to the kernel.
func overRouters(t *testing.T) pythia.TracePointController {
	below := newReplicas(t, true)
	above := *below
	above.Router = route(t, below.Router, route(t, tracepointtest.NewRecorder()))
	return &above
}

func TestRouterUnitesWhatReplicasList(t *testing.T) {
	one := tracepointtest.NewRecorder(
		pythia.TracePoint{ID: id("a"), Description: "first", Attributes: []string{"n", "m"}}, pythia.TracePoint{ID: id("s"), AlwaysOn: true})
	two := tracepointtest.NewRecorder(
		pythia.TracePoint{ID: id("a"), Description: "second", Source: "a.go:1", Attributes: []string{"m", "l"}}, pythia.TracePoint{ID: id("s")})
	r, ctx := route(t, one, two), t.Context()
	points, err := r.Points(ctx)
	require.NoError(t, err)
	require.Equal(t, []pythia.TracePoint{
		{ID: id("a"), Description: "first", Source: "a.go:1", Attributes: []string{"n", "m", "l"}}, {ID: id("s"), AlwaysOn: true},
	}, points)

	require.NoError(t, r.EnableAttributes(ctx, id("a"), "n", "l"))
	require.Equal(t, []string{"n"}, one.AttributesOn(id("a")))
	require.Equal(t, []string{"l"}, two.AttributesOn(id("a")))
	require.NoError(t, r.EnableAttributes(ctx, id("a"), "l"))
	require.Len(t, one.Calls(), 1, "nothing of it is its")
	require.EqualError(t, r.EnableAttributes(ctx, id("a"), "n", "k"),
		`pythia: trace point "inventory a": the trace point has no such attribute: k`, "said once")

	require.NoError(t, r.Enable(ctx, id("s")))
	require.EqualError(t, r.Disable(ctx, id("s")), `pythia: trace point "inventory s": the trace point is always on`)
	require.True(t, one.On(id("s")))
	require.False(t, two.On(id("s")), "where it can be off it is")
}

func TestRouterSwitchesAllReplicas(t *testing.T) {
	r, ctx, some := newReplicas(t, true), t.Context(), pythia.Selection{OneIn: 10}
	require.NoError(t, r.EnableOnlyFor(ctx, lease, some, id("a"), id("c")), "nobody has listed them yet")
	require.Equal(t, []pythia.TracePointID{id("a")}, r.one.Calls()[0].IDs)
	require.Equal(t, []pythia.TracePointID{id("a"), id("c")}, r.two.Calls()[0].IDs)
	require.Equal(t, some, r.one.Selection(id("a")))
	require.Equal(t, some, r.two.Selection(id("a")))
	r.Advance(lease)
	require.False(t, r.On(id("a")) || r.On(id("c")))
	require.NoError(t, r.Enable(ctx))
	require.Len(t, r.one.Calls(), 1, "nothing to do")
}

func TestRouterGivesOneErrorForAPoint(t *testing.T) {
	r, ctx, worse := newReplicas(t, true), t.Context(), errors.New("worse")
	r.one.Fail(errBroken, id("a"), id("b"))
	r.two.Fail(errBroken, id("a"))
	r.two.Fail(worse, id("b"))
	require.EqualError(t, r.Enable(ctx, id("a"), id("b"), id("c")),
		"pythia: trace point \"inventory a\": broken\npythia: trace point \"inventory b\": broken\nworse")
	require.True(t, r.On(id("c")))

	r.two.Fail(nil, id("b"))
	r.one.Fail(nil, id("a"), id("b"))
	r.two.Fail(nil, id("a"))
	r.two.Fail(errBroken)
	err := r.Disable(ctx, id("a"), id("b"))
	var p *pythia.PointError
	require.ErrorAs(t, err, &p, "one replica is done")
	require.EqualError(t, err, "pythia: trace point \"inventory a\": broken\npythia: trace point \"inventory b\": broken")
	requireWhole(t, r.Disable(ctx, id("c")))
	r.one.Fail(errBroken)
	requireWhole(t, r.Disable(ctx, id("a"), id("b"), id("c")))
	require.EqualError(t, r.EnableFor(ctx, 0, id("a")), "tracepointtest: a lease of 0s ends at once: give a positive one")
}

// requireWhole requires the error of a call that failed as a whole: it is of no point.
func requireWhole(t *testing.T, err error) {
	t.Helper()
	var p *pythia.PointError
	require.False(t, errors.As(err, &p))
	require.EqualError(t, err, "broken")
}

// vanishing is a replica that knows nothing any more of what it listed.
type vanishing struct{ *tracepointtest.Recorder }

func (vanishing) Enable(_ context.Context, ids ...pythia.TracePointID) error {
	var errs []error
	for _, id := range ids {
		errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
	}
	return errors.Join(errs...)
}

func TestRouterBearsReplicasThatLoseAPoint(t *testing.T) {
	one, two := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")}), tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})
	require.NoError(t, route(t, vanishing{one}, two).Enable(t.Context(), id("a")))
	require.True(t, two.On(id("a")))
	require.EqualError(t, route(t, vanishing{one}, vanishing{two}).Enable(t.Context(), id("a")), `pythia: trace point "inventory a": no such trace point`)
}

// mistaken answers about points that it was not asked for.
type mistaken struct{ *tracepointtest.Recorder }

func (mistaken) Enable(context.Context, ...pythia.TracePointID) error {
	return &pythia.PointError{ID: exits, Err: errBroken}
}

func TestRouterLosesNoError(t *testing.T) {
	r := route(t, mistaken{tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})})
	require.EqualError(t, r.Enable(t.Context(), id("a")), `pythia: trace point "hypervisor: kvm exit": broken`)
}

func TestRouterKeepsWhatWasListed(t *testing.T) {
	r, ctx := newReplicas(t, true), t.Context()
	all, err := r.Points(ctx)
	require.NoError(t, err)
	require.Len(t, all, 4)
	r.two.Fail(errBroken)
	points, err := r.Points(ctx)
	require.EqualError(t, err, "tracepoint: the points of controller 2 of 2: broken")
	require.Equal(t, all, points)
	requireWhole(t, r.Enable(ctx, id("c"))) // it is called all the same
	requireWhole(t, r.Enable(ctx, exits))   // who knows what it has
	r.two.Fail(nil)
	require.ErrorIs(t, r.Enable(ctx, exits), pythia.ErrUnknownPoint)
}

// growing lists more points each time, and fails.
type growing struct {
	*tracepointtest.Recorder
	times int
}

func (g *growing) Points(context.Context) (points []pythia.TracePoint, err error) {
	g.times++
	return []pythia.TracePoint{{ID: id(fmt.Sprint(g.times))}}, errBroken
}

func TestRouterAddsWhatIsListedInPart(t *testing.T) {
	r := route(t, &growing{Recorder: tracepointtest.NewRecorder()})
	for i := range 2 {
		points, err := r.Points(t.Context())
		require.ErrorIs(t, err, errBroken)
		require.Len(t, points, i+1)
	}
}

// hanging answers when its context is done.
type hanging struct {
	*tracepointtest.Recorder
	called chan struct{}
}

func (h hanging) Enable(ctx context.Context, _ ...pythia.TracePointID) error {
	close(h.called)
	<-ctx.Done()
	return ctx.Err()
}

func TestRouterIsNotHeldUp(t *testing.T) {
	h := hanging{tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")}), make(chan struct{})}
	other := signalling{tracepointtest.NewRecorder(pythia.TracePoint{ID: id("b")}), make(chan struct{})}
	r := route(t, h, other)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answered := make(chan error)
	go func() { answered <- r.Enable(ctx, id("a"), id("b")) }()
	<-h.called
	<-other.done
	cancel()
	require.EqualError(t, <-answered, `pythia: trace point "inventory a": context canceled`)
	require.True(t, other.On(id("b")))
}

// signalling says when it has switched.
type signalling struct {
	*tracepointtest.Recorder
	done chan struct{}
}

func (s signalling) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	defer close(s.done)
	return s.Recorder.Enable(ctx, ids...)
}

func TestRouterControllersComeAndGo(t *testing.T) {
	clock, ctx := new(tracepointtest.Clock), t.Context()
	r, err := tracepoint.NewRouter(tracepoint.LeaseConfig{Clock: clock})
	require.NoError(t, err)
	require.ErrorIs(t, r.Enable(ctx, id("a")), pythia.ErrUnknownPoint)

	one, two := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")}), tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})
	plain := two.Plain()
	require.NoError(t, r.Add(one))
	require.ErrorContains(t, r.Add(one), "already")
	require.NoError(t, r.EnableFor(ctx, lease, id("a")))
	require.NoError(t, r.Add(plain))
	require.NoError(t, r.EnableFor(ctx, lease, id("a")))
	require.True(t, one.On(id("a")) && two.On(id("a")), "what was added is asked what it has")

	require.NoError(t, r.Remove(plain))
	require.False(t, two.On(id("a")), "its lease was the router's")
	require.Zero(t, clock.Timers())
	require.NoError(t, r.Remove(one))
	require.True(t, one.On(id("a")), "until its lease ends")
	require.ErrorContains(t, r.Remove(one), "no such controller")
	points, err := r.Points(ctx)
	require.NoError(t, err)
	require.Empty(t, points)

	incomparable := struct {
		pythia.TracePointController
		_ []int
	}{TracePointController: one}
	require.NoError(t, r.Add(incomparable))
	require.ErrorContains(t, r.Remove(incomparable), "no such controller")
	require.NoError(t, r.Close())
	require.ErrorContains(t, r.Add(two), "closed")
}

func TestRouterControllersComeAndGoUnderLoad(t *testing.T) {
	r, ctx := newReplicas(t, true), t.Context()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				c := tracepointtest.NewRecorder(pythia.TracePoint{ID: id("a")})
				assert.NoError(t, r.Add(c))
				_, err := r.Points(ctx)
				assert.NoError(t, errors.Join(err, r.EnableFor(ctx, lease, id("a")), r.Disable(ctx, id("a"))))
				assert.NoError(t, r.Remove(c))
			}
		})
	}
	wg.Wait()
	require.False(t, r.On(id("a")))
}
