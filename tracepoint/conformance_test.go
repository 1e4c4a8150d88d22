package tracepoint_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// advancing is a process whose clock the kit moves.
type advancing struct {
	*process
	clock *tracepointtest.Clock
}

func (a advancing) Advance(d time.Duration) { a.clock.Advance(d) }

func TestConformance(t *testing.T) {
	newRegistryController := func(t *testing.T) advancing {
		points := named("a", "b", "c")
		one := func(context.Context) int { return 1 }
		points["s"] = tracepoint.New("s", "", tracepoint.AlwaysOn(), tracepoint.Int("n", one))
		points["t"] = tracepoint.New("t", "", tracepoint.Int("n", one), tracepoint.Int("m", one))
		clock := new(tracepointtest.Clock)
		return advancing{newProcess(t, tracepoint.LeaseConfig{Clock: clock}, points), clock}
	}
	for name, newController := range map[string]func(*testing.T) pythia.TracePointController{
		"registry":              func(t *testing.T) pythia.TracePointController { return newRegistryController(t) },
		"leases":                func(t *testing.T) pythia.TracePointController { return newLeased(t, all) },
		"leases over plain":     func(t *testing.T) pythia.TracePointController { return newLeased(t, plain) },
		"leases over leases":    func(t *testing.T) pythia.TracePointController { return overLeases(t, newLeased(t, all)) },
		"router":                func(t *testing.T) pythia.TracePointController { return newLayers(t) },
		"router, several":       func(t *testing.T) pythia.TracePointController { return newReplicas(t, false) },
		"router, replicas":      func(t *testing.T) pythia.TracePointController { return newReplicas(t, true) },
		"router over routers":   func(t *testing.T) pythia.TracePointController { return overRouters(t) },
		"router over registry":  func(t *testing.T) pythia.TracePointController { return route(t, newRegistryController(t)) },
		"registry, unobserved":  func(t *testing.T) pythia.TracePointController { return newRegistryController(t).Leases },
		"recorder (in the kit)": func(t *testing.T) pythia.TracePointController { return newLeased(t, all).recorder },
	} {
		t.Run(name, func(t *testing.T) { tracepointtest.Conformance(t, newController) })
	}
}

func overLeases(t *testing.T, inner *leased) pythia.TracePointController {
	outer, err := tracepoint.NewLeases(inner, tracepoint.LeaseConfig{Clock: inner.Clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, outer.Close()) })
	return &leased{Leases: outer, Clock: inner.Clock, recorder: inner.recorder}
}
