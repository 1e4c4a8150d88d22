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
	points   numbered[pythia.TracePointID]
	callees  numbered[string] // the first is "", that of edges that are no calls
	words    *dictionary
	swept    int // how many contexts there were after the last sweep
}

// callingContext is a node of the tree of calling contexts.
type callingContext struct {
	parent pythia.ContextID
	point  int32 // a number of [catalogue.points]
}

func newCatalogue(bins *mapping.LogarithmicMapping) *catalogue {
	c := &catalogue{bins: bins, contexts: make(map[pythia.ContextID]callingContext), words: newDictionary()}
	c.points.number(pythia.TracePointID{}) // the first is that of the root and of contexts that are not there
	c.callees.number("")
	return c
}

func (c *catalogue) point(context callingContext) pythia.TracePointID {
	return c.points.items[context.point]
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
		c.contexts[t.Context(i)] = callingContext{parent, c.points.number(t.Spans[i].Point)}
	}
	return path
}

// dictionary returns the words for a new exemplar: others than for those before, once there are too many.
func (c *catalogue) dictionary() *dictionary {
	if len(c.words.all()) > mostWords {
		c.words = newDictionary()
	}
	return c.words
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
	points := make([]int32, len(o.points.items))
	for i, p := range o.points.items {
		points[i] = c.points.number(p)
	}
	for id, context := range o.contexts {
		if _, known := c.contexts[id]; !known {
			c.contexts[id] = callingContext{context.parent, points[context.point]}
		}
	}
	callees = make([]int32, len(o.callees.items))
	for i, name := range o.callees.items {
		callees[i] = c.callee(name)
	}
	return callees
}

// sweep lets go of the contexts that no edge refers to any more, if there may be many. It takes time in proportion to all edges, but only after as
// many contexts were added as there were.
func (c *catalogue) sweep(groups map[pythia.GroupKey]*accumulator) {
	if len(c.contexts) < max(1000, 2*c.swept) {
		return
	}
	used := make(map[pythia.ContextID]callingContext, c.swept)
	points := numbered[pythia.TracePointID]{}
	points.number(pythia.TracePointID{})
	keep := func(id pythia.ContextID) {
		for {
			context, known := c.contexts[id]
			if _, kept := used[id]; kept || !known {
				return
			}
			used[id] = callingContext{context.parent, points.number(c.point(context))}
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
	c.contexts, c.points, c.swept = used, points, len(used)
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
