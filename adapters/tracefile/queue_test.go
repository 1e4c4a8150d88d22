package tracefile

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/adapters/partial"
)

// TestOldestIsClosed compares with a list in exact order: what is closed had no spans for longest, to within a part of what may be held.
func TestOldestIsClosed(t *testing.T) {
	const most = 2000
	a := newAssembler(most)
	r := rand.New(rand.NewPCG(1, 2))
	last := make(map[string]int) // when spans came last, by open trace
	closed := 0
	for now := 1; now <= 40*most; now++ {
		id := string(rune('a' + now/40*10 + r.IntN(60))) // traces come, have spans for a while, and end
		last[id] = now
		for _, o := range a.add(nil, &told{decoded: []fragment{{Trace: partial.Trace{ID: id}, weight: 1}}}, nil, nil) {
			oldest := now
			for _, at := range last {
				oldest = min(oldest, at)
			}
			require.LessOrEqual(t, last[o.key.String()]-oldest, most/queueings+1)
			delete(last, o.key.String())
			closed++
		}
	}
	require.Greater(t, closed, 1000)
	require.Less(t, len(a.queue.places), 4*most)
	var rest []string
	for o := a.next(); o != nil; o = a.next() {
		rest = append(rest, o.key.String())
	}
	require.Len(t, rest, len(last))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(rest))), len(last))
}
