package grouping

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/pythia-trace/pythia"
)

// AlwaysOn reports whether a trace point belongs to the skeleton that is never switched off. Nil means that every point does, as
// in traces read from a file.
type AlwaysOn func(pythia.TracePointID) bool

func (on AlwaysOn) has(p pythia.TracePointID) bool { return on == nil || on(p) }

// ByRequestType expects requests of one type to perform alike.
type ByRequestType struct{}

// Group implements [pythia.Grouper].
func (ByRequestType) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType), true
}

// ByServices expects requests of one type that involve the same services to perform alike.
type ByServices struct{ AlwaysOn AlwaysOn }

// Group implements [pythia.Grouper].
func (g ByServices) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + services(t, g.AlwaysOn)), true
}

// ByTracePoints expects requests of one type that pass the same trace points to perform alike, however often they pass them.
type ByTracePoints struct{ AlwaysOn AlwaysOn }

// Group implements [pythia.Grouper].
func (g ByTracePoints) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + points(t, g.AlwaysOn)), true
}

// ByCriticalPath expects requests of one type whose critical paths run through the same trace points to perform alike, however often and in
// whatever order.
type ByCriticalPath struct {
	AlwaysOn AlwaysOn
	Measure  pythia.Measure
}

// Group implements [pythia.Grouper].
func (g ByCriticalPath) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType + " " + path(t, g.AlwaysOn, g.Measure)), true
}

// Finest gives every request a key of three levels: its type, its services and its trace points. The critical path is no level of it: which
// of two parallel calls ends last depends on how long they took, so paths split requests by the very durations that are to be
// compared.
type Finest struct{ AlwaysOn AlwaysOn }

// Group implements [pythia.Grouper].
func (g Finest) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	return pythia.NewGroupKey(t.RequestType, services(t, g.AlwaysOn), points(t, g.AlwaysOn)), true
}

// NoValue stands for the value of an attribute that a request does not have.
const NoValue = "(none)"

// ByAttribute splits the groups of another grouper by the value of an attribute, looked up on the workflow's spans from the first on. The
// coarsest level is split, so groups of different values are never judged together. Requests without the attribute form a
// group of their own.
type ByAttribute struct {
	Key      string
	AlwaysOn AlwaysOn // only these points' spans are looked at
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
		if v, found := t.Spans[i].Attr(g.Key); found && g.AlwaysOn.has(t.Spans[i].Point) {
			value = v.String()
			break
		}
	}
	levels := key.Levels()
	levels[0] += " " + g.Key + "=" + value
	return pythia.NewGroupKey(levels...), true
}

func services(t *pythia.Trace, on AlwaysOn) string {
	set := make(map[string]struct{})
	for i := range t.Spans {
		if p := t.Spans[i].Point; on.has(p) {
			set[p.Scope] = struct{}{}
		}
	}
	return digest("services", set, func(scope string) string { return scope })
}

func points(t *pythia.Trace, on AlwaysOn) string {
	set := make(map[pythia.TracePointID]struct{})
	for i := range t.Spans {
		if p := t.Spans[i].Point; on.has(p) {
			set[p] = struct{}{}
		}
	}
	return digest("points", set, pythia.TracePointID.String)
}

func path(t *pythia.Trace, on AlwaysOn, m pythia.Measure) string {
	set := make(map[pythia.TracePointID]struct{})
	if t = skeleton(t, on); t != nil {
		for _, s := range t.CriticalPath(m) {
			if s.Owner != pythia.NoParent {
				set[t.Spans[s.Owner].Point] = struct{}{}
			}
		}
	}
	return digest("path", set, pythia.TracePointID.String)
}

// skeleton returns the workflow as it looks with all but the always-on points switched off: the children of a hidden span hang below its
// nearest visible ancestor. It returns nil where nothing is visible.
func skeleton(t *pythia.Trace, on AlwaysOn) *pythia.Trace {
	if on == nil {
		return t
	}
	above := visibleAncestors(t, on)
	var visible []pythia.Span
	for i := range t.Spans {
		if !on(t.Spans[i].Point) {
			continue
		}
		s := t.Spans[i]
		s.ParentID, s.Links, s.Events = "", nil, nil // events are t's own
		if a := above[i]; a != pythia.NoParent {
			s.ParentID = t.Spans[a].ID
		}
		visible = append(visible, s)
	}
	bare, err := pythia.NewTrace(t.ID, visible)
	if err != nil {
		return nil
	}
	return bare
}

// visibleAncestors returns every span's nearest always-on ancestor. Each span is passed once.
func visibleAncestors(t *pythia.Trace, on AlwaysOn) []int {
	above := make([]int, len(t.Spans))
	queue := slices.Clone(t.Roots())
	for _, r := range queue {
		above[r] = pythia.NoParent
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, c := range t.Children(int(i)) {
			above[c] = above[i]
			if on(t.Spans[i].Point) {
				above[c] = int(i)
			}
			queue = append(queue, c)
		}
	}
	return above
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
