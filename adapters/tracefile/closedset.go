package tracefile

import "hash/maphash"

// closedSet remembers the traces closed last by their hashes, one to two million of them: enough to recognise what comes late
// without growing with the input.
type closedSet struct {
	seed       maphash.Seed
	young, old map[uint64]struct{}
}

const closedGeneration = 1 << 20

func (c *closedSet) add(k traceKey) {
	if c.young == nil {
		c.seed, c.young = maphash.MakeSeed(), map[uint64]struct{}{}
	}
	if len(c.young) >= closedGeneration {
		c.old, c.young = c.young, map[uint64]struct{}{}
	}
	c.young[c.hash(k)] = struct{}{}
}

func (c *closedSet) has(k traceKey) bool {
	if c.young == nil {
		return false
	}
	h := c.hash(k)
	_, young := c.young[h]
	_, old := c.old[h]
	return young || old
}

func (c *closedSet) hash(k traceKey) uint64 {
	if k.other != "" {
		return maphash.String(c.seed, k.other)
	}
	return maphash.Bytes(c.seed, k.id[:])
}
