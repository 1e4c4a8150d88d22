package searchspace

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// grow makes a tree of n contexts, 10 below each, without going through workflows. Siblings lie together, as they do when they are first seen
// in one workflow, after Merge and after Load.
func grow(n int) *CCT { return growBy(n, func(i int) int { return i }) }

// growBy adds the contexts of the last level in any order.
func growBy(n int, order func(int) int) *CCT {
	c := new(CCT)
	c.begin()
	var points [10]int32
	var names [10]pythia.TracePointID
	for i := range points {
		names[i] = pythia.TracePointID{Scope: "svc", Name: string(rune('a' + i))}
		points[i] = c.tree.points.intern(names[i])
	}
	for i := range n {
		if i >= n/10 {
			i = n/10 + order(i-n/10)
		}
		parent := int32(i / 10)
		id := c.tree.at(parent).id.Child(names[i%10])
		k := c.add(id, parent, points[i%10])
		m := moments{workflows: 9, spans: 11, nanos: 9e6, m2: 9e12, products: 9e13, starts: uint64(i%10) * 1e6}
		c.tree.at(k).packed = m.pack()
		c.tree.at(k).before = 1<<(i%10) - 1
	}
	return c
}

// TestBytesPerNode counts everything: nodes, lists, the index, and what all have in reserve.
func TestBytesPerNode(t *testing.T) {
	require.EqualValues(t, 56, unsafe.Sizeof(node{}))
	for _, n := range []int{30_000, 100_000, 300_000, 1_000_000} {
		last := n - n/10
		scattered := func(i int) int { return i%(last/10)*10 + i/(last/10) }
		for what, grown := range map[string]struct {
			order func(int) int
			most  float64
		}{"together": {func(i int) int { return i }, 64}, "scattered": {scattered, 80}} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			c := growBy(n, grown.order)
			runtime.GC()
			runtime.ReadMemStats(&after)
			perNode := float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
			t.Logf("%d contexts, siblings %s: %.1f bytes each", n, what, perNode)
			require.LessOrEqual(t, perNode, grown.most)
			require.Equal(t, n, c.Stats().Contexts)
		}
	}
}

// TestIndexReserve checks the worst sizes, just after the table has grown.
func TestIndexReserve(t *testing.T) {
	c := new(CCT)
	c.begin()
	point := c.tree.points.intern(pythia.TracePointID{Name: "x"})
	for i := range 50_000 {
		c.add(pythia.ContextID(i+1), 0, point)
		if i > 1000 {
			require.LessOrEqual(t, 56+4*float64(len(c.index.table))/float64(i+1), 62.5)
		}
	}
	for i := range 50_000 {
		n, ok := c.find(pythia.ContextID(i + 1))
		require.True(t, ok)
		require.EqualValues(t, i+1, n)
	}
	_, ok := c.find(50_001)
	require.False(t, ok)
}
