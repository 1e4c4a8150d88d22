package replay

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/pythia-trace/pythia"
)

// report is what the application says of a request that begins now.
func (a *Application) report(r *recording) *pythia.Trace {
	nearest, visible := r.nearest(a.shown(r.RequestType))
	if visible == 0 {
		return nil
	}
	later := a.now.UnixNano() - r.StartNanos()
	spans := make([]pythia.Span, 0, visible)
	for i := range r.Spans {
		if nearest[i] != int32(i) {
			continue
		}
		s := moved(&r.Spans[i], later)
		s.ParentID = ""
		if p := r.Parent(i); p != pythia.NoParent && nearest[p] != pythia.NoParent {
			s.ParentID = r.Spans[nearest[p]].ID
		}
		s.Attrs = a.points[r.points[i]].recorded(s.Attrs)
		spans = append(spans, s)
	}
	reported, err := pythia.NewTrace(r.ID+"/"+strconv.Itoa(a.played), spans)
	if err != nil {
		return nil
	}
	reported.RequestType = r.RequestType
	return reported
}

// shown returns which points requests of a type show now. For points that are on for one in so many, a lot is drawn, the same for all points.
func (a *Application) shown(requestType string) []bool {
	lot := rand.NewPCG(a.config.Seed, uint64(a.played)).Uint64()
	shown := make([]bool, len(a.points))
	for i := range a.points {
		p := &a.points[i]
		p.lapse(a.now)
		shown[i] = p.AlwaysOn || p.shows(requestType, lot)
	}
	return shown
}

// moved returns a span as of another time. Its links are left out: those within the request are parents by now, and the requests that others
// lead to are played under other IDs.
func moved(s *pythia.Span, nanos int64) pythia.Span {
	m := *s
	m.Links = nil
	m.StartNanos += nanos
	m.EndNanos += nanos
	m.Events = slices.Clone(s.Events)
	for i := range m.Events {
		m.Events[i].TimeNanos += nanos
	}
	return m
}

// recorded returns the attributes that a span has: those asked for and, of the skeleton, all that nobody need ask for.
func (p *point) recorded(attrs pythia.Attrs) pythia.Attrs {
	switch {
	case p.AlwaysOn && len(p.Attributes) == 0:
		return attrs
	case !p.AlwaysOn && len(p.attributes) == 0:
		return pythia.Attrs{}
	}
	var shown []pythia.Attr
	for attr := range attrs.All() {
		if p.attributes[attr.Key] || p.AlwaysOn && !p.optional(attr.Key) {
			shown = append(shown, attr)
		}
	}
	return pythia.AttrsOf(shown...)
}

func (p *point) optional(key string) bool {
	_, listed := slices.BinarySearch(p.Attributes, key)
	return listed
}
