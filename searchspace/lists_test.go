package searchspace

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// TestFamilies gives children to random parents, so that few lie together, and compares with lists that know no blocks.
func TestFamilies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	var c CCT
	c.begin()
	point := c.tree.points.intern(pythia.TracePointID{Name: "x"})
	want := map[int32][]int32{}
	parent := int32(0)
	for i := range int32(30_000) {
		if r.IntN(3) > 0 {
			parent = min(i, r.Int32N(1+i/8))
		}
		child := c.add(pythia.ContextID(i+1), parent, point)
		want[parent] = append(want[parent], child)
	}
	copied := c.tree.snapshot()
	c.add(1e9, 0, point)
	for n := range copied.count {
		require.Equal(t, want[n], copied.children(nil, n, math.MaxInt))
		require.Equal(t, want[n][:min(3, len(want[n]))], append(want[n][:0:0], copied.children(nil, n, 3)...))
	}
	require.Less(t, len(copied.lists.slots), 4*30_000, "at most twice what is in use, as a power of two, and as much that is free")
}

// TestBlocksAreUsedAgain lets families grow one after the other.
func TestBlocksAreUsedAgain(t *testing.T) {
	var l lists
	for range 1000 {
		b := l.take(2)
		for n := int32(2); n < 100; n++ {
			b = l.grow(b, n)
		}
	}
	require.LessOrEqual(t, len(l.slots), 1000*128+64+32+16+8+4)
}
