package defaults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/strategy/strategytest"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

const diagnoserVariable = "DEFAULTS_TEST_DIAGNOSER"

func TestMain(m *testing.M) {
	if os.Getenv(diagnoserVariable) != "" {
		diagnoseUntilKilled()
	}
	goleak.VerifyTestMain(m)
}

// order is what the diagnosing process asks of the one that has the points, a line of JSON each.
type order struct {
	Enable, Disable []pythia.TracePointID
	Lease           time.Duration
	Selection       pythia.Selection
}

// remote is a controller whose points are in another process. Its world, which has points of the same names, follows.
type remote struct{ *strategytest.World }

func (r remote) EnableOnlyFor(ctx context.Context, lease time.Duration, s pythia.Selection, ids ...pythia.TracePointID) error {
	r.send(order{Enable: ids, Lease: lease, Selection: s})
	return r.World.EnableOnlyFor(ctx, lease, s, ids...)
}

func (r remote) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	r.send(order{Disable: ids})
	return r.World.Disable(ctx, ids...)
}

func (r remote) send(o order) {
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		os.Exit(1) // its parent died first
	}
}

// diagnoseUntilKilled is what the child process does: it diagnoses a world with a fault, for ever.
func diagnoseUntilKilled() {
	world := strategytest.NewWorld(strategytest.WorldConfig{Seed: 1})
	_, err := world.Plant(strategytest.Fault{Kind: strategytest.LockContention})
	c, err2 := defaults.Live(remote{world})
	c.Loop.Now, c.Loop.Interval = world.Now, interval
	e, err3 := pythia.New(c)
	if err != nil || err2 != nil || err3 != nil {
		fmt.Fprintln(os.Stderr, err, err2, err3)
		os.Exit(1)
	}
	for {
		world.Run(interval, e.Observe)
		if _, err := e.Step(context.Background()); err != nil {
			os.Exit(1)
		}
	}
}

// TestDiagnoserKilled: the process that diagnoses is killed while it has trace points on in another, and they go off within their lease.
func TestDiagnoserKilled(t *testing.T) {
	clock := new(tracepointtest.Clock)
	points := make(map[pythia.TracePointID]*tracepoint.Point)
	router := routerOf(t, clock, points)

	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), diagnoserVariable+"=1")
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lease := time.Duration(0)
	for orders := bufio.NewReader(out); ; {
		line, err := orders.ReadBytes('\n')
		require.NoError(t, err)
		var o order
		require.NoError(t, json.Unmarshal(line, &o))
		if len(o.Enable) > 0 {
			require.NoError(t, router.EnableOnlyFor(t.Context(), o.Lease, o.Selection, o.Enable...))
		}
		require.NoError(t, router.Disable(t.Context(), o.Disable...))
		if len(o.Selection.RequestTypes) > 0 { // no profile any more: it is in the middle of a search
			lease = o.Lease
			break
		}
	}
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait(), "killed")

	require.Positive(t, countOn(points))
	clock.Advance(lease - 1)
	require.Positive(t, countOn(points), "the lease holds")
	clock.Advance(1)
	require.Zero(t, countOn(points))
}

// routerOf makes the points of the child's world, with leases, as its services would.
func routerOf(t *testing.T, clock tracepoint.Clock, points map[pythia.TracePointID]*tracepoint.Point) *tracepoint.Router {
	listed, err := strategytest.NewWorld(strategytest.WorldConfig{Seed: 1}).Points(t.Context())
	require.NoError(t, err)
	registries := make(map[string]*tracepoint.Registry)
	for _, p := range listed {
		if p.AlwaysOn {
			continue
		}
		r := registries[p.ID.Scope]
		if r == nil {
			r, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: p.ID.Scope, Provider: noop.NewTracerProvider()})
			require.NoError(t, err)
			registries[p.ID.Scope] = r
		}
		points[p.ID] = tracepoint.New(p.ID.Name, "")
		require.NoError(t, r.Add(points[p.ID]))
	}
	var controllers []pythia.TracePointController
	for _, r := range registries {
		c, err := tracepoint.NewController(r, tracepoint.LeaseConfig{Clock: clock})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		controllers = append(controllers, c)
	}
	router, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, controllers...)
	require.NoError(t, err)
	return router
}

func countOn(points map[pythia.TracePointID]*tracepoint.Point) (on int) {
	for _, p := range points {
		if p.On() {
			on++
		}
	}
	return on
}
