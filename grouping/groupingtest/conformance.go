// Package groupingtest checks groupers against the contract of [pythia.Grouper], anyone's.
package groupingtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

const workflows = 100

// Conformance checks a grouper: that the same workflow gets the same key whenever, wherever and in whatever order its spans came; that it changes no
// workflow; that keys have the same number of levels for all workflows that it does not leave out; that it can be used concurrently; and that no
// workflow, however odd, makes it panic. Run it with -race.
func Conformance(t *testing.T, g pythia.Grouper) {
	t.Helper()
	for _, part := range []struct {
		name  string
		check func(*testing.T, pythia.Grouper)
	}{
		{"same key", checkSame},
		{"any order of spans", checkOrder},
		{"workflow unchanged", checkUnchanged},
		{"levels", checkLevels},
		{"concurrent", checkConcurrent},
		{"odd workflows", checkOdd},
	} {
		t.Run(part.name, func(t *testing.T) { part.check(t, g) })
	}
}

type keyed struct {
	key pythia.GroupKey
	ok  bool
}

func keyOf(g pythia.Grouper, t *pythia.Trace) keyed {
	key, ok := g.Group(t)
	return keyed{key, ok}
}

func checkSame(t *testing.T, g pythia.Grouper) {
	for seed := range uint64(workflows) {
		w := build(t, spans(seed))
		first := keyOf(g, w)
		require.Equal(t, first, keyOf(g, w), "the same workflow again, seed %d", seed)
		require.Equal(t, first, keyOf(g, build(t, spans(seed))), "an equal workflow, seed %d", seed)
	}
}

func checkOrder(t *testing.T, g pythia.Grouper) {
	for seed := range uint64(workflows) {
		shuffled := spans(seed)
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		require.Equal(t, keyOf(g, build(t, spans(seed))), keyOf(g, build(t, shuffled)), "seed %d", seed)
	}
}

func checkUnchanged(t *testing.T, g pythia.Grouper) {
	for seed := range uint64(workflows) {
		w, untouched := build(t, spans(seed)), build(t, spans(seed))
		g.Group(w)
		require.Equal(t, untouched.Spans, w.Spans, "seed %d", seed)
		require.Equal(t, untouched.RequestType, w.RequestType, "seed %d", seed)
	}
}

func checkLevels(t *testing.T, g pythia.Grouper) {
	levels := 0
	for seed := range uint64(workflows) {
		k := keyOf(g, build(t, spans(seed)))
		if !k.ok {
			continue
		}
		if levels == 0 {
			levels = len(k.key.Levels())
		}
		require.Len(t, k.key.Levels(), levels, "seed %d: all keys have as many levels; NewGroupKey makes them", seed)
		require.Equal(t, k.key, k.key.Truncate(levels), "seed %d", seed)
	}
}

func checkConcurrent(t *testing.T, g pythia.Grouper) {
	w := build(t, spans(7))
	want := keyOf(g, w)
	got := make([]keyed, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = keyOf(g, w) })
	}
	wg.Wait()
	for _, k := range got {
		require.Equal(t, want, k)
	}
}

func checkOdd(t *testing.T, g pythia.Grouper) {
	long := strings.Repeat("x", 1<<16)
	for what, s := range map[string][]pythia.Span{
		"a span without anything": {{}},
		"no parent":               {{ID: "a"}, {ID: "b", ParentID: "gone"}},
		"a cycle":                 {{ID: "a", ParentID: "b"}, {ID: "b", ParentID: "a"}},
		"long names":              {{ID: "a", Point: pythia.TracePointID{Scope: long, Name: long}}},
		"control characters":      {{ID: "a", Point: pythia.TracePointID{Scope: "\x1f", Name: "\x00\xff"}}},
		"no attribute's value":    {{ID: "a", Attrs: pythia.AttrsOf(pythia.Attr{})}},
		"unfinished":              {{ID: "a", StartNanos: 5, Unfinished: true}},
	} {
		w := build(t, s)
		require.NotPanics(t, func() { g.Group(w) }, what)
	}
}

func build(t *testing.T, s []pythia.Span) *pythia.Trace {
	w, err := pythia.NewTrace("t", slices.Clone(s))
	require.NoError(t, err)
	return w
}

// spans makes a random workflow of a few services, with attributes. No two spans begin at once, so that it has one shape whatever their order.
func spans(seed uint64) []pythia.Span {
	r := rand.New(rand.NewPCG(seed, 0))
	all := []pythia.Span{{ID: "0", Point: pythia.TracePointID{Scope: "shop", Name: "GET /"}, EndNanos: 1e6}}
	for i := range 5 + r.IntN(25) {
		parent := &all[r.IntN(len(all))]
		start := parent.StartNanos + 100*r.Int64N(1000) + int64(i)
		all = append(all, pythia.Span{
			ID: fmt.Sprint(i + 1), ParentID: parent.ID, Kind: pythia.SpanKind(r.IntN(5)),
			Point:      pythia.TracePointID{Scope: fmt.Sprint("service-", r.IntN(4)), Name: fmt.Sprint("operation-", r.IntN(6))},
			StartNanos: start, EndNanos: start + 1 + r.Int64N(1e5),
			Attrs: pythia.AttrsOf(pythia.Number("n", float64(r.IntN(9))), pythia.String("tenant", fmt.Sprint(r.IntN(3)))),
		})
	}
	return all
}
