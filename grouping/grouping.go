package grouping

import (
	"github.com/pythia-trace/pythia"
)

// ByRequestType expects requests of one type to perform alike.
type ByRequestType struct{}

// Group implements [pythia.Grouper].
func (ByRequestType) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType), true
}

// ByServices expects requests of one type that involve the same services to perform alike.
type ByServices struct{}

// Group implements [pythia.Grouper].
func (ByServices) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + services(t)), true
}

// ByTracePoints expects requests of one type that pass the same trace points to perform alike, however often they pass them.
type ByTracePoints struct{}

// Group implements [pythia.Grouper].
func (ByTracePoints) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + points(t)), true
}

// ByCriticalPath expects requests of one type whose critical paths run through the same trace points to perform alike, however often and in
// whatever order.
type ByCriticalPath struct{ Measure pythia.Measure }

// Group implements [pythia.Grouper].
func (g ByCriticalPath) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + path(t, g.Measure)), true
}

// Finest gives every request a key of three levels: its type, its services and its trace points. The critical path is no level of it: which
// of two parallel calls ends last depends on how long they took, so paths split requests by the very durations that are to be
// compared.
type Finest struct{}

// Group implements [pythia.Grouper].
func (Finest) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType, name("services", t.ServiceSet()), name("points", t.PointSet())), true
}

// NoValue stands for the value of an attribute that a request does not have.
const NoValue = "(none)"

// ByAttribute splits the groups of another grouper by the value of an attribute, looked up on the workflow's spans from the first on. The
// coarsest level is split, so groups of different values are never judged together. Requests without the attribute form a
// group of their own.
type ByAttribute struct {
	Key string
	// Within is the grouper to refine; nil means [ByRequestType].
	Within pythia.Grouper
}

// Group implements [pythia.Grouper].
func (g ByAttribute) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	within := g.Within
	if within == nil {
		within = ByRequestType{}
	}
	key, ok := within.Group(t)
	if !ok {
		return "", false
	}
	value := NoValue
	for i := range t.Spans {
		if v, found := t.Spans[i].Attr(g.Key); found {
			value = v.String()
			break
		}
	}
	levels := key.Levels()
	levels[0] += " " + g.Key + "=" + value
	return pythia.NewGroupKey(levels...), true
}

func services(t *pythia.Trace) string { return name("services", t.ServiceSet()) }

func points(t *pythia.Trace) string { return name("points", t.PointSet()) }

func path(t *pythia.Trace, m pythia.Measure) string {
	var set pythia.Fingerprint
	seen := make(map[pythia.TracePointID]struct{})
	for _, s := range t.CriticalPath(m) {
		if s.Owner == pythia.NoParent {
			continue
		}
		p := t.Spans[s.Owner].Point
		if _, again := seen[p]; !again {
			seen[p] = struct{}{}
			set.AddPoint(p)
		}
	}
	return name("path", set)
}

// name names a set by what it is a set of.
func name(what string, set pythia.Fingerprint) string {
	b := make([]byte, 0, 40)
	return string(set.Append(append(append(b, what...), ':')))
}
