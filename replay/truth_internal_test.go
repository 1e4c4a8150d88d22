package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func pointAt(scope, name string) pythia.TracePointID {
	return pythia.TracePointID{Scope: scope, Name: name}
}

func truthAt(l pythia.Location) Truth {
	return Truth{Service: l.Point.Scope, Operation: l.Point.Name, Location: &l}
}

func TestTruthNames(t *testing.T) {
	pay := pointAt("bank", "pay")
	span := pythia.Location{Kind: pythia.LocationSpan, Point: pay}
	call := pythia.Location{Kind: pythia.LocationCall, Point: pointAt("shop", "POST"), Callee: "bank"}
	away := pythia.Location{Kind: pythia.LocationCall, Point: pointAt("bank", "GET"), Callee: "mint"}
	gap := pythia.Location{Kind: pythia.LocationGap, Point: pay, From: pythia.Event{Point: pay}, To: pythia.Event{Point: pointAt("bank", "check")}}
	other := pythia.Location{Kind: pythia.LocationGap, Point: pay, From: gap.To, To: pythia.Event{Point: pay, End: true}}
	back := pythia.Location{Kind: pythia.LocationCall, Point: call.Point, Callee: "depot"}
	between := pythia.Location{Kind: pythia.LocationSpan}
	seen := span
	seen.To, seen.Stack = pythia.Event{Point: pay, End: true}, []pythia.TracePointID{pay}
	for _, c := range []struct {
		name  string
		truth Truth
		want  []pythia.Location
	}{
		{"a service", Truth{Service: "bank"}, []pythia.Location{span, call, gap, other, seen}},
		{"a third party", Truth{Service: "mint"}, []pythia.Location{away}},
		{"an operation", Truth{Service: "bank", Operation: "pay"}, []pythia.Location{span, gap, other, seen}},
		{"an operation that calls", Truth{Service: "shop", Operation: "POST"}, []pythia.Location{call, back}},
		// Known as a location, a place is more than its operation: the work of a span is not the wait in a gap of it.
		{"a span", truthAt(span), []pythia.Location{span, seen}},
		// A call to another service, from the same span, is another matter.
		{"a call", truthAt(call), []pythia.Location{call}},
		// A span can have several gaps, with different things in them.
		{"a gap", truthAt(gap), []pythia.Location{gap}},
		{"between roots", truthAt(between), []pythia.Location{between}},
	} {
		var named []pythia.Location
		for _, l := range []pythia.Location{span, call, away, gap, other, back, between, seen} {
			if c.truth.Names(&l) {
				named = append(named, l)
			}
		}
		require.Equal(t, c.want, named, c.name)
	}
}
