package pythia_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func statePoint(i int) pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.Layer(i / 20), Scope: fmt.Sprintf("s%d", i/10%2), Name: fmt.Sprintf("p%d", i%10)}
}

// searchState has 30 points in two layers: every other one of the 60 that statePoint names.
func searchState(requestTypes ...string) *pythia.State {
	s := &pythia.State{Room: pythia.Cost{Points: 100, SpansPerSecond: math.Inf(1), BytesPerSecond: math.Inf(1), CPU: math.Inf(1)}}
	for i := 0; i < 60; i += 2 {
		p := pythia.PointState{TracePoint: pythia.TracePoint{ID: statePoint(i)}, HitCost: pythia.HitCost{CPU: time.Microsecond, Bytes: 100}}
		s.Points = append(s.Points, p)
	}
	for _, requestType := range requestTypes {
		s.Targets = append(s.Targets, pythia.Target{RequestType: requestType, RequestsPerSecond: 10})
	}
	return s
}

func proposal(target, point int) pythia.Proposal {
	return pythia.Proposal{Target: target, Node: pythia.SearchNode{Point: statePoint(point)}}
}

func TestStateIndex(t *testing.T) {
	s := searchState()
	for i := range 60 {
		at, known := s.Index(statePoint(i))
		require.Equal(t, i%2 == 0, known)
		p, known := s.Point(statePoint(i))
		require.Equal(t, i%2 == 0, known)
		if known {
			require.Equal(t, i/2, at)
			require.Equal(t, s.Points[at], p)
		} else {
			require.Zero(t, p)
		}
	}
	_, known := new(pythia.State).Index(statePoint(0))
	require.False(t, known)
}

func TestStateFree(t *testing.T) {
	s := searchState("GET")
	s.Points[1].AlwaysOn = true
	s.Points[2].On = []string{"GET", "POST"}
	s.Points[3].On = []string{"POST"}
	s.Targets[0].Tried = []pythia.TracePointID{statePoint(8)}
	for point, free := range map[int]bool{0: true, 1: false, 2: false, 4: false, 6: true, 8: false, 10: true, 11: false} {
		require.Equal(t, free, s.Free(proposal(0, point)), point)
		if at, known := s.Index(statePoint(point)); known {
			require.Equal(t, free, s.Targets[0].Free(&s.Points[at]), point)
		}
	}
	require.False(t, s.Free(proposal(1, 0)))
	require.False(t, s.Free(proposal(-1, 0)))
}

func TestStateCost(t *testing.T) {
	s := searchState("GET")
	s.Points[1].On = []string{"POST"}
	s.Targets[0].SpansPerRequest = map[pythia.TracePointID]float64{statePoint(4): 0.5}
	seen := proposal(0, 0)
	seen.Node.Workflows, seen.Node.Spans = 4, 12
	for _, c := range []struct {
		proposal pythia.Proposal
		points   int
		spans    float64
	}{
		{proposal(0, 0), 1, 10},
		{seen, 1, 30},
		{proposal(0, 2), 0, 10}, // on for others
		{proposal(0, 4), 1, 5},  // measured
	} {
		cost := s.Cost(c.proposal)
		require.Equal(t, c.points, cost.Points)
		require.InDelta(t, c.spans, cost.SpansPerSecond, 1e-9)
		require.InDelta(t, 100*c.spans, cost.BytesPerSecond, 1e-9)
		require.InDelta(t, 1e-6*c.spans, cost.CPU, 1e-12)
		at, known := s.Index(c.proposal.Node.Point)
		require.True(t, known)
		require.Equal(t, cost, s.Targets[0].Cost(&c.proposal.Node, &s.Points[at]))
	}
	require.Equal(t, pythia.Cost{
		Points: 1, SpansPerSecond: 10, BytesPerSecond: 10 * pythia.DefaultSpanBytes, CPU: 10 * pythia.DefaultSpanCPU.Seconds(),
	}, s.Cost(proposal(0, 1)), "no controller has it")
}

// TestStateTake: a point is taken once for each request type, and is one point for all of them.
func TestStateTake(t *testing.T) {
	s := searchState("GET", "POST", "GET")
	s.Room.Points = 2
	d := s.Take([]pythia.Proposal{
		proposal(0, 0), proposal(0, 0), proposal(2, 0), proposal(1, 0), proposal(3, 2), proposal(0, 1), proposal(1, 2), proposal(0, 4), proposal(0, 2),
	})
	require.Equal(t, []pythia.Proposal{proposal(0, 0), proposal(1, 0), proposal(1, 2), proposal(0, 2)}, d.Enable)
	require.Equal(t, 1, d.LeftOut)
}
