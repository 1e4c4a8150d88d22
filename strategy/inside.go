package strategy

import "github.com/pythia-trace/pythia"

// mostVisited bounds how many contexts are looked at for a decision, the same number for each target: a space may hold a million, and a decision must be
// quick however many targets there are.
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
	level int     // how many contexts lie between it and the edge
	point int     // into State.Points: to look it up takes longer than all else
	shown calls   // directly below it that are on, or were tried; not looked for where only what is nearest is
	under int     // how many candidates call it, by way of each other
	via   float64 // the part of the variance of the last of them, or of the edge's span, that its own caller had
}

// calls are what some calls of one context took together when profiled.
type calls struct {
	share   float64 // of the variance of their caller's time, those that went along with it
	seconds float64 // over all workflows
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
	t := &s.Targets[target]
	w := walk{state: s, target: t, most: max(1, mostVisited/len(s.Targets)), seen: make(map[pythia.ContextID]bool)}
	w.visit(s.Space.Inside(t.Finding.Location.Stack, from, to), 0)
	top := len(w.visits)
	for i := 0; i < len(w.visits) && len(w.visits) < w.most; i++ {
		v := w.visits[i]
		if v.Leaf || !(v.unknown || v.free && r == deep) {
			continue
		}
		first := len(w.visits)
		shown := w.visit(s.Space.Children(v.Context), v.level+1)
		w.visits[i].shown, w.visits[i].children = shown, interval{first, len(w.visits)}
	}
	return w.inOrder(top)
}

// walk is a walk over the contexts inside an edge.
type walk struct {
	state  *pythia.State
	target *pythia.Target
	most   int // visits
	visits []visit
	free   int                       // of the visits
	seen   map[pythia.ContextID]bool // what lies inside an edge can lie below something else inside it
}

// visit is what is known of a context; its node is where the space has put it, for there are many.
type visit struct {
	*pythia.SearchNode
	level, point  int
	free, unknown bool // unknown: the State does not have the point
	shown         calls
	children      interval
}

// interval is a range of visits.
type interval struct{ next, end int }

// visit adds contexts, and returns what those of them took that are neither free nor unknown.
func (w *walk) visit(nodes []pythia.SearchNode, level int) (shown calls) {
	for i := range nodes {
		if len(w.visits) == w.most {
			break
		}
		n := &nodes[i]
		if w.seen[n.Context] {
			continue
		}
		w.seen[n.Context] = true
		point, known := w.state.Index(n.Point)
		free := known && w.target.Free(&w.state.Points[point])
		switch {
		case free:
			w.free++
		case known:
			shown.share += max(0, number(n.CallerShare))
			shown.seconds += timeOf(n)
		}
		w.visits = append(w.visits, visit{SearchNode: n, level: level, point: point, free: free, unknown: !known})
	}
	return shown
}

// inOrder returns the free ones of the first so many visits and of what lies below them.
func (w *walk) inOrder(top int) []candidate {
	found := make([]candidate, 0, w.free)
	type level struct {
		interval
		under int
		via   float64
	}
	for open := []level{{interval{0, top}, 0, 1}}; len(open) > 0; {
		s := &open[len(open)-1]
		if s.next == s.end {
			open = open[:len(open)-1]
			continue
		}
		v := &w.visits[s.next]
		s.next++
		below := level{v.children, s.under, number(s.via * v.CallerShare)} // of one that is unknown
		if v.free {
			found = append(found, candidate{*v.SearchNode, v.level, v.point, v.shown, s.under, s.via})
			below.under, below.via = s.under+1, 1
		}
		open = append(open, below)
	}
	return found
}

// unique keeps the first candidate of each point.
func unique(all []candidate) []candidate {
	points := 0
	for i := range all {
		points = max(points, all[i].point+1)
	}
	seen := make([]bool, points)
	kept := all[:0]
	for _, c := range all {
		if !seen[c.point] {
			seen[c.point] = true
			kept = append(kept, c)
		}
	}
	return kept
}
