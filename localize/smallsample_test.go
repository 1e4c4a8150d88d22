package localize

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// TestSmallSamples: with next to nothing to go by there are fewer findings, and no panic.
func TestSmallSamples(t *testing.T) {
	for size := 1; size <= 5; size++ {
		for workflows := 1; workflows <= 60; workflows += 7 {
			v, err := New(Config{SampleSize: size, MinTraces: 1})
			require.NoError(t, err)
			before := v.New()
			for i := range workflows {
				for _, to := range []pythia.Localizer{v, before} {
					long := int64(time.Second) * int64(1+i%3*20)
					trace, err := pythia.NewTrace(fmt.Sprint(i), []pythia.Span{
						{ID: "1", Point: pythia.TracePointID{Name: "a"}, EndNanos: long + int64(time.Hour)},
						{ID: "2", ParentID: "1", Point: pythia.TracePointID{Name: "b"}, StartNanos: 10, EndNanos: long},
					})
					require.NoError(t, err)
					to.Observe("a", trace)
				}
			}
			for _, baseline := range []pythia.Localizer{nil, before} {
				groups, _, err := v.Localize(t.Context(), baseline)
				require.NoError(t, err)
				require.Len(t, groups, 1)
			}
		}
	}
}
