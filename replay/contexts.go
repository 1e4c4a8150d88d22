package replay

import "github.com/pythia-trace/pythia"

// contexts are the calling contexts of requests, as the full traces have them.
type contexts struct {
	all map[pythia.ContextID]calling
	by  map[pythia.TracePointID][]pythia.ContextID
}

type calling struct {
	point pythia.TracePointID
	above pythia.ContextID
}

// contextsOf returns those of a request type; of all, if it is empty.
func (a *Application) contextsOf(requestType string) *contexts {
	c := &contexts{all: make(map[pythia.ContextID]calling), by: make(map[pythia.TracePointID][]pythia.ContextID)}
	for _, r := range a.recordings {
		if requestType == "" || r.RequestType == requestType {
			c.add(r.Trace)
		}
	}
	return c
}

func (c *contexts) add(t *pythia.Trace) {
	for i := range t.Spans {
		id, above, point := t.Context(i), pythia.RootContext, t.Spans[i].Point
		if p := t.Parent(i); p != pythia.NoParent {
			above = t.Context(p)
		}
		if _, known := c.all[id]; known || id != above.Child(point) { // recursion leads back to a context above
			continue
		}
		c.all[id] = calling{point, above}
		c.by[point] = append(c.by[point], id)
	}
}

// count returns how many contexts some points have.
func (c *contexts) count(points map[pythia.TracePointID]bool) (n int) {
	for p := range points {
		n += len(c.by[p])
	}
	return n
}

// astray returns how many contexts of some points neither lead to the true place nor lie in it.
func (c *contexts) astray(points map[pythia.TracePointID]bool, t *Truth, space pythia.SearchSpace) (n int) {
	on := c.onTheWay(t, space)
	for p := range points {
		for _, id := range c.by[p] {
			if !on[id] {
				n++
			}
		}
	}
	return n
}

// onTheWay returns the contexts that lead to the true place, are it, or lie in it.
func (c *contexts) onTheWay(t *Truth, space pythia.SearchSpace) map[pythia.ContextID]bool {
	at, on := make(map[pythia.ContextID]bool), make(map[pythia.ContextID]bool)
	for id, x := range c.all {
		if x.point.Scope != t.Service || t.Operation != "" && x.point.Name != t.Operation {
			continue
		}
		at[id] = true
		for up := id; up != pythia.RootContext && !on[up]; up = c.all[up].above {
			on[up] = true
		}
	}
	if l := t.Location; l != nil && l.Kind == pythia.LocationGap {
		at = make(map[pythia.ContextID]bool)
		for _, n := range space.Inside(l.Stack, l.From, l.To) {
			at[n.Context] = true
		}
	}
	for id := range c.all {
		for up := id; up != pythia.RootContext; up = c.all[up].above {
			if at[up] {
				on[id] = true
				break
			}
		}
	}
	return on
}
