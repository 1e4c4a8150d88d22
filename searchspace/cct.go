package searchspace

import (
	"sync"

	"github.com/pythia-trace/pythia"
)

// CCT is a calling context tree. The zero value is empty and ready to use. It is safe for concurrent use.
type CCT struct {
	mu     sync.RWMutex
	config Config
	tree   nodes
	index  index

	workflows, leftOut, full int64

	walks sync.Pool // of *walk
}

var _ pythia.SearchSpace = (*CCT)(nil)

// New returns an empty tree; it fails if the bound makes no sense.
func New(c Config) (*CCT, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &CCT{config: c}, nil
}

// Stats returns how much the tree holds.
func (c *CCT) Stats() Stats {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Stats{
		Contexts: max(0, int(c.tree.count)-1), Points: c.tree.points.len(),
		Workflows: c.workflows, LeftOut: c.leftOut, Full: c.full,
	}
}

// Children returns the contexts directly below one, as [pythia.SearchSpace] says; nil for an unknown one.
func (c *CCT) Children(id pythia.ContextID) []pythia.SearchNode {
	c.mu.RLock()
	defer c.mu.RUnlock()
	parent, ok := c.find(id)
	if !ok {
		return nil
	}
	return c.tree.below(nil, parent)
}

// find returns the number of a context's node.
func (c *CCT) find(id pythia.ContextID) (int32, bool) {
	if id == pythia.RootContext {
		return 0, c.tree.count > 0
	}
	n := c.index.find(&c.tree, id)
	return n, n != 0
}

// absent stands for the node of a context that was left out.
const absent = -1

// locate returns the node of a context below another, and makes it if need be; absent if there is no room.
func (c *CCT) locate(id pythia.ContextID, parent int32, p pythia.TracePointID) int32 {
	if n, ok := c.find(id); ok {
		return n
	}
	if parent == absent || int(c.tree.count) > c.config.maxNodes() || tooLong(p) {
		return absent
	}
	return c.add(id, parent, c.tree.points.intern(p))
}

func (c *CCT) add(id pythia.ContextID, parent, point int32) int32 {
	n := c.tree.append(node{id: id, point: point})
	c.tree.adopt(parent, n)
	c.index.insert(&c.tree, n, c.config.maxNodes())
	return n
}

// begin makes the root.
func (c *CCT) begin() {
	if c.tree.count == 0 {
		c.tree.append(node{id: pythia.RootContext, point: absent})
		c.tree.points = newPoints()
	}
}
