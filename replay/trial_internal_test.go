package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// TestTrialGoesOn until a search of its type comes to a result; what searches that came to none had on counts all the same.
func TestTrialGoesOn(t *testing.T) {
	pay, check := pointAt("bank", "pay"), pointAt("bank", "check")
	place := &pythia.Finding{Location: pythia.Location{Kind: pythia.LocationSpan, Point: pay}, VarianceShare: 0.9}
	ended := func(requestType string, stop pythia.StopReason) *pythia.Diagnosis {
		return &pythia.Diagnosis{RequestType: requestType, Stop: stop, Findings: []*pythia.Finding{place}}
	}
	trial := Trial{Truth: Truth{RequestType: "buy", Service: "bank", Operation: "pay"}}
	r, enabled := new(Result), make(map[pythia.TracePointID]bool)
	trial.take(r, &pythia.Cycle{
		Enabled:   []pythia.Switched{{RequestType: "buy", Point: check}, {RequestType: "sell", Point: pointAt("bank", "book")}},
		Concluded: []*pythia.Diagnosis{ended("sell", pythia.StopLeaf), ended("buy", pythia.StopOvertaken), ended("buy", pythia.StopGone)},
	}, enabled)
	require.Equal(t, new(Result), r)
	trial.take(r, &pythia.Cycle{Enabled: []pythia.Switched{{RequestType: "buy", Point: pay}}}, enabled)
	for _, stop := range []pythia.StopReason{pythia.StopLeaf, pythia.StopExplained} { // the first one counts
		trial.take(r, &pythia.Cycle{Concluded: []*pythia.Diagnosis{ended("buy", stop)}}, enabled)
		require.Equal(t, pythia.StopLeaf, r.Stop)
		require.True(t, r.Found)
	}
	require.Equal(t, map[pythia.TracePointID]bool{pay: true, check: true}, enabled)
}
