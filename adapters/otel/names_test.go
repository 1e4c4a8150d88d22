package otel_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otel"
)

// Names share the places of a tracer; each finds its own point all the same.
func TestNamesWithOnePlace(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("ab", "bb", "xxb")})
	require.NoError(t, p.Enable(t.Context(), id("bb")))
	tracer := p.Tracer("")
	ctx, root := tracer.Start(t.Context(), "root")
	for range 3 {
		for _, name := range []string{"ab", "bb", "", "xxb"} {
			_, span := tracer.Start(ctx, name)
			span.End()
		}
	}
	root.End()
	require.Equal(t, []string{"bb", "bb", "bb", "root"}, p.take())
}

func TestSetNameMakesAPoint(t *testing.T) {
	p := newProcess(t, otel.Config{Points: points("query")})
	query := func() {
		ctx, root := p.start(t.Context(), "GET", serves)
		_, span := p.start(ctx, "query")
		span.SetName("SELECT cart")
		span.End()
		root.SetName("GET /cart")
		root.End()
	}
	query()
	require.Equal(t, []string{"GET /cart"}, p.take())
	require.ErrorIs(t, p.Enable(t.Context(), id("SELECT cart")), pythia.ErrUnknownPoint, "no such span was recorded yet")
	require.ErrorIs(t, p.Disable(t.Context(), id("GET /cart")), pythia.ErrAlwaysOn)

	require.NoError(t, p.Enable(t.Context(), id("query")))
	query()
	require.Equal(t, []string{"GET /cart", "SELECT cart"}, p.take())
	require.NoError(t, p.Disable(t.Context(), id("query")))
	query()
	require.Equal(t, []string{"GET /cart"}, p.take())

	require.NoError(t, p.Enable(t.Context(), id("SELECT cart")), "by the name that traces show")
	query()
	require.Equal(t, []string{"GET /cart", "SELECT cart"}, p.take())
	require.NoError(t, p.Disable(t.Context(), id("SELECT cart")))
	query()
	require.Equal(t, []string{"GET /cart"}, p.take())
	listed, err := p.Points(t.Context())
	require.NoError(t, err)
	require.Equal(t, []pythia.TracePoint{
		{ID: id("GET"), AlwaysOn: true}, {ID: id("GET /cart"), AlwaysOn: true}, {ID: id("SELECT cart")}, {ID: id("query")},
	}, listed)
}

func TestNamesBeyondTheBound(t *testing.T) {
	var log strings.Builder
	p := newProcess(t, otel.Config{MaxPoints: 3, Points: points("a"), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, root := p.start(t.Context(), "root", serves)
	for _, name := range []string{"b", "c", "d", "b", "", strings.Repeat("x", 2000)} {
		_, span := p.start(ctx, name)
		span.End()
		_, span = p.start(ctx, name, serves)
		span.SetName("e") // beyond too
		span.End()
	}
	root.End()
	listed, err := p.Points(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 3)
	require.Equal(t, []string{"b", "e", "e", "e", "e", "e", "e", "root"}, p.take(), "off, unless they are the skeleton")
	require.EqualValues(t, 4*2+2, p.Overflow(), "four names, twice, and twice that of a point's span")
	require.Contains(t, log.String(), "MaxPoints")
}

func TestManyNamesAtOnce(t *testing.T) {
	p := newProcess(t, otel.Config{MaxPoints: 500})
	ctx, root := p.start(t.Context(), "root")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 1000 {
				_, span := p.start(ctx, strings.Repeat("x", i))
				span.End()
			}
		})
	}
	wg.Wait()
	root.End()
	listed, err := p.Points(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 500)
}
