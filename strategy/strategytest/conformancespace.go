package strategytest

import (
	"slices"
	"sync/atomic"

	"github.com/pythia-trace/pythia"
)

// conformanceSpace is a search space that is made, not observed. Calls of one context follow each other. The zero value is empty.
type conformanceSpace struct {
	contexts []conformanceContext // the first is the root
	index    map[pythia.ContextID]int
	observed atomic.Bool
}

type conformanceContext struct {
	pythia.SearchNode
	stack    []pythia.TracePointID
	children []int // in order
}

var _ pythia.SearchSpace = (*conformanceSpace)(nil)

// Observe notes that somebody called it.
func (s *conformanceSpace) Observe(*pythia.Trace) { s.observed.Store(true) }

// Callers implements [pythia.SearchSpace].
func (*conformanceSpace) Callers([]pythia.TracePointID) []pythia.SearchNode { return nil }

// Find implements [pythia.SearchSpace]. All points count as on: a context is found by its whole stack.
func (s *conformanceSpace) Find(stack []pythia.TracePointID) []pythia.SearchNode {
	c := pythia.RootContext
	for _, p := range stack {
		c = c.Child(p)
	}
	if i, ok := s.index[c]; ok && len(stack) > 0 {
		return s.nodes([]int{i})
	}
	return nil
}

// Children implements [pythia.SearchSpace].
func (s *conformanceSpace) Children(c pythia.ContextID) []pythia.SearchNode {
	i, ok := s.index[c]
	if !ok {
		return nil
	}
	return s.nodes(s.contexts[i].children)
}

// Inside implements [pythia.SearchSpace]. An event that it does not know sets no bound.
func (s *conformanceSpace) Inside(stack []pythia.TracePointID, from, to pythia.Event) []pythia.SearchNode {
	c := pythia.RootContext
	for _, p := range stack {
		c = c.Child(p)
	}
	i, ok := s.index[c]
	if !ok {
		return nil
	}
	children := s.contexts[i].children
	low, high := 0, len(children)
	if k := s.place(children, from.Point); k >= 0 && from.End {
		low = k + 1
	} else if k >= 0 {
		low = k
	}
	if k := s.place(children, to.Point); k >= 0 && to.End {
		high = k + 1
	} else if k >= 0 {
		high = k
	}
	if low >= high {
		return nil
	}
	return s.nodes(children[low:high])
}

func (s *conformanceSpace) place(children []int, p pythia.TracePointID) int {
	return slices.IndexFunc(children, func(k int) bool { return s.contexts[k].Point == p })
}

// nodes are the caller's to change.
func (s *conformanceSpace) nodes(contexts []int) []pythia.SearchNode {
	nodes := make([]pythia.SearchNode, len(contexts))
	for i, k := range contexts {
		nodes[i] = s.contexts[k].SearchNode
	}
	return nodes
}

// add makes a context below another, which is the root if the space was empty; it reports whether there is such a context now that was not there.
func (s *conformanceSpace) add(above int, n pythia.SearchNode, keepStack bool) bool {
	if s.index == nil {
		s.contexts = []conformanceContext{{SearchNode: pythia.SearchNode{Context: pythia.RootContext}}}
		s.index = map[pythia.ContextID]int{pythia.RootContext: 0}
	}
	parent := &s.contexts[above]
	n.Context, n.Leaf = parent.Context.Child(n.Point), true
	if _, exists := s.index[n.Context]; exists || slices.Contains(parent.stack, n.Point) {
		return false
	}
	c := conformanceContext{SearchNode: n}
	if keepStack {
		c.stack = append(slices.Clone(parent.stack), n.Point)
	}
	s.index[n.Context] = len(s.contexts)
	parent.Leaf = false
	parent.children = append(parent.children, len(s.contexts))
	s.contexts = append(s.contexts, c)
	return true
}
