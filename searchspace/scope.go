package searchspace

import (
	"cmp"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// scope looks for two events below a context, level by level down to where each is nearest, and then for what lies between them.
type scope struct {
	tree     *nodes
	from, to eventBelow
	visits   int // how many more contexts may be looked at
	reached  []reached
}

// eventBelow is an event by the number of its point, or one of the context itself.
type eventBelow struct {
	point     int32
	end, open bool
}

// reached is a context in scope, each level after the one above and siblings by slot.
type reached struct {
	node, above     int32 // above is an index into reached
	first, children int32 // its children are reached[first : first+children], if it was gone through
	leads           leads
}

// leads says which of the events lie at a context or below.
type leads uint8

const (
	leadsToFrom leads = 1 << iota
	leadsToTo
)

// explore reports whether both events lie below a context, or are its own. What lies beyond the bound counts as not there.
func (s *scope) explore(n int32) bool {
	s.reached = append(s.reached[:0], reached{node: n})
	missing := s.sought()
	level := 0
	for first := true; level < len(s.reached) && (first || missing != 0); first = false {
		end := len(s.reached)
		for i := level; i < end && (first || s.visits > 0); i++ {
			s.expand(int32(i), missing)
		}
		level = end
		for _, r := range s.reached[level:] {
			missing &^= r.leads
		}
	}
	for _, r := range slices.Backward(s.reached[1:]) {
		s.reached[r.above].leads |= r.leads
	}
	return missing == 0
}

// sought returns the events that are not the context's own.
func (s *scope) sought() (events leads) {
	if !s.from.open {
		events |= leadsToFrom
	}
	if !s.to.open {
		events |= leadsToTo
	}
	return events
}

// expand goes through the children of a context in search of events.
func (s *scope) expand(i int32, missing leads) {
	var few [exactSiblings]int32
	children := s.tree.children(few[:0], s.reached[i].node, math.MaxInt)
	s.visits -= len(children)
	s.reached[i].first, s.reached[i].children = int32(len(s.reached)), int32(len(children))
	for _, k := range children {
		r := reached{node: k, above: i}
		p := s.tree.at(k).point
		if p == s.from.point {
			r.leads |= leadsToFrom & missing
		}
		if p == s.to.point {
			r.leads |= leadsToTo & missing
		}
		s.reached = append(s.reached, r)
	}
}

// resolve appends what lies between the events: below the context where the ways to them part and, since an edge can begin in one iteration of a
// loop and end in the next, below those on the common way.
func (s *scope) resolve(inside []pythia.SearchNode) []pythia.SearchNode {
	todo := []int32{0}
	for ; len(todo) > 0; todo = todo[1:] {
		r := &s.reached[todo[0]]
		siblings := make([]int32, r.children)
		for k := range siblings {
			siblings[k] = s.reached[int(r.first)+k].node
		}
		from, to := s.bounds(r, s.from, leadsToFrom), s.bounds(r, s.to, leadsToTo)
		inside = s.tree.describe(inside, s.tree.caller(r.node), s.between(siblings, from, to)...)
		todo = append(todo, s.shared(r)...)
	}
	return inside
}

// bounds returns where an event lies among the children of a context: where it or what leads to it is nearest.
func (s *scope) bounds(r *reached, e eventBelow, way leads) (bounds []bound) {
	if e.open {
		return []bound{{open: true}}
	}
	for k, child := range s.reached[r.first : r.first+r.children] {
		if child.leads&way == 0 {
			continue
		}
		if s.tree.at(child.node).point == e.point {
			bounds = append(bounds, bound{sibling: k, end: e.end})
		} else {
			bounds = append(bounds, bound{sibling: k, end: way == leadsToFrom, inner: true}) // beyond it, and part of it
		}
	}
	return bounds
}

// shared returns the children of a context that both events lie below, in order.
func (s *scope) shared(r *reached) (shared []int32) {
	for i := r.first; i < r.first+r.children; i++ {
		child := &s.reached[i]
		if p := s.tree.at(child.node).point; child.leads == leadsToFrom|leadsToTo && p != s.from.point && p != s.to.point {
			shared = append(shared, i)
		}
	}
	slices.SortFunc(shared, func(a, b int32) int { return byStart(s.started(a), s.started(b)) })
	return shared
}

func (s *scope) started(i int32) started {
	n := s.tree.at(s.reached[i].node)
	return started{n.meanStart(), n.id, i}
}

// between returns the siblings that lie inside the edge from one of some bounds to one of others.
func (s *scope) between(siblings []int32, from, to []bound) (inside []int32) {
	precedes := s.tree.precedence(siblings)
	chosen := make([]bool, len(siblings))
	if len(siblings) > exactSiblings {
		for _, b := range slices.Concat(from, to) {
			chosen[b.sibling] = chosen[b.sibling] || b.inner && len(from)+len(to) > 2
		}
		from, to = s.outermost(siblings, from, to)
	}
	var few [exactSiblings]int32
	for _, lower := range from {
		for _, upper := range to {
			if lower.inner && upper.inner && lower.sibling == upper.sibling && !precedes(lower.sibling, lower.sibling) {
				continue // both in one span
			}
			for _, k := range within(few[:0], len(siblings), precedes, lower, upper) {
				chosen[k] = true
			}
		}
	}
	for k, n := range siblings {
		if chosen[k] {
			inside = append(inside, n)
		}
	}
	return s.tree.inOrder(inside)
}

// outermost returns the earliest of the lower and the latest of the upper bounds: where precedence goes by the average start, what lies between
// any two lies between these.
func (s *scope) outermost(siblings []int32, from, to []bound) (first, last []bound) {
	byStart := func(a, b bound) int {
		return cmp.Compare(s.tree.at(siblings[a.sibling]).meanStart(), s.tree.at(siblings[b.sibling]).meanStart())
	}
	return []bound{slices.MinFunc(from, byStart)}, []bound{slices.MaxFunc(to, byStart)}
}
