package localize

import (
	"strings"

	"github.com/DataDog/sketches-go/ddsketch/mapping"

	"github.com/pythia-trace/pythia"
)

// catalogue is what all groups of a localizer share: in words, what their edges stand for, and what exemplars are made of.
type catalogue struct {
	bins     *mapping.LogarithmicMapping
	contexts map[pythia.ContextID]callingContext // without the root
	callees  numbered[string]                    // the first is "", that of edges that are no calls
	words    *dictionary
	swept    int // how many contexts there were after the last sweep
	renewed  int // how many words and points there were when the dictionary was begun
}

// callingContext is a node of the tree of calling contexts.
type callingContext struct {
	parent pythia.ContextID
	point  int32 // a number of [catalogue.words]
}

func newCatalogue(bins *mapping.LogarithmicMapping) *catalogue {
	c := &catalogue{bins: bins, contexts: make(map[pythia.ContextID]callingContext), words: newDictionary()}
	c.callees.number("")
	return c
}

func (c *catalogue) point(context callingContext) pythia.TracePointID {
	return c.words.points[context.point]
}

// addContext adds the context of a span, and those around it, unless it is there. Spans are looked at once for each workflow, however deep they are:
// afterwards their contexts are there.
func (c *catalogue) addContext(t *pythia.Trace, span int32, path []int32) []int32 {
	path = path[:0]
	for i := int(span); i != pythia.NoParent; i = t.Parent(i) {
		if _, known := c.contexts[t.Context(i)]; known {
			break
		}
		path = append(path, int32(i))
	}
	for k := len(path) - 1; k >= 0; k-- {
		i := int(path[k])
		if _, known := c.contexts[t.Context(i)]; known {
			continue // recursion leads back to a span further up
		}
		parent := pythia.RootContext
		if p := t.Parent(i); p != pythia.NoParent {
			parent = t.Context(p)
		}
		c.contexts[t.Context(i)] = callingContext{parent, c.words.point(t.Spans[i].Point)}
	}
	return path
}

// mostCallees bounds how many callees are told apart. There is nothing that would let go of one.
const mostCallees = 1 << 16

// callee returns the number of a callee.
func (c *catalogue) callee(name string) int32 {
	if n, known := c.callees.index[name]; known {
		return n
	}
	if len(c.callees.items) >= mostCallees-1 {
		name = string(otherGroup)
	}
	return c.callees.number(strings.Clone(name)) // it may be a piece of a large message
}

// stack returns the points of a context, outermost first: the innermost ones, if there are more than mostStack.
func (c *catalogue) stack(id pythia.ContextID) []pythia.TracePointID {
	var path []pythia.ContextID
	for len(path) < mostStack {
		context, known := c.contexts[id]
		if !known {
			break
		}
		path = append(path, id)
		id = context.parent
	}
	stack := make([]pythia.TracePointID, len(path))
	for i, id := range path {
		stack[len(path)-1-i] = c.point(c.contexts[id])
	}
	return stack
}

// merge adds what another catalogue holds, which stays as it is. It returns what number each of its callees has here.
func (c *catalogue) merge(o *catalogue) (callees []int32) {
	for id, context := range o.contexts {
		if _, known := c.contexts[id]; !known {
			c.contexts[id] = callingContext{context.parent, c.words.point(o.point(context))}
		}
	}
	callees = make([]int32, len(o.callees.items))
	for i, name := range o.callees.items {
		callees[i] = c.callee(name)
	}
	return callees
}

// sweep lets go of the contexts that no edge refers to any more, if there may be many. It takes time in proportion to all edges, but only after groups were
// let go, and a quarter as many contexts were added as there were.
func (c *catalogue) sweep(groups map[pythia.GroupKey]*accumulator) {
	if len(c.contexts) < c.swept+max(1000, c.swept/4) {
		return
	}
	used := make(map[pythia.ContextID]callingContext, c.swept)
	keep := func(id pythia.ContextID) {
		for {
			context, known := c.contexts[id]
			if _, kept := used[id]; kept || !known {
				return
			}
			used[id] = context
			id = context.parent
		}
	}
	for _, a := range groups {
		for i := range a.edges {
			k := &a.edges[i].key
			keep(k.owner)
			keep(k.from)
			keep(k.to)
		}
	}
	c.contexts, c.swept = used, len(used)
}

// numbered gives things numbers, from 0 in order of appearance.
type numbered[T comparable] struct {
	items []T
	index map[T]int32
}

func (n *numbered[T]) number(item T) int32 {
	i, known := n.index[item]
	if !known {
		if n.index == nil {
			n.index = make(map[T]int32)
		}
		i = int32(len(n.items))
		n.index[item] = i
		n.items = append(n.items, item)
	}
	return i
}
