package tracepoint_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

func newRegistry(t *testing.T) *tracepoint.Registry {
	t.Helper()
	r, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope, Provider: noop.NewTracerProvider()})
	require.NoError(t, err)
	return r
}

func TestRegistryPoints(t *testing.T) {
	number := tracepoint.Number("n", func(context.Context) float64 { return 1 })
	_, _, line, _ := runtime.Caller(0)
	b := tracepoint.New("b", "second", tracepoint.AlwaysOn())
	a := tracepoint.New("a", "first", number)
	r := newRegistry(t)
	require.False(t, b.On())
	require.NoError(t, r.Add(b, a))
	require.True(t, b.On(), "always on")
	require.False(t, a.On())
	require.Equal(t, []pythia.TracePoint{
		{ID: id("a"), Description: "first", Source: fmt.Sprint("tracepoint/registry_test.go:", line+2), Attributes: []string{"n"}},
		{ID: id("b"), Description: "second", Source: fmt.Sprint("tracepoint/registry_test.go:", line+1), AlwaysOn: true, Attributes: []string{}},
	}, r.Points())
}

func TestRegistryReportsMistakes(t *testing.T) {
	number := tracepoint.Number("n", func(context.Context) float64 { return 1 })
	for message, p := range map[string]*tracepoint.Point{
		"nil or zero Point":                  nil,
		"declare it with New":                new(tracepoint.Point),
		"it has no name":                     tracepoint.New("", ""),
		"an attribute has no key":            tracepoint.New("x", "", tracepoint.Int("", func(context.Context) int { return 1 })),
		`attribute "f" has no function`:      tracepoint.New("x", "", tracepoint.String("f", nil)),
		`attribute "n" is declared twice`:    tracepoint.New("x", "", number, number),
		`"a" at tracepoint/registry_test.go`: tracepoint.New("a", "", tracepoint.AlwaysOn()),
	} {
		r, good := newRegistry(t), tracepoint.New("good", "", tracepoint.AlwaysOn())
		require.NoError(t, r.Add(tracepoint.New("a", "")))
		err := r.Add(p, good)
		require.ErrorContains(t, err, message)
		require.True(t, good.On(), "the others are added")
		require.False(t, p != nil && p.On())
	}
}

func TestRegistryDuplicates(t *testing.T) {
	p, r := tracepoint.New("a", ""), newRegistry(t)
	require.NoError(t, r.Add(p))
	require.ErrorIs(t, r.Add(p), tracepoint.ErrDuplicate, "the same point twice")
	require.ErrorIs(t, newRegistry(t).Add(p), tracepoint.ErrDuplicate, "in two registries")
	require.ErrorIs(t, r.Add(tracepoint.New("a", "")), tracepoint.ErrDuplicate, "the same name twice")
	require.Len(t, r.Points(), 1)
}

func TestRegistryCloses(t *testing.T) {
	skeleton := tracepoint.New("skeleton", "", tracepoint.AlwaysOn())
	switched := tracepoint.New("switched", "", tracepoint.Int("n", func(context.Context) int { return 1 }))
	points := map[string]*tracepoint.Point{"skeleton": skeleton, "switched": switched}
	first := newProcess(t, tracepoint.LeaseConfig{}, points)
	require.NoError(t, first.EnableFor(t.Context(), lease, id("switched")))
	require.NoError(t, first.EnableAttributes(t.Context(), id("switched"), "n"))
	_, span := switched.Start(t.Context())
	for range 2 {
		first.registry.Close()
	}
	require.False(t, skeleton.On() || switched.On())
	require.Empty(t, first.registry.Points())
	require.ErrorIs(t, first.Enable(t.Context(), id("switched")), pythia.ErrUnknownPoint)
	require.ErrorContains(t, first.registry.Add(tracepoint.New("late", "")), "closed")
	span.End()
	require.Equal(t, []string{"switched"}, first.take(), "what has begun is ended")

	second := newProcess(t, tracepoint.LeaseConfig{}, points)
	require.True(t, skeleton.On())
	require.False(t, switched.On())
	require.NoError(t, second.Enable(t.Context(), id("switched")))
	first.registry.Close()
	require.NoError(t, first.Leases.Close())
	require.True(t, skeleton.On() && switched.On(), "they are the second's")
	run(t.Context(), switched)
	require.Empty(t, first.take())
	spans := second.takeSpans()
	require.Len(t, spans, 1)
	require.Empty(t, spans[0].attrs, "nothing is left of what was on in the first")
}

// TestRegistriesChangeUnderLoad: points go from one registry to the next while requests pass them, and each span comes to one of the registries.
func TestRegistriesChangeUnderLoad(t *testing.T) {
	p := tracepoint.New("p", "", tracepoint.AlwaysOn())
	out := new(exporter)
	done := make(chan struct{})
	var requests sync.WaitGroup
	for range 4 {
		requests.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					run(request(1), p)
				}
			}
		})
	}
	for range 200 {
		r, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope, Provider: out})
		require.NoError(t, err)
		require.NoError(t, r.Add(p))
		r.Close()
	}
	close(done)
	requests.Wait()
	require.False(t, p.On())
	out.mu.Lock()
	defer out.mu.Unlock()
	require.Len(t, out.spans, int(out.started), "what was started was ended")
}

func TestConfigErrors(t *testing.T) {
	_, err := tracepoint.NewRegistry(tracepoint.RegistryConfig{Provider: noop.NewTracerProvider()})
	require.ErrorContains(t, err, "scope")
	_, err = tracepoint.NewRegistry(tracepoint.RegistryConfig{Scope: scope})
	require.ErrorContains(t, err, "provider")
	_, err = tracepoint.NewController(nil, tracepoint.LeaseConfig{})
	require.ErrorContains(t, err, "registry")
	_, err = tracepoint.NewLeases(nil, tracepoint.LeaseConfig{})
	require.ErrorContains(t, err, "controller")
	_, err = tracepoint.NewController(newRegistry(t), tracepoint.LeaseConfig{Retry: -1})
	require.ErrorContains(t, err, "negative")
	_, err = tracepoint.NewRouter(tracepoint.LeaseConfig{}, nil)
	require.ErrorContains(t, err, "nil")
	_, err = tracepoint.NewRouter(tracepoint.LeaseConfig{Timeout: -1})
	require.ErrorContains(t, err, "negative")
}
