package pythia

import (
	"math"
	"slices"
	"sort"
)

// SearchStrategy proposes which trace points to switch on next. The strategy proposes, the [Engine] disposes: it drops what does not fit, switches
// the rest, judges what each point showed, and switches off what did not help.
//
// It need not know of layers. The Engine goes down a layer only for targets that nothing of the layers above can split: it asks first with the points of
// the uppermost layer that has any, and then, in the same cycle, about what is left of the targets, with those of the next layer too, and so on.
//
// A strategy is pure: no input or output, no clock, no goroutine, no memory of its own; the same State gives the same Decision. It changes nothing in
// the State. [State.Take] turns candidates, best first, into a Decision that keeps all rules. The package strategy/strategytest checks them.
type SearchStrategy interface {
	// Next returns what to enable. A Decision that enables nothing and leaves nothing out says that none of the Points can split any target.
	Next(s *State) (Decision, error)
}

// State is what a [SearchStrategy] decides on.
type State struct {
	// Targets are the places to be split, most at stake first.
	Targets []Target
	// Space is what could be switched on where. It must only be read.
	Space SearchSpace
	// Points are those that can be switched of the layers that it is about, ordered by ID: all layers from the top down to one. The Space knows those of
	// the layers below too; they count as points that no controller has.
	Points []PointState
	// Room is what is left of the budget.
	Room Cost
	// Seed is for strategies that draw lots. It differs from cycle to cycle, not from layer to layer, and is the same when the same cycles are run again.
	Seed uint64
}

// Target is a place in the workflows of one request type that is to be split.
type Target struct {
	RequestType string
	// Finding, never nil, says what was found at the place; its Location is the edge to split.
	Finding           *Finding
	RequestsPerSecond float64
	// SpansPerRequest is how many spans a request of the type has at a point, for points of which that was seen.
	SpansPerRequest map[TracePointID]float64
	// Tried are the points that the search had on for requests of the type, ordered: what they showed is known.
	Tried []TracePointID
}

// PointState is a trace point with how it is switched.
type PointState struct {
	TracePoint
	// On are the request types for which the Engine has the point on, ordered.
	On []string
	// HitCost is what passing the point costs when it is on, measured if possible.
	HitCost HitCost
}

// Proposal is to switch on one trace point for the requests of one target.
type Proposal struct {
	// Target is an index into State.Targets.
	Target int
	// Node says which point, and what is known of it. Only its Point is required.
	Node SearchNode
	// Why tells the developer the reason. It must not be empty.
	Why string
}

// Decision is what a strategy wants.
type Decision struct {
	// Enable is what to switch on, best first.
	Enable []Proposal
	// LeftOut is how many candidates the budget has no room for.
	LeftOut int
}

// Take goes through candidates, best first, and takes those that are free as long as the budget has room. It is how strategies keep the rules, and
// how the Engine enforces them.
func (s *State) Take(candidates []Proposal) Decision {
	var d Decision
	type key struct {
		requestType string
		at          int
	}
	taken := make(map[key]bool)
	counted := make([]bool, len(s.Points)) // by another target that has the point
	room := s.Room
	for i := range candidates {
		p := &candidates[i]
		at, free := s.free(p)
		if !free {
			continue
		}
		t := &s.Targets[p.Target]
		k := key{t.RequestType, at}
		if taken[k] {
			continue
		}
		taken[k] = true
		cost := t.Cost(&p.Node, &s.Points[at])
		if counted[at] {
			cost.Points = 0
		}
		if !cost.Within(room) {
			d.LeftOut++
			continue
		}
		counted[at] = true
		room = room.Minus(cost)
		d.Enable = append(d.Enable, *p)
	}
	return d
}

// Free reports whether a proposal's point can be switched on for its target: it is among the Points, it is off for requests of the type, and it was not
// tried for them.
func (s *State) Free(p Proposal) bool {
	_, free := s.free(&p)
	return free
}

func (s *State) free(p *Proposal) (at int, free bool) {
	if p.Target < 0 || p.Target >= len(s.Targets) {
		return 0, false
	}
	at, known := s.Index(p.Node.Point)
	return at, known && s.Targets[p.Target].Free(&s.Points[at])
}

// Free reports whether a point can be switched on for the target: it is off for requests of the type, and it was not tried for them.
func (t *Target) Free(p *PointState) bool {
	if p.AlwaysOn || slices.Contains(p.On, t.RequestType) {
		return false
	}
	_, tried := slices.BinarySearchFunc(t.Tried, p.ID, TracePointID.Compare)
	return !tried
}

// Point returns the state of a point, and false if it is not among the Points.
func (s *State) Point(id TracePointID) (PointState, bool) {
	at, known := s.Index(id)
	if !known {
		return PointState{}, false
	}
	return s.Points[at], true
}

// Index returns which of the Points one is, and false if it is not among them.
func (s *State) Index(id TracePointID) (at int, known bool) {
	return sort.Find(len(s.Points), func(i int) int { return id.Compare(s.Points[i].ID) }) // copies no PointState
}

// Cost estimates what a proposal costs, as [Target.Cost] does; nothing is on for one that is not among the Points.
func (s *State) Cost(p Proposal) Cost {
	state := &PointState{HitCost: HitCost{CPU: DefaultSpanCPU, Bytes: DefaultSpanBytes}}
	if at, known := s.Index(p.Node.Point); known {
		state = &s.Points[at]
	}
	return s.Targets[p.Target].Cost(&p.Node, state)
}

// Cost estimates what it costs to switch a context's point on for the target: the spans that requests of the type have at the point, by measurement,
// else as often as the search space saw them in a workflow that has any, times the rate of requests. Figures that cannot be add no room: a number of
// spans counts as 1, and what else is negative as 0. A point that is on for others costs no further one.
func (t *Target) Cost(n *SearchNode, p *PointState) Cost {
	c := Cost{Points: 1}
	if len(p.On) > 0 {
		c.Points = 0
	}
	c.SpansPerSecond = t.spansPerRequest(n) * finite(t.RequestsPerSecond, 0)
	c.BytesPerSecond = c.SpansPerSecond * float64(max(p.HitCost.Bytes, 0))
	c.CPU = c.SpansPerSecond * max(p.HitCost.CPU, 0).Seconds()
	return c
}

func (t *Target) spansPerRequest(n *SearchNode) float64 {
	if measured, seen := t.SpansPerRequest[n.Point]; seen {
		return finite(measured, 1)
	}
	if n.Workflows <= 0 {
		return 1
	}
	return max(1, float64(n.Spans)/float64(n.Workflows)) // less cannot be, in workflows that have any
}

// finite returns a number that is not negative, or what stands for one that is not so.
func finite(v, otherwise float64) float64 {
	if !(v >= 0) || math.IsInf(v, 1) {
		return otherwise
	}
	return v
}
