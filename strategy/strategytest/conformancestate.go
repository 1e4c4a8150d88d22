package strategytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/pythia-trace/pythia"
)

// conformanceState is a State with what it was made of.
type conformanceState struct {
	pythia.State
	name  string
	space *conformanceSpace
}

// newConformanceState makes a state, the same one whenever it is given the same seed.
func newConformanceState(seed uint64) *conformanceState {
	r := rand.New(rand.NewPCG(seed, 0))
	pool := conformancePoints(2 + r.IntN(20))
	s := &conformanceState{name: fmt.Sprintf("generated state %d", seed), space: randomSpace(r, pool)}
	s.Seed, s.Space = r.Uint64(), s.space
	types := []string{"GET /", "GET /cart", "POST /checkout"}
	for _, id := range pool {
		if r.IntN(6) > 0 { // else no controller has it
			s.Points = append(s.Points, randomPoint(r, id, types))
		}
	}
	for range r.IntN(4) {
		t := randomTarget(r, s.space, pool, types)
		for _, u := range s.Targets {
			if u.RequestType == t.RequestType { // what is about the type is the same
				t.RequestsPerSecond, t.SpansPerRequest, t.Tried = u.RequestsPerSecond, u.SpansPerRequest, slices.Clone(u.Tried)
			}
		}
		s.Targets = append(s.Targets, t)
	}
	s.Room = randomRoom(r)
	return s
}

// conformancePoints returns some points of all layers, ordered by ID.
func conformancePoints(n int) []pythia.TracePointID {
	points := make([]pythia.TracePointID, n)
	for i := range points {
		points[i] = pythia.TracePointID{Scope: "cart", Name: fmt.Sprintf("call%06d", i)}
		switch i % 7 {
		case 3:
			points[i].Scope = "stock"
		case 5:
			points[i] = pythia.TracePointID{Layer: pythia.LayerKernel, Scope: "linux", Name: fmt.Sprintf("sys%06d", i)}
		case 6:
			points[i] = pythia.TracePointID{Layer: pythia.LayerHypervisor, Scope: "qemu", Name: fmt.Sprintf("exit%06d", i)}
		}
	}
	slices.SortFunc(points, pythia.TracePointID.Compare)
	return points
}

func randomSpace(r *rand.Rand, pool []pythia.TracePointID) *conformanceSpace {
	space := new(conformanceSpace)
	space.add(0, randomNode(r, pool), true)
	for range r.IntN(60) {
		space.add(r.IntN(len(space.contexts)), randomNode(r, pool), true)
	}
	return space
}

// randomNode often equals others in what was seen of it.
func randomNode(r *rand.Rand, pool []pythia.TracePointID) pythia.SearchNode {
	n := pythia.SearchNode{Point: pool[r.IntN(len(pool))], Workflows: r.Int64N(4)}
	n.Spans = n.Workflows * (1 + r.Int64N(3))
	if n.Workflows > 0 {
		n.MeanSeconds, n.StdDevSeconds = float64(r.IntN(4))*1e-3, float64(r.IntN(3))*1e-3
		n.CallerShare = float64(r.IntN(7)-2) / 4
	}
	return n
}

func randomPoint(r *rand.Rand, id pythia.TracePointID, types []string) pythia.PointState {
	p := pythia.PointState{TracePoint: pythia.TracePoint{ID: id}}
	switch r.IntN(8) {
	case 0:
		p.AlwaysOn = true
	case 1, 2:
		p.On = types[r.IntN(len(types)):]
	}
	p.On = slices.Clone(p.On)
	if r.IntN(3) > 0 {
		p.HitCost = pythia.HitCost{CPU: time.Duration(r.IntN(5)) * time.Microsecond, Bytes: r.IntN(1000)}
	}
	return p
}

func randomTarget(r *rand.Rand, space *conformanceSpace, pool []pythia.TracePointID, types []string) pythia.Target {
	t := pythia.Target{
		RequestType: types[r.IntN(len(types))], RequestsPerSecond: float64(r.IntN(100)),
		SpansPerRequest: make(map[pythia.TracePointID]float64),
	}
	for _, id := range pool {
		if r.IntN(3) == 0 {
			t.SpansPerRequest[id] = float64(r.IntN(20)) / 4
		}
		if r.IntN(6) == 0 {
			t.Tried = append(t.Tried, id)
		}
	}
	at := space.contexts[r.IntN(len(space.contexts))]
	reasons := []pythia.Reason{pythia.ReasonHighVariance, pythia.ReasonMultimodal, pythia.ReasonConsistentlySlow, pythia.ReasonChanged}
	t.Finding = &pythia.Finding{Rank: 1, Group: &pythia.Group{RequestType: t.RequestType}, Reason: reasons[r.IntN(len(reasons))]}
	t.Finding.Location = randomLocation(r, at, space)
	return t
}

// randomLocation is an edge of a context: from its start or a child's event, to its end or a child's event.
func randomLocation(r *rand.Rand, at conformanceContext, space *conformanceSpace) pythia.Location {
	l := pythia.Location{Kind: pythia.LocationSpan, Point: at.Point, Stack: slices.Clone(at.stack)}
	l.From, l.To = pythia.Event{Point: at.Point}, pythia.Event{Point: at.Point, End: true}
	if n := len(at.children); n > 0 && r.IntN(2) == 0 {
		l.Kind = pythia.LocationGap
		from := r.IntN(n)
		if r.IntN(2) == 0 {
			l.From = pythia.Event{Point: space.contexts[at.children[from]].Point, End: true}
		}
		if r.IntN(2) == 0 {
			l.To = pythia.Event{Point: space.contexts[at.children[from+r.IntN(n-from)]].Point}
		}
	}
	return l
}

// randomRoom is none, little, plenty, or less than none.
func randomRoom(r *rand.Rand) pythia.Cost {
	room := pythia.Cost{
		Points: r.IntN(6), SpansPerSecond: float64(r.IntN(500)), BytesPerSecond: float64(r.IntN(200_000)), CPU: float64(r.IntN(1000)) * 1e-6,
	}
	switch r.IntN(8) {
	case 0:
		return pythia.Cost{}
	case 1:
		return pythia.Cost{}.Minus(room)
	case 2:
		room.Points -= 3
	case 3, 4, 5:
		return unlimited
	}
	return room
}

// newLargeState has a context for each point, all below one root, which is the target, and free.
func newLargeState(pool []pythia.TracePointID, above func(i int) int) *conformanceState {
	s := &conformanceState{space: new(conformanceSpace)}
	s.Space, s.Points = s.space, make([]pythia.PointState, 0, len(pool))
	for i, id := range pool {
		n := pythia.SearchNode{Point: id, Workflows: 10, Spans: 10, MeanSeconds: 1e-3, StdDevSeconds: float64(i%100) * 1e-6}
		place := 0 // of the root, which is the first context after that above all roots
		if i > 0 {
			place = 1 + above(i)
		}
		s.space.add(place, n, false)
		s.Points = append(s.Points, pythia.PointState{TracePoint: pythia.TracePoint{ID: id}})
	}
	root := pool[0]
	f := &pythia.Finding{Rank: 1, Group: &pythia.Group{RequestType: "GET /"}, Reason: pythia.ReasonHighVariance}
	f.Location = pythia.Location{Kind: pythia.LocationSpan, Point: root, Stack: []pythia.TracePointID{root}}
	f.Location.From, f.Location.To = pythia.Event{Point: root}, pythia.Event{Point: root, End: true}
	s.Targets = []pythia.Target{{RequestType: "GET /", Finding: f, RequestsPerSecond: 1}}
	return s
}

// String describes the state for somebody who debugs a strategy, the beginning of it if it is large.
func (s *conformanceState) String() string {
	const most = 30
	var b strings.Builder
	fmt.Fprintf(&b, "%s: seed %d\nroom: %+v\n", s.name, s.Seed, s.Room)
	for i, t := range s.Targets[:min(most, len(s.Targets))] {
		l := t.Finding.Location
		fmt.Fprintf(&b, "target %d: %q, %g/s, %s, from the %v to the %v in %v, tried %v\n",
			i, t.RequestType, t.RequestsPerSecond, t.Finding.Reason, l.From, l.To, l.Stack, t.Tried)
		for _, n := range s.inside(l)[:min(most, len(s.inside(l)))] {
			fmt.Fprintf(&b, "\tinside: %v, %d spans in %d workflows, leaf: %v\n", n.Point, n.Spans, n.Workflows, n.Leaf)
		}
	}
	for _, p := range s.Points[:min(most, len(s.Points))] {
		fmt.Fprintf(&b, "point %v: always on: %v, on for %q, a hit costs %v and %d bytes\n", p.ID, p.AlwaysOn, p.On, p.HitCost.CPU, p.HitCost.Bytes)
	}
	return b.String()
}

func (s *conformanceState) inside(l pythia.Location) []pythia.SearchNode {
	if s.Space == nil {
		return nil
	}
	return s.Space.Inside(l.Stack, l.From, l.To)
}
