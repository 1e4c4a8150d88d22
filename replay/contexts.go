package replay

import "github.com/pythia-trace/pythia"

// calling is a context: a point, and the context that calls it.
type calling struct {
	point pythia.TracePointID
	above pythia.ContextID
}

// astray returns how many contexts of some points neither lead to the true place nor lie in it.
func (c *Census) astray(points map[pythia.TracePointID]bool, t *Truth, space pythia.SearchSpace) (n int) {
	on := c.onTheWay(t, space)
	for p, counts := range points {
		for _, id := range c.by[p] {
			if counts && !on[id] {
				n++
			}
		}
	}
	return n
}

// onTheWay returns the contexts that lead to the true place, are it, or lie in it.
func (c *Census) onTheWay(t *Truth, space pythia.SearchSpace) map[pythia.ContextID]bool {
	at, on := make(map[pythia.ContextID]bool), make(map[pythia.ContextID]bool)
	for id, x := range c.contexts {
		if x.point.Scope != t.Service || t.Operation != "" && x.point.Name != t.Operation {
			continue
		}
		at[id] = true
		for up := id; up != pythia.RootContext && !on[up]; up = c.contexts[up].above {
			on[up] = true
		}
	}
	if l := t.Location; l != nil && l.Kind == pythia.LocationGap {
		at = make(map[pythia.ContextID]bool)
		for _, n := range space.Inside(l.Stack, l.From, l.To) {
			at[n.Context] = true
		}
	}
	for id := range c.contexts {
		for up := id; up != pythia.RootContext; up = c.contexts[up].above {
			if at[up] {
				on[id] = true
				break
			}
		}
	}
	return on
}
