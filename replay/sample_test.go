package replay_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

func TestSample(t *testing.T) {
	var traces []*pythia.Trace
	for i := range 100 {
		name := "shop buy"
		if i%20 == 0 {
			name = "shop browse"
		}
		traces = append(traces, traceOf(t, fmt.Sprint(i), spanAt(name, "", int64(100-i), 200)))
	}
	place := make(map[*pythia.Trace]int)
	for i, trace := range traces {
		place[trace] = i
	}
	sample := replay.Sample(traces, 10, 1)
	require.Len(t, sample, 15, "ten of one type, and the only five of the other")
	for i := 1; i < len(sample); i++ {
		require.Less(t, place[sample[i-1]], place[sample[i]], "in the order given")
	}
	require.Equal(t, sample, replay.Sample(traces, 10, 1))
	require.NotEqual(t, sample, replay.Sample(traces, 10, 2))
	require.Equal(t, traces, replay.Sample(traces, 1000, 1))
	for _, none := range []int{0, -1} {
		require.Empty(t, replay.Sample(traces, none, 1))
	}
	require.Empty(t, replay.Sample(nil, 10, 1))

	drawn := make(map[*pythia.Trace]int)
	for seed := range uint64(2000) {
		for _, trace := range replay.Sample(traces, 1, seed) {
			drawn[trace]++
		}
	}
	for i, trace := range traces {
		want := 2000. / 95
		if i%20 == 0 {
			want = 2000. / 5
		}
		require.InEpsilon(t, want, drawn[trace], 0.8, "all are as likely")
	}
}
