package replay

import (
	"context"
	"maps"
	"slices"

	"github.com/pythia-trace/pythia"
)

// EntryPoints returns the points at which requests enter a service: those of spans without a parent, or with one in another service. Traces that are
// nil, or not from [pythia.NewTrace], count for nothing.
func EntryPoints(traces []*pythia.Trace) map[pythia.TracePointID]bool {
	entry := make(map[pythia.TracePointID]bool)
	for _, t := range traces {
		if !usable(t) {
			continue
		}
		for i := range t.Spans {
			id := t.Spans[i].Point
			if p := t.Parent(i); p == pythia.NoParent || t.Spans[p].Point.Scope != id.Scope {
				entry[id] = true
			}
		}
	}
	return entry
}

// mostAttributes bounds how many attributes of a point are told apart.
const mostAttributes = 200

// inventory returns what can be switched, ordered by ID, and the request types in order.
func inventory(c *Config) ([]point, []string) {
	keys := make(map[pythia.TracePointID]map[string]bool)
	types := make(map[string]bool)
	for _, t := range c.Traces {
		types[t.RequestType] = true
		for i := range t.Spans {
			s := &t.Spans[i]
			known := keys[s.Point]
			if known == nil {
				known = make(map[string]bool)
				keys[s.Point] = known
			}
			for attr := range s.Attrs.All() {
				if len(known) < mostAttributes {
					known[attr.Key] = true
				}
			}
		}
	}
	var points []point
	for _, id := range slices.SortedFunc(maps.Keys(keys), pythia.TracePointID.Compare) {
		p := pythia.TracePoint{ID: id, AlwaysOn: c.AlwaysOn(id)}
		for _, key := range slices.Sorted(maps.Keys(keys[id])) {
			if !p.AlwaysOn || c.Optional != nil && c.Optional(id, key) {
				p.Attributes = append(p.Attributes, key)
			}
		}
		points = append(points, point{TracePoint: p})
	}
	return points, slices.Sorted(maps.Keys(types))
}

// Points implements [pythia.TracePointController]. Points in no trace do not exist. Attributes are those that can be asked for: of the skeleton, those
// that [Config].Optional names; of all others, the first 200 seen.
func (a *Application) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	points := make([]pythia.TracePoint, len(a.points))
	for i := range a.points {
		points[i] = a.points[i].TracePoint
		points[i].Attributes = slices.Clone(points[i].Attributes)
	}
	return points, nil
}

// find returns where a point is, and whether it is known.
func (a *Application) find(id pythia.TracePointID) (int, bool) {
	return slices.BinarySearchFunc(a.points, id, func(p point, id pythia.TracePointID) int { return p.ID.Compare(id) })
}

func (a *Application) alwaysOn(id pythia.TracePointID) bool {
	at, known := a.find(id)
	return known && a.points[at].AlwaysOn
}

// RequestTypes returns the types of the recorded requests, in order.
func (a *Application) RequestTypes() []string { return slices.Clone(a.types) }
