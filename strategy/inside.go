package strategy

import "github.com/pythia-trace/pythia"

// mostVisited bounds how many contexts are looked at for one target: a space may hold a million.
const mostVisited = 10_000

// reach says how far to look below contexts that can be switched on.
type reach bool

const (
	nearest reach = false // not at all: what they contain is for later
	deep    reach = true
)

// candidate is a context inside a target's edge whose point is free to be switched on.
type candidate struct {
	pythia.SearchNode
	level int // how many contexts lie between it and the edge
}

// inside returns the candidates of a target in observed order, what calls before what is called.
//
// Where nothing inside is free, it takes what else the edge's own span calls: the order of calls rests on few profiled workflows, and calls in parallel
// have none.
//
// It looks breadth first, so that the bound cuts off what lies deepest and not what comes last.
func inside(s *pythia.State, target int, r reach) []candidate {
	t := &s.Targets[target]
	if s.Space == nil || t.Finding == nil {
		return nil
	}
	l := &t.Finding.Location
	own := pythia.Event{Point: l.Point}
	end := pythia.Event{Point: l.Point, End: true}
	found := lookInside(s, target, r, l.From, l.To)
	if len(found) == 0 && (l.From != own || l.To != end) {
		found = lookInside(s, target, r, own, end)
	}
	return found
}

func lookInside(s *pythia.State, target int, r reach, from, to pythia.Event) []candidate {
	w := walk{state: s, target: target, seen: make(map[pythia.ContextID]bool)}
	w.visit(s.Space.Inside(s.Targets[target].Finding.Location.Stack, from, to), 0)
	top := len(w.visits)
	for i := 0; i < len(w.visits) && len(w.visits) < mostVisited; i++ {
		v := w.visits[i]
		if v.Leaf || !(v.unknown || v.free && r == deep) {
			continue
		}
		first := len(w.visits)
		w.visit(s.Space.Children(v.Context), v.level+1)
		w.visits[i].children = interval{first, len(w.visits)}
	}
	return w.inOrder(top)
}

// walk is a walk over the contexts inside an edge.
type walk struct {
	state  *pythia.State
	target int
	visits []visit
	seen   map[pythia.ContextID]bool // what lies inside an edge can lie below something else inside it
}

type visit struct {
	candidate
	free, unknown bool // unknown: no controller has the point
	children      interval
}

// interval is a range of visits.
type interval struct{ next, end int }

func (w *walk) visit(nodes []pythia.SearchNode, level int) {
	for _, n := range nodes {
		if len(w.visits) == mostVisited {
			return
		}
		if w.seen[n.Context] {
			continue
		}
		w.seen[n.Context] = true
		_, known := w.state.Point(n.Point)
		free := known && w.state.Free(pythia.Proposal{Target: w.target, Node: n})
		w.visits = append(w.visits, visit{candidate: candidate{n, level}, free: free, unknown: !known})
	}
}

// inOrder returns the free ones of the first so many visits and of what lies below them.
func (w *walk) inOrder(top int) []candidate {
	var found []candidate
	for open := []interval{{0, top}}; len(open) > 0; {
		s := &open[len(open)-1]
		if s.next == s.end {
			open = open[:len(open)-1]
			continue
		}
		v := &w.visits[s.next]
		s.next++
		if v.free {
			found = append(found, v.candidate)
		}
		open = append(open, v.children)
	}
	return found
}

// unique keeps the first candidate of each point.
func unique(all []candidate) []candidate {
	seen := make(map[pythia.TracePointID]bool, len(all))
	kept := all[:0]
	for _, c := range all {
		if !seen[c.Point] {
			seen[c.Point] = true
			kept = append(kept, c)
		}
	}
	return kept
}
