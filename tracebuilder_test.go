package pythia_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func ExampleTraceBuilder() {
	var builder pythia.TraceBuilder
	for _, id := range []string{"first", "second"} {
		t, err := builder.Build(id, []pythia.Span{{ID: "a", Point: pythia.TracePointID{Scope: "shop", Name: "GET /cart"}, EndNanos: 5e6}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(t.ID, t.RequestType, len(t.CriticalPath(pythia.UntilWorkDone))) // before the next one is built
	}
	// Output:
	// first shop GET /cart 1
	// second shop GET /cart 1
}

// everythingOf is all that a trace tells.
func everythingOf(t *pythia.Trace) []any {
	all := []any{t.ID, t.RequestType, slices.Clone(t.Spans), t.Repairs, slices.Clone(t.Roots()), t.PointSet(), t.ServiceSet()}
	for i := range t.Spans {
		all = append(all, t.Parent(i), slices.Clone(t.Children(i)), t.Context(i), t.WorkEnd(i), t.Stack(i, 100))
	}
	for _, m := range []pythia.Measure{pythia.UntilWorkDone, pythia.UntilAnswered} {
		all = append(all, slices.Clone(t.CriticalPath(m)))
	}
	return all
}

// TestTraceBuilder builds traces of all kinds, one in the memory of the other.
func TestTraceBuilder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var builder pythia.TraceBuilder
	for round := range 2000 {
		spans := make([]pythia.Span, 1+r.IntN(40))
		for i := range spans {
			start := r.Int64N(1000)
			spans[i] = pythia.Span{
				ID: fmt.Sprint(r.IntN(2 * len(spans))), ParentID: fmt.Sprint(r.IntN(2 * len(spans))), Kind: pythia.SpanKind(r.IntN(5)),
				Point:      pythia.TracePointID{Scope: fmt.Sprint("s", r.IntN(4)), Name: fmt.Sprint("n", r.IntN(9))},
				StartNanos: start, EndNanos: start + r.Int64N(500) - 20, Unfinished: r.IntN(20) == 0,
			}
		}
		want, err := pythia.NewTrace("t", slices.Clone(spans))
		require.NoError(t, err)
		got, err := builder.Build("t", spans)
		require.NoError(t, err)
		require.Equal(t, everythingOf(want), everythingOf(got), "round %d", round)
	}
	_, err := builder.Build("none", nil)
	require.ErrorIs(t, err, pythia.ErrNoSpans)
}

func TestTraceBuilderHardlyAllocates(t *testing.T) {
	spans := tree(rand.New(rand.NewPCG(1, 2)), 20, 4)
	for i := range spans {
		spans[i].Attrs = pythia.AttrsOf(pythia.String(pythia.RequestTypeKey, "buy"))
	}
	var builder pythia.TraceBuilder
	work := make([]pythia.Span, len(spans))
	const forgotten = 2 // by pools, at random, under the race detector
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		copy(work, spans)
		built, err := builder.Build("t", work)
		require.NoError(t, err)
		built.CriticalPath(pythia.UntilWorkDone)
	}), float64(forgotten))
}
