package otel_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

// observed is a controller whose points' state shows in what their spans do.
type observed struct {
	*tracepoint.Leases
	*tracepointtest.Clock
	process *process
	t       testing.TB
}

// On starts a span with the point's name, below another one.
func (o observed) On(id pythia.TracePointID) bool {
	points, err := o.Points(context.Background())
	require.NoError(o.t, err)
	if !slices.ContainsFunc(points, func(p pythia.TracePoint) bool { return p.ID == id }) {
		return false // starting it would make it known
	}
	ctx, root := o.process.start(context.Background(), "root", serves)
	defer root.End()
	for _, requestType := range []string{"", "GET /cart", "a"} {
		for i := range 1000 {
			ctx := tracepoint.WithRequestID(tracepoint.WithRequestType(ctx, requestType), strconv.Itoa(i))
			_, span := o.process.start(ctx, id.Name)
			span.End()
			if span.SpanContext().SpanID() != root.SpanContext().SpanID() {
				return true
			}
		}
	}
	return false
}

func TestConformance(t *testing.T) {
	tracepointtest.Conformance(t, func(t *testing.T) pythia.TracePointController {
		p := newProcess(t, otel.Config{Points: append(points("a", "b", "c"), pythia.TracePoint{ID: id("s"), AlwaysOn: true})})
		ctx, root := p.start(t.Context(), "root", serves)
		_, span := p.start(ctx, "first seen")
		span.End()
		root.End()
		clock := new(tracepointtest.Clock)
		leases, err := p.Controller(tracepoint.LeaseConfig{Clock: clock})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, leases.Close()) })
		return observed{leases, clock, p, t}
	})
}

func TestPointsBecomeKnown(t *testing.T) {
	p := newProcess(t, otel.Config{Points: []pythia.TracePoint{{ID: id("declared"), Description: "does it", Source: "a.go:1", Attributes: []string{"x"}}}})
	ctx, root := p.start(t.Context(), "GET /", serves)
	_, span := p.start(ctx, "query", calls)
	span.End()
	root.End()
	listed, err := p.Points(t.Context())
	require.NoError(t, err)
	require.Equal(t, []pythia.TracePoint{
		{ID: id("GET /"), AlwaysOn: true}, {ID: id("declared"), Description: "does it", Source: "a.go:1"}, {ID: id("query")},
	}, listed)
	require.ErrorIs(t, p.Disable(t.Context(), id("GET /")), pythia.ErrAlwaysOn)
	require.ErrorIs(t, p.Enable(t.Context(), pythia.TracePointID{Scope: "other", Name: "query"}), pythia.ErrUnknownPoint)
	require.NoError(t, p.EnableFor(t.Context(), time.Minute, id("query")))
}
