package searchspace

import (
	"cmp"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// mostVisits bounds how many contexts one question looks at in search of the stack, and as many again in search of the events.
const mostVisits = 100_000

// exact returns the context that has just this stack.
func (c *CCT) exact(stack []pythia.TracePointID) (int32, bool) {
	return c.find(pythia.ContextOf(stack))
}

// match is a context that a stack can stand for, and the one above.
type match struct{ node, above int32 }

func nodesOf(matches []match) (nodes []int32) {
	for _, m := range matches {
		nodes = append(nodes, m.node)
	}
	return nodes
}

// partial is a context whose stack contains so many points of the one looked for.
type partial struct{ node, matched int32 }

// matches returns the contexts that end in a stack's last point and whose ancestors contain the others in order: those with the fewest points
// besides first. No point is twice on a stack of the tree, so nothing below a match matches, nor anything below a point that comes too early.
func (c *CCT) matches(stack []pythia.TracePointID) (found []match) {
	points, place := c.fold(stack)
	if len(points) == 0 {
		return nil
	}
	now, next := []partial{{}}, []partial(nil) // contexts with as many points besides, and with one more
	var family []int32
	for visits := mostVisits; len(now) > 0 && visits > 0; now, next = next, now[:0] {
		first := len(found)
		for i := 0; i < len(now) && visits > 0; i++ {
			p := now[i]
			family = c.tree.children(family[:0], p.node, math.MaxInt)
			visits -= len(family)
			for _, k := range family {
				at, onStack := place[c.tree.at(k).point]
				switch {
				case !onStack:
					next = append(next, partial{k, p.matched})
				case at == p.matched && int(at) == len(points)-1:
					found = append(found, match{k, p.node})
				case at == p.matched:
					now = append(now, partial{k, at + 1})
				}
			}
		}
		slices.SortFunc(found[first:], func(a, b match) int { return cmp.Compare(c.tree.at(a.node).id, c.tree.at(b.node).id) })
	}
	return found
}

// fold returns the numbers of a stack's points, recursion folded, and where each is on it; none if there is an unknown one.
func (c *CCT) fold(stack []pythia.TracePointID) (points []int32, place map[int32]int32) {
	place = make(map[int32]int32, len(stack))
	for _, p := range stack {
		n, known := c.tree.points.find(p)
		if !known {
			return nil, nil
		}
		if at, recursion := place[n]; recursion {
			for _, inner := range points[at+1:] {
				delete(place, inner)
			}
			points = points[:at+1]
			continue
		}
		place[n] = int32(len(points))
		points = append(points, n)
	}
	return points, place
}
