package localize

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// Pieces do not overlap, whatever they were asked for, and are clear when they are handed out again.
func TestArena(t *testing.T) {
	a := arena[int]{chunk: 8}
	for range 3 {
		var pieces [][]int
		for i, n := range []int{3, 0, 5, 1, 20, 7, 2, 8, 9, 1} {
			p := a.take(n)
			require.Len(t, p, n)
			require.Equal(t, n, cap(p))
			for k := range p {
				require.Zero(t, p[k])
				p[k] = i + 1
			}
			pieces = append(pieces, p)
		}
		for i, p := range pieces {
			for _, v := range p {
				require.Equal(t, i+1, v)
			}
		}
		a.reset()
		require.LessOrEqual(t, len(a.chunks), mostChunks)
	}
}

// An analysis finds the same in memory that others have worked in, and what was found before stays as it is.
func TestAnalysesLeaveNoTrace(t *testing.T) {
	large, small := localizer(t, Config{MinTraces: 1}), localizer(t, Config{MinTraces: 1})
	observe(large, randomTraces(400, 3)...)
	observe(small, randomTraces(60, 4)...)
	type result struct {
		groups []*pythia.Group
		found  []*pythia.Finding
	}
	localized := func(v *Variance) (r result) {
		var err error
		r.groups, r.found, err = v.Localize(context.Background(), nil)
		require.NoError(t, err)
		for _, f := range r.found {
			for _, v := range f.Sample.Variables {
				for i, x := range v.Numbers {
					if math.IsNaN(x) {
						v.Numbers[i] = -1 // it would not be equal to itself
					}
				}
			}
		}
		return r
	}
	first, other := localized(large), localized(small)
	for range 3 {
		require.Equal(t, other, localized(small))
		require.Equal(t, first, localized(large))
	}
}
