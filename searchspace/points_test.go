package searchspace

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestPoints(t *testing.T) {
	var known []pythia.TracePointID
	for i := range 3000 {
		known = append(known,
			pythia.TracePointID{Name: fmt.Sprint(i)}, pythia.TracePointID{Scope: fmt.Sprint(i)},
			pythia.TracePointID{Layer: pythia.Layer(i % 256), Scope: "a", Name: fmt.Sprint("bc", i)},
			pythia.TracePointID{Layer: pythia.Layer(i % 256), Scope: "ab", Name: fmt.Sprint("c", i)})
	}
	for _, size := range []int{0, 1, textSize - 1, textSize, textSize + 1, longestName} {
		known = append(known, pythia.TracePointID{Layer: 9, Scope: strings.Repeat("s", size), Name: strings.Repeat("n", longestName-size)})
	}
	known = append(known, pythia.TracePointID{})
	ps := newPoints()
	for i, p := range known {
		_, ok := ps.find(p)
		require.False(t, ok)
		require.EqualValues(t, i, ps.intern(p))
	}
	copied := ps.snapshot()
	ps.intern(pythia.TracePointID{Name: "later"})
	require.Equal(t, len(known), copied.len())
	for i, p := range known {
		require.Equal(t, p, ps.at(int32(i)))
		require.Equal(t, p, copied.at(int32(i)))
		require.EqualValues(t, i, ps.intern(p))
	}
	_, ok := new(points).find(pythia.TracePointID{})
	require.False(t, ok)
}
