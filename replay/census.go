package replay

import "github.com/pythia-trace/pythia"

// Census counts the calling contexts of requests, as fully instrumented traces have them. A point has one for each stack of points that it is called
// from; recursion leads back to the context above.
type Census struct {
	Requests, Contexts, Points int
	// AlwaysOnContexts are those of the AlwaysOnPoints.
	AlwaysOnContexts, AlwaysOnPoints int

	contexts map[pythia.ContextID]calling
	by       map[pythia.TracePointID][]pythia.ContextID
}

// TakeCensus counts what requests of a type have, or all requests if it is empty. alwaysOn says which points belong to the skeleton; nil means the
// entry points of all traces. Traces that are nil, or not from [pythia.NewTrace], count for nothing.
func TakeCensus(traces []*pythia.Trace, requestType string, alwaysOn func(pythia.TracePointID) bool) *Census {
	if alwaysOn == nil {
		entry := EntryPoints(traces)
		alwaysOn = func(id pythia.TracePointID) bool { return entry[id] }
	}
	c := &Census{contexts: make(map[pythia.ContextID]calling), by: make(map[pythia.TracePointID][]pythia.ContextID)}
	for _, t := range traces {
		if usable(t) && (requestType == "" || t.RequestType == requestType) {
			c.Requests++
			c.add(t)
		}
	}
	c.Contexts, c.Points = len(c.contexts), len(c.by)
	for p, contexts := range c.by {
		if alwaysOn(p) {
			c.AlwaysOnPoints++
			c.AlwaysOnContexts += len(contexts)
		}
	}
	return c
}

func (c *Census) add(t *pythia.Trace) {
	for i := range t.Spans {
		id, above, point := t.Context(i), pythia.RootContext, t.Spans[i].Point
		if p := t.Parent(i); p != pythia.NoParent {
			above = t.Context(p)
		}
		if _, known := c.contexts[id]; known || id != above.Child(point) { // recursion leads back to a context above
			continue
		}
		c.contexts[id] = calling{point, above}
		c.by[point] = append(c.by[point], id)
	}
}

// At returns how many contexts some points have: those that are true in the map.
func (c *Census) At(points map[pythia.TracePointID]bool) (n int) {
	for p, counts := range points {
		if counts {
			n += len(c.by[p])
		}
	}
	return n
}
