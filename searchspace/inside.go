package searchspace

import (
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// Inside returns the contexts that can split an edge, as the package's documentation defines it.
func (c *CCT) Inside(stack []pythia.TracePointID, from, to pythia.Event) []pythia.SearchNode {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var few [exactSiblings]int32
	n, exact := c.exact(stack)
	exact = exact && c.tree.links(n).lastChild != 0 // one without children may come from a workflow that was not traced fully
	if exact {
		of := c.tree.caller(n) // here, while it is in the processor's cache
		if inside, known := c.insideChildren(few[:0], n, from, to); known {
			return c.tree.describe(nil, of, inside...)
		}
	}
	return c.insideMatches(stack, n, exact, from, to)
}

// insideChildren answers if both events are those of a context and its children.
func (c *CCT) insideChildren(to []int32, parent int32, from, until pythia.Event) ([]int32, bool) {
	var few [exactSiblings]int32
	children := c.tree.children(few[:0], parent, math.MaxInt)
	lower, known := c.bound(parent, children, from)
	upper, known2 := c.bound(parent, children, until)
	if !known || !known2 {
		return nil, false
	}
	inside := within(to, len(children), c.tree.precedence(children), lower, upper)
	for i, k := range inside {
		inside[i] = children[k]
	}
	return c.tree.inOrder(inside), true
}

// precedence returns the relation between siblings, which are given by slot.
func (ns *nodes) precedence(siblings []int32) func(i, k int) bool {
	if len(siblings) > exactSiblings {
		return func(i, k int) bool { return ns.at(siblings[i]).meanStart() < ns.at(siblings[k]).meanStart() }
	}
	return func(i, k int) bool { return ns.at(siblings[k]).before>>i&1 == 1 }
}

// bound finds an event among those of a context and its children. The root's own are those of the workflow, which have no point.
func (c *CCT) bound(parent int32, children []int32, e pythia.Event) (bound, bool) {
	if parent == 0 && e.Point == (pythia.TracePointID{}) {
		return bound{open: true}, true
	}
	point, ok := c.names[e.Point]
	if !ok {
		return bound{}, false
	}
	if parent != 0 && c.tree.at(parent).point == point {
		return bound{open: true}, true
	}
	for k, child := range children {
		if c.tree.at(child).point == point {
			return bound{sibling: k, end: e.End}, true
		}
	}
	return bound{}, false
}

// insideMatches looks for the events deeper, and for other contexts that the stack can stand for than the exact one, if there is that.
func (c *CCT) insideMatches(stack []pythia.TracePointID, n int32, exact bool, from, to pythia.Event) (inside []pythia.SearchNode) {
	lower, known := c.eventBelow(stack, from)
	upper, known2 := c.eventBelow(stack, to)
	known = known && known2
	s := scope{tree: &c.tree, from: lower, to: upper, visits: mostVisits}
	if exact && known && s.explore(n) {
		return s.resolve(nil)
	}
	if exact && !known {
		return c.allBelow(n)
	}
	matches := c.matches(stack)
	found := false
	for _, m := range matches {
		if known && (!exact || m.node != n) && s.explore(m.node) {
			inside, found = s.resolve(inside), true
		}
	}
	if found {
		return inside
	}
	if exact {
		return c.allBelow(n)
	}
	return c.allBelow(nodesOf(matches)...)
}

// eventBelow finds an event's point; it is unknown if it cannot lie below a context of that stack.
func (c *CCT) eventBelow(stack []pythia.TracePointID, e pythia.Event) (eventBelow, bool) {
	own := pythia.TracePointID{}
	if len(stack) > 0 {
		own = stack[len(stack)-1]
	}
	if e.Point == own {
		return eventBelow{open: true}, true
	}
	point, known := c.names[e.Point]
	return eventBelow{point: point, end: e.End}, known && !slices.Contains(stack, e.Point)
}

func (c *CCT) allBelow(contexts ...int32) (all []pythia.SearchNode) {
	for _, n := range contexts {
		all = c.tree.describe(all, c.tree.caller(n), c.tree.inOrder(c.tree.children(nil, n, math.MaxInt))...)
	}
	return all
}
