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

// profile adds a fully traced workflow.
func (u *usage) profile(t *Trace, switchable func(TracePointID) bool) {
	u.Profiled++
	u.SinceNew++
	known := len(u.Points)
	u.spans(t, switchable)
	if len(u.Points) > known {
		u.SinceNew, u.Brought = 0, true
	}
	for id, p := range u.Points {
		p.Profiled++
		u.Points[id] = p.faded()
	}
}

// observe adds a workflow in which only some of the points were on. Spans of others are those of a switch in progress.
func (u *usage) observe(t *Trace, on []TracePointID, switchable func(TracePointID) bool) {
	u.spans(t, func(id TracePointID) bool { return switchable(id) && slices.Contains(on, id) })
	for _, id := range on {
		p := u.Points[id]
		p.Workflows++
		u.put(id, p.faded())
	}
}

func (u *usage) spans(t *Trace, switchable func(TracePointID) bool) {
	for i := range t.Spans {
		if id := t.Spans[i].Point; switchable(id) {
			p := u.Points[id]
			p.Spans++
			p.Bytes += float64(t.Spans[i].size())
			u.put(id, p)
		}
	}
}

func (u *usage) put(id TracePointID, p pointUsage) {
	if u.Points == nil {
		u.Points = make(map[TracePointID]pointUsage)
	}
	u.Points[id] = p
}

func (p pointUsage) faded() pointUsage {
	if p.Workflows+p.Profiled > 2*memory {
		return pointUsage{p.Spans / 2, p.Bytes / 2, p.Workflows / 2, p.Profiled / 2}
	}
	return p
}

// perRequest returns how many spans a request has at each point that was seen.
func (u *usage) perRequest() map[TracePointID]float64 {
	rates := make(map[TracePointID]float64, len(u.Points))
	for id, p := range u.Points {
		if rate, seen := p.rate(); seen {
			rates[id] = rate
		}
	}
	return rates
}

// rate is how many spans a workflow has in which the point is on; false if none was seen.
func (p pointUsage) rate() (spans float64, seen bool) {
	n := p.Workflows + p.Profiled
	return p.Spans / max(n, 1), n > 0
}

// full returns how many spans at points that can be switched a fully traced request has.
func (u *usage) full() float64 {
	rates := u.perRequest()
	sum := 0.0
	for _, id := range sortedPoints(maps.Keys(rates)) { // in order: a sum of floats depends on it
		sum += rates[id]
	}
	return sum
}

func sortedPoints(ids iter.Seq[TracePointID]) []TracePointID {
	return slices.SortedFunc(ids, TracePointID.Compare)
}

// size is about what the span takes as OTLP, in bytes.
func (s *Span) size() int {
	const fixed, perAttribute = 90, 6 // IDs, times and kind; tags and lengths
	n := fixed + len(s.Point.Name)
	for _, a := range s.Attrs {
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
