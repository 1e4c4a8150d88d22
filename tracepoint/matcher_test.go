package tracepoint_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

func TestMatcher(t *testing.T) {
	none := context.Background()
	cart := tracepoint.WithRequestType(none, "GET /cart")
	require.Equal(t, "GET /cart", tracepoint.RequestType(cart))
	require.Empty(t, tracepoint.RequestType(none))
	for _, c := range []struct {
		selection pythia.Selection
		ctx       context.Context
		want      bool
	}{
		{pythia.Selection{}, none, true},
		{pythia.Selection{OneIn: 1}, none, true},
		{pythia.Selection{OneIn: -1}, none, true},
		{pythia.Selection{OneIn: 2}, none, false}, // nothing tells the request
		{pythia.Selection{RequestTypes: []string{"x", "GET /cart"}}, cart, true},
		{pythia.Selection{RequestTypes: []string{"x"}}, cart, false},
		{pythia.Selection{RequestTypes: []string{"x"}}, none, false},
		{pythia.Selection{RequestTypes: []string{""}}, none, true},
	} {
		require.Equal(t, c.want, tracepoint.NewMatcher(c.selection).Match(c.ctx), "%+v", c.selection)
	}
	require.True(t, tracepoint.Matcher{}.Match(none))
}

// While the route is not known, a request may be of the selected type.
func TestSelectionTakesUnroutedRequests(t *testing.T) {
	early := tracepoint.WithRequestType(t.Context(), "cart GET")
	for selected, taken := range map[string]bool{
		"cart GET /items": true, "cart GET": true, "my cart GET /x /y": false, "cart POST /items": false, "cart get /items": false, "other GET /items": false,
		"cart /items": false, "/": false, " /": false,
	} {
		require.Equal(t, taken, tracepoint.NewMatcher(pythia.Selection{RequestTypes: []string{selected}}).Match(early), selected)
	}
	routed := tracepoint.WithRequestType(t.Context(), "cart GET /items")
	require.False(t, tracepoint.NewMatcher(pythia.Selection{RequestTypes: []string{"cart GET"}}).Match(routed), "known to be another one")
}

func TestMatchBelow(t *testing.T) {
	half := tracepoint.NewMatcher(pythia.Selection{OneIn: 2})
	for i := range 100 {
		ctx := request(uint64(i) + 1)
		require.Equal(t, half.Match(ctx), half.MatchBelow(ctx, trace.SpanFromContext(ctx)))
		numbered := tracepoint.WithRequestID(ctx, fmt.Sprint(i))
		require.Equal(t, half.Match(numbered), half.MatchBelow(numbered, trace.SpanFromContext(ctx)))
	}
}

func TestRequestKeepsTypeAndID(t *testing.T) {
	half := tracepoint.NewMatcher(pythia.Selection{OneIn: 2, RequestTypes: []string{"a"}})
	for i := range 20 {
		id := fmt.Sprint(i)
		ctx := tracepoint.WithRequestType(tracepoint.WithRequestID(t.Context(), id), "a")
		require.Equal(t, half.Match(ctx), half.Match(tracepoint.WithRequestID(tracepoint.WithRequestType(t.Context(), "a"), id)))
		require.False(t, half.Match(tracepoint.WithRequestType(ctx, "b")))
	}
	require.Contains(t, fmt.Sprint(tracepoint.WithRequestType(t.Context(), "cart GET")), `"cart GET"`)
}

// TestOneInN: the share is right, whether trace IDs are random, consecutive, or what a sampler kept; and rarer ones are among more frequent ones.
func TestOneInN(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const requests = 200_000
	ten, hundred := tracepoint.NewMatcher(pythia.Selection{OneIn: 10}), tracepoint.NewMatcher(pythia.Selection{OneIn: 100})
	for name, next := range map[string]func(i int) context.Context{
		"random":      func(int) context.Context { return request(random.Uint64()) },
		"consecutive": func(i int) context.Context { return request(uint64(i) + 1) },
		"sampled":     func(int) context.Context { return request(random.Uint64() >> 7) },
		"request IDs": func(i int) context.Context { return tracepoint.WithRequestID(request(7), fmt.Sprint("r", i)) },
	} {
		inTen, inHundred := 0, 0
		for i := range requests {
			ctx := next(i)
			if ten.Match(ctx) {
				inTen++
			}
			if hundred.Match(ctx) {
				inHundred++
				require.True(t, ten.Match(ctx))
			}
		}
		require.InDelta(t, requests/10, inTen, 700, name) // 5 standard deviations
		require.InDelta(t, requests/100, inHundred, 230, name)
	}
}

func TestRequestIDBeforeTraceID(t *testing.T) {
	half := tracepoint.NewMatcher(pythia.Selection{OneIn: 2})
	for i := range 100 {
		id := fmt.Sprint(i)
		want := half.Match(tracepoint.WithRequestID(context.Background(), id)) // above the first span
		require.Equal(t, want, half.Match(tracepoint.WithRequestID(request(uint64(i)+1), id)))
	}
}

// TestSameRequestsAtAllPoints: every point on for one request in N traces those requests fully and the others not at all.
func TestSameRequestsAtAllPoints(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	p := newProcess(t, tracepoint.LeaseConfig{}, named(names...))
	require.NoError(t, p.EnableOnly(t.Context(), pythia.Selection{OneIn: 5}, ids(names)...))
	full := 0
	for i := range 500 {
		ctx := request(uint64(i) + 1)
		for _, name := range names {
			inner, span := p.points[id(name)].Start(ctx)
			defer span.End()
			ctx = inner
		}
		started := int(p.started)
		require.True(t, started == 0 || started == len(names))
		full += started / len(names)
		p.started = 0
	}
	require.InDelta(t, 100, full, 45)
	require.NoError(t, p.Enable(t.Context(), id("a")), "Enable widens to all")
	run(context.Background(), p.points[id("a")])
	require.Equal(t, []string{"a"}, p.take())
}

func TestSelectionByType(t *testing.T) {
	p := newProcess(t, tracepoint.LeaseConfig{}, named("a"))
	types := []string{"GET /cart"}
	require.NoError(t, p.EnableOnly(t.Context(), pythia.Selection{RequestTypes: types}, id("a")))
	types[0] = "changed by the caller"
	run(tracepoint.WithRequestType(t.Context(), "GET /home"), p.points[id("a")])
	require.Empty(t, p.take())
	run(tracepoint.WithRequestType(t.Context(), "GET /cart"), p.points[id("a")])
	require.Equal(t, []string{"a"}, p.take())
}
