package pythia

import (
	"iter"
	"maps"
	"slices"
)

// usage is how often the requests of one type pass the trace points that can be switched. Old workflows count ever less.
type usage struct {
	// Profiled workflows were traced fully; SinceNew is how many of them in a row brought no new point.
	Profiled, SinceNew int
	// Arrived is how many came since the last profile began, traced fully or not.
	Arrived int
	// Looked says that a profile has had its chance with them, whatever it saw.
	Looked bool
	// Brought says that the profile has shown points that the requests were not known to pass.
	Brought bool
	Points  map[TracePointID]pointUsage

	rates map[TracePointID]float64 // what perRequest returns; nil: to be worked out
	sum   float64                  // what full returns
}

// pointUsage is what was seen of a point in the workflows in which it was on.
type pointUsage struct {
	Spans     float64
	Bytes     float64
	Workflows float64 // in which the point was on, other than the profiled ones
	Profiled  float64 // fully traced ones since the point was first seen
}

// memory is how many workflows count fully, about.
const memory = 1000

// add adds what came by of late.
func (u *usage) add(p *passes) {
	u.Profiled += p.profiled
	u.SinceNew += p.profiled
	if p.profiled > 0 {
		for id, at := range u.Points {
			at.Profiled += float64(p.profiled)
			u.put(id, at)
		}
	}
	for id, came := range p.points {
		u.pass(id, came, p.profiled)
	}
	for _, s := range p.shown {
		for id := range s.on.ids {
			at := u.Points[id]
			at.Workflows += s.workflows
			u.put(id, at)
		}
	}
	u.fade(p)
}

// pass adds what came by at a point among so many fully traced workflows, and notes whether these have shown it first.
func (u *usage) pass(id TracePointID, came passed, profiled int) {
	at, known := u.Points[id]
	if !known {
		at.Profiled = float64(profiled - came.after)
	}
	if !known && came.profiled {
		u.SinceNew, u.Brought = min(u.SinceNew, profiled-came.after-1), true
	}
	at.Spans += came.spans
	at.Bytes += came.bytes
	u.put(id, at)
}

// fade has old workflows count less at the points that new ones were added to.
func (u *usage) fade(p *passes) {
	if p.profiled > 0 {
		for id, at := range u.Points {
			u.Points[id] = at.faded()
		}
	}
	for id := range p.points {
		u.Points[id] = u.Points[id].faded()
	}
	for _, s := range p.shown {
		for id := range s.on.ids {
			u.Points[id] = u.Points[id].faded()
		}
	}
}

func (u *usage) put(id TracePointID, p pointUsage) {
	if u.Points == nil {
		u.Points = make(map[TracePointID]pointUsage)
	}
	u.Points[id], u.rates = p, nil
}

func (p pointUsage) faded() pointUsage {
	for p.Workflows+p.Profiled > 2*memory {
		p = pointUsage{p.Spans / 2, p.Bytes / 2, p.Workflows / 2, p.Profiled / 2}
	}
	return p
}

// perRequest returns how many spans a request has at each point that was seen. The map is kept, and must not be changed.
func (u *usage) perRequest() map[TracePointID]float64 {
	u.workOut()
	return u.rates
}

// full returns how many spans at points that can be switched a fully traced request has.
func (u *usage) full() float64 {
	u.workOut()
	return u.sum
}

// workOut does so once after each step that something came by in: there can be a hundred thousand points.
func (u *usage) workOut() {
	if u.rates != nil {
		return
	}
	u.rates, u.sum = make(map[TracePointID]float64, len(u.Points)), 0
	for _, id := range sortedPoints(maps.Keys(u.Points)) { // in order: a sum of floats depends on it
		if rate, seen := u.Points[id].rate(); seen {
			u.rates[id] = rate
			u.sum += rate
		}
	}
}

// rate is how many spans a workflow has in which the point is on; false if none was seen.
func (p pointUsage) rate() (spans float64, seen bool) {
	n := p.Workflows + p.Profiled
	return p.Spans / max(n, 1), n > 0
}

func sortedPoints(ids iter.Seq[TracePointID]) []TracePointID {
	return slices.SortedFunc(ids, TracePointID.Compare)
}

// size is about what the span takes as OTLP, in bytes.
func (s *Span) size() int {
	const fixed, perAttribute = 90, 6 // IDs, times and kind; tags and lengths
	n := fixed + len(s.Point.Name)
	for a := range s.Attrs.All() {
		n += perAttribute + len(a.Key) + max(len(a.Value.str), 8)
	}
	for i := range s.Events {
		n += perAttribute + 10 + len(s.Events[i].Name)
		for _, a := range s.Events[i].Attrs {
			n += perAttribute + len(a.Key) + max(len(a.Value.str), 8)
		}
	}
	return n + 40*len(s.Links)
}
