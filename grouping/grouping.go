package grouping

import (
	"fmt"
	"hash/fnv"
	"slices"

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
	return pythia.NewGroupKey(t.RequestType, services(t), points(t)), true
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

func services(t *pythia.Trace) string {
	set := make(map[string]struct{})
	for i := range t.Spans {
		set[t.Spans[i].Point.Scope] = struct{}{}
	}
	return digest("services", set, func(scope string) string { return scope })
}

func points(t *pythia.Trace) string {
	set := make(map[pythia.TracePointID]struct{})
	for i := range t.Spans {
		set[t.Spans[i].Point] = struct{}{}
	}
	return digest("points", set, pythia.TracePointID.String)
}

func path(t *pythia.Trace, m pythia.Measure) string {
	set := make(map[pythia.TracePointID]struct{})
	for _, s := range t.CriticalPath(m) {
		if s.Owner != pythia.NoParent {
			set[t.Spans[s.Owner].Point] = struct{}{}
		}
	}
	return digest("path", set, pythia.TracePointID.String)
}

// digest names a set by what it is a set of, its size, and a hash of its members that is the same in every process.
func digest[K comparable](what string, set map[K]struct{}, name func(K) string) string {
	names := make([]string, 0, len(set))
	for member := range set {
		names = append(names, name(member))
	}
	slices.Sort(names)
	h := fnv.New64a()
	for _, n := range names {
		h.Write([]byte(n))
		h.Write([]byte{0xff})
	}
	return fmt.Sprintf("%s:%d#%016x", what, len(names), h.Sum64())
}
