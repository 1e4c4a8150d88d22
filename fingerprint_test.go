package pythia_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestFingerprintKnowsNoOrder(t *testing.T) {
	var ab, ba, other, more pythia.Fingerprint
	for _, s := range []string{"a", "b"} {
		ab.AddString(s)
	}
	for _, s := range []string{"b", "a"} {
		ba.AddString(s)
	}
	for _, s := range []string{"a", "c"} {
		other.AddString(s)
	}
	for _, s := range []string{"a", "b", "c"} {
		more.AddString(s)
	}
	require.Equal(t, ab, ba)
	require.NotEqual(t, ab, other)
	require.NotEqual(t, ab.Hash, more.Hash)
	require.Equal(t, "0#0000000000000000", pythia.Fingerprint{}.String())
	require.Equal(t, fmt.Sprintf("3#%016x", more.Hash), more.String())
}

// TestFingerprintsOfTraces: of each point and service once, however often they occur, and although traces before had them too.
func TestFingerprintsOfTraces(t *testing.T) {
	var points, services pythia.Fingerprint
	for _, p := range []pythia.TracePointID{{Scope: "web", Name: "GET /"}, {Scope: "db", Name: "query"}, {Scope: "db", Name: "commit"}} {
		points.AddPoint(p)
	}
	services.AddString("web")
	services.AddString("db")
	for range 3 {
		trace, err := pythia.NewTrace("t", []pythia.Span{
			{ID: "1", Point: pythia.TracePointID{Scope: "web", Name: "GET /"}},
			{ID: "2", ParentID: "1", Point: pythia.TracePointID{Scope: "db", Name: "query"}},
			{ID: "3", ParentID: "1", Point: pythia.TracePointID{Scope: "db", Name: "query"}},
			{ID: "4", ParentID: "1", Point: pythia.TracePointID{Scope: "db", Name: "commit"}},
		})
		require.NoError(t, err)
		require.Equal(t, points, trace.PointSet())
		require.Equal(t, services, trace.ServiceSet())
	}
}
