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
	exact = exact && c.tree.at(n).children != 0 // one without children may come from a workflow that was not traced fully
	if exact {
		own := last(stack)
		if from.Point == own && to.Point == own {
			return c.tree.below(nil, n)
		}
		if inside, known := c.insideChildren(few[:0], n, own, from, to); known {
			return c.tree.describe(nil, c.tree.caller(n), inside...)
		}
	}
	return c.insideMatches(stack, n, exact, from, to)
}

// insideChildren answers if both events are those of a context, which is that of a point of its own, and its children.
func (c *CCT) insideChildren(to []int32, parent int32, own pythia.TracePointID, from, until pythia.Event) ([]int32, bool) {
	var few [exactSiblings]int32
	children := c.tree.children(few[:0], parent, math.MaxInt)
	c.tree.fetch(children)
	lower, known := c.tree.bound(parent, own, children, from)
	upper, known2 := c.tree.bound(parent, own, children, until)
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

// bound finds an event among those of a context and its children. It goes by contexts, which have to be read anyway: where a name is in memory need
// not be known.
func (ns *nodes) bound(parent int32, own pythia.TracePointID, children []int32, e pythia.Event) (bound, bool) {
	if e.Point == own {
		return bound{open: true}, true
	}
	context := ns.at(parent).id.Child(e.Point)
	for k, child := range children {
		if ns.at(child).id == context {
			return bound{sibling: k, end: e.End}, true
		}
	}
	return bound{}, false
}

// last returns a stack's last point; that of the workflow, which has none, is empty.
func last(stack []pythia.TracePointID) pythia.TracePointID {
	if len(stack) == 0 {
		return pythia.TracePointID{}
	}
	return stack[len(stack)-1]
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
	if e.Point == last(stack) {
		return eventBelow{open: true}, true
	}
	point, known := c.tree.points.find(e.Point)
	return eventBelow{point: point, end: e.End}, known && !slices.Contains(stack, e.Point)
}

func (c *CCT) allBelow(contexts ...int32) (all []pythia.SearchNode) {
	for _, n := range contexts {
		all = c.tree.below(all, n)
	}
	return all
}
