package searchspace

import (
	"slices"

	"github.com/pythia-trace/pythia"
)

// Find returns the contexts that a stack can stand for, as [pythia.SearchSpace] says: the exact one, or else those that the package's documentation
// calls matches, in that order. The search is bounded like that of Inside.
func (c *CCT) Find(stack []pythia.TracePointID) (found []pythia.SearchNode) {
	if len(stack) == 0 {
		return nil // the workflow, which is no context
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	above := pythia.ContextOf(stack[:len(stack)-1])
	if n, ok := c.find(above.Child(last(stack))); ok {
		caller, _ := c.find(above)
		return c.tree.describe(nil, c.tree.caller(caller), n)
	}
	for _, m := range c.matches(stack) {
		found = c.tree.describe(found, c.tree.caller(m.above), m.node)
	}
	return found
}

// Find returns the entry of the stack's last point in each of the lists that [Flat.Inside] takes, or the list's root if that is the last point.
func (f *Flat) Find(stack []pythia.TracePointID) (found []pythia.SearchNode) {
	if len(stack) == 0 {
		return nil
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	last := stack[len(stack)-1]
	for _, l := range f.listsOf(stack) {
		if last == l.own {
			l = f.lists[pythia.RootContext]
		}
		if k, ok := l.index[last]; ok {
			found = append(found, l.describe([]int32{k}, f.leaf)...)
		}
	}
	return slices.Clip(found)
}
