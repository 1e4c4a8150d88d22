package searchspace

import (
	"math"

	"github.com/pythia-trace/pythia"
)

// Callers returns the contexts on the way to those that a stack can stand for, as [pythia.SearchSpace] says. The search is that of Inside, and
// bounded like it.
func (c *CCT) Callers(stack []pythia.TracePointID) []pythia.SearchNode {
	c.mu.RLock()
	defer c.mu.RUnlock()
	points, place := c.fold(stack)
	if len(points) == 0 {
		return nil
	}
	type step struct {
		node    int32
		above   int   // index into steps
		matched int32 // points of the stack on the way, its own counted
	}
	steps := []step{{above: -1}}
	chosen := make(map[int32]bool)
	var found []pythia.SearchNode
	var family []int32
	for i := 0; i < len(steps) && len(steps) < mostVisits; i++ {
		s := steps[i]
		family = c.tree.children(family[:0], s.node, math.MaxInt)
		for _, k := range family {
			at, onStack := place[c.tree.at(k).point]
			switch {
			case onStack && at != s.matched: // it comes too early: nothing below matches
			case onStack && int(at) == len(points)-1:
				for a := i; a > 0; a = steps[a].above {
					_, own := place[c.tree.at(steps[a].node).point]
					if n := steps[a].node; !own && !chosen[n] {
						chosen[n] = true
						found = c.tree.describe(found, c.tree.caller(steps[steps[a].above].node), n)
					}
				}
			case onStack:
				steps = append(steps, step{k, i, s.matched + 1})
			default:
				steps = append(steps, step{k, i, s.matched})
			}
		}
	}
	return found
}

// Callers returns nil: the flat space does not know who calls whom.
func (f *Flat) Callers([]pythia.TracePointID) []pythia.SearchNode { return nil }
