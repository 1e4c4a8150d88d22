package localize

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/race"
)

// mostPerGroup is how many bytes a group may take without its sample.
const mostPerGroup = 4096

// heap is how many bytes are in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers held
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// withoutSamples is how many bytes a localizer takes, each group, but for the samples. They are gone then.
func withoutSamples(v *Variance, before int) int {
	for _, a := range v.groups {
		a.sample.heap = nil
	}
	v.observer.samples = nil
	taken := heap() - before
	runtime.KeepAlive(v)
	return taken / len(v.groups)
}

// TestMemoryPerGroup: groups of twelve spans, each with contexts of its own, as request types have, with trace points and variables of its own too, and with
// those of all others, as groups of one request type have.
func TestMemoryPerGroup(t *testing.T) {
	most := 10_000
	if race.Enabled || testing.Short() {
		most = 1000
	}
	traces, _ := shops(97)
	for n := 1000; n <= most; n *= 10 {
		for _, kind := range []string{"types", "types of other operations", "groups of one type"} {
			before := heap()
			v := localizer(t, Config{SampleSize: 1})
			for i := range n {
				for k := range 10 {
					trace, key := traces[(i+k)%len(traces)], pythia.NewGroupKey("frontend GET /cart", fmt.Sprint(i))
					if kind != "groups of one type" {
						trace, key = renamed(trace, fmt.Sprint("/page/", i), kind != "types"), pythia.NewGroupKey(fmt.Sprint("frontend GET /page/", i))
					}
					v.Observe(key, trace)
				}
			}
			edges := 0
			for _, a := range v.groups {
				edges += len(a.edges)
			}
			each := withoutSamples(v, before)
			t.Logf("%d %s of %.1f edges: %d bytes each", n, kind, float64(edges)/float64(n), each)
			require.Less(t, each, mostPerGroup)
		}
	}
}

// renamed returns the workflow as another request type, whose spans are all in other contexts, and may be all of other points.
func renamed(t *pythia.Trace, name string, all bool) *pythia.Trace {
	spans := append([]pythia.Span(nil), t.Spans...)
	for i := range spans {
		if all || i == int(t.Roots()[0]) {
			spans[i].Point.Name += name
		}
	}
	renamed, err := pythia.NewTrace(t.ID, spans)
	if err != nil {
		panic(err)
	}
	return renamed
}

// TestMemoryIsFlat: ten times the workflows take no more memory, but for a few bins of the sketch.
func TestMemoryIsFlat(t *testing.T) {
	const groups = 100
	traces, _ := shops(997)
	taken := make([]int, 2)
	for i, workflows := range []int{500, 5000} {
		before := heap()
		v := localizer(t, Config{SampleSize: 1})
		for k := range workflows {
			for g := range groups {
				v.Observe(pythia.NewGroupKey("frontend", fmt.Sprint(g)), traces[(g+k)%len(traces)])
			}
		}
		taken[i] = withoutSamples(v, before)
	}
	require.InDelta(t, taken[0], taken[1], 400, "%v", taken)
}

// TestObserveAllocatesNothing: a workflow that the sample does not want costs no memory, once its edges are known.
func TestObserveAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	traces, _ := shops(100)
	v := localizer(t, Config{SampleSize: 1})
	all := func() {
		for _, trace := range traces {
			v.Observe("group", trace)
		}
	}
	all()
	v.groups["group"].sample.heap[0].rank = 0 // wants nothing else
	require.Zero(t, testing.AllocsPerRun(10, all))
}

// TestKeepsNoMessage: what is kept of a workflow is no piece of the message that it came in, whatever else of the message goes on to be used.
func TestKeepsNoMessage(t *testing.T) {
	v := localizer(t, Config{})
	message := observeMessage(t, v)
	runtime.GC()
	require.Nil(t, message.Value(), "something refers to the message")
	_, found := localize(t, v)
	require.Empty(t, found)
	runtime.KeepAlive(v)
}

// observeMessage has v see a workflow whose texts, but for the names of points and processes, are pieces of a message.
func observeMessage(t *testing.T, v *Variance) weak.Pointer[byte] {
	message := strings.Repeat("abcdefghijklmnopqrstuvwxyz", 1000)
	piece := func(i int) string { return message[100*i : 100*i+20] }
	process := &pythia.Process{Service: "s", Instance: "i", Attrs: []pythia.Attr{pythia.String(piece(1), piece(2))}}
	spans := []pythia.Span{
		{ID: piece(3), Point: point("s", "op"), EndNanos: 1e9, Process: process, Attrs: pythia.AttrsOf(pythia.String(pythia.RequestTypeKey, piece(4)))},
		{ID: piece(5)[1:], ParentID: piece(3), Kind: pythia.KindClient, Point: point("s", "call"), StartNanos: 1e8, EndNanos: 9e8,
			Attrs: pythia.AttrsOf(pythia.String("peer.service", piece(6)), pythia.String(piece(7), piece(8)))},
	}
	trace, err := pythia.NewTrace(piece(9), spans)
	require.NoError(t, err)
	v.Observe(pythia.GroupKey(piece(10)), trace)
	v.Observe(pythia.GroupKey(piece(10)), trace)
	return weak.Make(unsafe.StringData(message))
}
