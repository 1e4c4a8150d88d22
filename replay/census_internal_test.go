package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// recursive is a request in which a calls b, which calls a, whose clock is slow: it seems to begin first.
func recursive(t *testing.T) *pythia.Trace {
	trace, err := pythia.NewTrace("r", []pythia.Span{
		{ID: "1", Point: pointAt("s", "root"), StartNanos: 10, EndNanos: 100},
		{ID: "2", ParentID: "1", Point: pointAt("s", "a"), StartNanos: 20, EndNanos: 90},
		{ID: "3", ParentID: "2", Point: pointAt("s", "b"), StartNanos: 30, EndNanos: 80},
		{ID: "4", ParentID: "3", Point: pointAt("s", "a"), StartNanos: 5, EndNanos: 70},
		{ID: "5", ParentID: "4", Point: pointAt("s", "c"), StartNanos: 50, EndNanos: 60},
		{ID: "6", ParentID: "1", Point: pointAt("s", "d"), StartNanos: 91, EndNanos: 95},
	})
	require.NoError(t, err)
	return trace
}

// TestCensusFoldsRecursion: it is folded, whatever came first, and a walk up ends.
func TestCensusFoldsRecursion(t *testing.T) {
	traces := []*pythia.Trace{recursive(t)}
	require.Zero(t, TakeCensus(traces, "another type", nil).Contexts)
	c := TakeCensus(traces, "", nil)
	require.Equal(t, 5, c.Contexts)
	space := new(searchspace.CCT)
	space.Observe(recursive(t))
	all := make(map[pythia.TracePointID]bool)
	for p := range c.by {
		all[p] = true
	}
	require.Equal(t, 5, c.At(all))
	// what recursion calls, c, lies below what it leads back to, a, and so not below b
	for operation, astray := range map[string]int{"root": 0, "a": 1, "b": 2, "c": 2, "d": 3, "nothing": 5, "": 0} {
		require.Equal(t, astray, c.astray(all, &Truth{Service: "s", Operation: operation}, space), operation)
	}
	location := pythia.Location{
		Kind: pythia.LocationGap, Point: pointAt("s", "root"), Stack: []pythia.TracePointID{pointAt("s", "root")},
		From: pythia.Event{Point: pointAt("s", "a"), End: true}, To: pythia.Event{Point: pointAt("s", "root"), End: true},
	}
	require.Equal(t, 3, c.astray(all, &Truth{Service: "s", Operation: "root", Location: &location}, space), "what lies in the gap, and what leads to it, is not")
}
