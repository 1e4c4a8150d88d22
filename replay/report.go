package replay

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/pythia-trace/pythia"
)

// report is what the application says of a request that begins now.
func (a *Application) report(t *pythia.Trace, pass int) *pythia.Trace {
	id := fmt.Sprintf("%s/%d", t.ID, pass)
	lot := hash(id)
	shown := make(map[pythia.TracePointID]*setting) // nil: hidden
	for _, p := range a.points {
		s := a.switches[p.ID]
		s.lapse(a.now)
		if p.AlwaysOn || s.shows(t, lot) {
			shown[p.ID] = s
		}
	}
	visible := t.Without(func(id pythia.TracePointID) bool { return shown[id] == nil })
	if visible == nil {
		return nil
	}
	later := a.now.UnixNano() - t.StartNanos()
	spans := slices.Clone(visible.Spans)
	for i := range spans {
		s := &spans[i]
		s.ParentID = ""
		if p := visible.Parent(i); p != pythia.NoParent {
			s.ParentID = spans[p].ID
		}
		s.Links = nil // they are parents by now
		s.StartNanos += later
		s.EndNanos += later
		s.Events = slices.Clone(s.Events)
		for k := range s.Events {
			s.Events[k].TimeNanos += later
		}
		s.Attrs = a.recorded(s, shown[s.Point])
	}
	reported, err := pythia.NewTrace(id, spans)
	if err != nil {
		return nil
	}
	reported.RequestType = t.RequestType
	return reported
}

// recorded returns the attributes that a span has: all of the skeleton's, those asked for of others.
func (a *Application) recorded(s *pythia.Span, now *setting) []pythia.Attr {
	if a.config.AlwaysOn(s.Point) || len(s.Attrs) == 0 {
		return s.Attrs
	}
	var attrs []pythia.Attr
	for _, attr := range s.Attrs {
		if now.attributes[attr.Key] {
			attrs = append(attrs, attr)
		}
	}
	return attrs
}

func hash(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64()
}
