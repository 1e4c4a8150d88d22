package pythia_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

type counts = map[string]int

// repairCase gives spans, the tree that they must make, and the repairs that must be counted.
type repairCase struct {
	name    string
	spans   []pythia.Span
	shape   string
	repairs counts
}

func checkRepairs(t *testing.T, cases []repairCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			trace := build(t, c.spans...)
			require.Equal(t, c.shape, shape(trace))
			require.Equal(t, c.repairs, trace.Repairs.ByName())
		})
	}
}

func TestRepairParents(t *testing.T) {
	checkRepairs(t, []repairCase{
		{"nothing to repair", []pythia.Span{span("a", "", 0, 10), span("b", "a", 1, 2)}, "a 0-10 (b 1-2)", counts{}},
		{"missing parent", []pythia.Span{span("a", "gone", 0, 10)}, "a 0-10", counts{"missing_parent": 1}},
		{
			"missing parent of one of two", []pythia.Span{span("a", "", 0, 10), span("b", "gone", 2, 3)},
			"a 0-10, b 2-3", counts{"missing_parent": 1, "several_roots": 1},
		},
		{
			"several roots count once", []pythia.Span{span("a", "", 0, 1), span("b", "", 1, 2), span("c", "", 2, 3)},
			"a 0-1, b 1-2, c 2-3", counts{"several_roots": 1},
		},
	})
}

func TestRepairCycle(t *testing.T) {
	checkRepairs(t, []repairCase{
		{"of one", []pythia.Span{span("a", "a", 0, 10)}, "a 0-10", counts{"cycle": 1}},
		{"of two", []pythia.Span{span("a", "b", 0, 10), span("b", "a", 1, 9)}, "a 0-10 (b 1-9)", counts{"cycle": 1}},
		{
			"of four, the first to start is the root",
			[]pythia.Span{span("a", "b", 3, 10), span("b", "c", 2, 10), span("c", "d", 1, 10), span("d", "a", 4, 10)},
			"c 1-10 (b 2-10 (a 3-10 (d 4-10)))", counts{"cycle": 1},
		},
		{
			"two, and a tail that hangs on one of them",
			[]pythia.Span{span("a", "b", 0, 9), span("b", "a", 1, 9), span("c", "d", 2, 9), span("d", "c", 3, 9), span("e", "b", 4, 9)},
			"a 0-9 (b 1-9 (e 4-9)), c 2-9 (d 3-9)", counts{"cycle": 2, "several_roots": 1},
		},
		{
			"beside a sound tree", []pythia.Span{span("r", "", 0, 9), span("a", "b", 1, 2), span("b", "a", 1, 2)},
			"r 0-9, a 1-2 (b 1-2)", counts{"cycle": 1, "several_roots": 1},
		},
	})
}

func TestRepairDuplicate(t *testing.T) {
	root := span("a", "", 0, 100)
	long, short := span("b", "a", 10, 30), span("b", "a", 10, 20)
	started := span("b", "a", 5, 90, unfinished)
	checkRepairs(t, []repairCase{
		{"the longest is kept", []pythia.Span{root, short, long}, "a 0-100 (b 10-30)", counts{"duplicate": 1}},
		{"whatever comes first", []pythia.Span{long, short, root}, "a 0-100 (b 10-30)", counts{"duplicate": 1}},
		{"each counts", []pythia.Span{root, short, long, short}, "a 0-100 (b 10-30)", counts{"duplicate": 2}},
		{"a finished one rather than a started one", []pythia.Span{root, short, started}, "a 0-100 (b 10-20)", counts{"duplicate": 1}},
		{"in either order", []pythia.Span{root, started, short}, "a 0-100 (b 10-20)", counts{"duplicate": 1}},
		{"none finished", []pythia.Span{root, started, started}, "a 0-100 (b 5-5)", counts{"duplicate": 1, "unfinished": 1}},
		{
			"by the parent, all else being equal", []pythia.Span{root, long, span("b", "", 10, 30)},
			"a 0-100, b 10-30", counts{"duplicate": 1, "several_roots": 1},
		},
	})
}

func TestRepairTimes(t *testing.T) {
	checkRepairs(t, []repairCase{
		{"negative duration", []pythia.Span{span("a", "", 10, 3)}, "a 10-10", counts{"negative_duration": 1}},
		{"early child", []pythia.Span{span("a", "", 10, 30), span("b", "a", 5, 20)}, "a 10-30 (b 5-20)", counts{"early_child": 1}},
		{"asynchronous", []pythia.Span{span("a", "", 0, 10), span("b", "a", 5, 20)}, "a 0-10 (b 5-20)", counts{"asynchronous": 1}},
		{
			"asynchronous only where it outlasts its own parent",
			[]pythia.Span{span("a", "", 0, 10), span("b", "a", 5, 20), span("c", "b", 6, 19)},
			"a 0-10 (b 5-20 (c 6-19))", counts{"asynchronous": 1},
		},
	})
}

func TestRepairUnfinished(t *testing.T) {
	checkRepairs(t, []repairCase{
		{"alone", []pythia.Span{span("a", "", 7, 99, unfinished)}, "a 7-7", counts{"unfinished": 1}},
		{"end before start is no negative duration", []pythia.Span{span("a", "", 7, 0, unfinished)}, "a 7-7", counts{"unfinished": 1}},
		{
			"until its last child's end", []pythia.Span{span("a", "", 0, 0, unfinished), span("b", "a", 1, 5), span("c", "a", 2, 4)},
			"a 0-5 (b 1-5, c 2-4)", counts{"unfinished": 1},
		},
		{
			"below each other", []pythia.Span{span("a", "", 0, 0, unfinished), span("b", "a", 1, 0, unfinished), span("c", "b", 2, 8)},
			"a 0-8 (b 1-8 (c 2-8))", counts{"unfinished": 2},
		},
		{
			"outlasts a finished parent", []pythia.Span{span("a", "", 0, 4), span("b", "a", 1, 0, unfinished), span("c", "b", 2, 8)},
			"a 0-4 (b 1-8 (c 2-8))", counts{"unfinished": 1, "asynchronous": 1},
		},
	})
}

func TestRepairLink(t *testing.T) {
	a := span("a", "", 0, 10)
	linked := func(parent string, l ...pythia.Link) []pythia.Span {
		return []pythia.Span{a, span("b", parent, 1, 2, links(l...))}
	}
	adopted, apart := "a 0-10 (b 1-2)", "a 0-10, b 1-2"
	checkRepairs(t, []repairCase{
		{"of the same trace", linked("", pythia.Link{TraceID: "t", SpanID: "a"}), adopted, counts{"link": 1}},
		{"of no trace in particular", linked("", pythia.Link{SpanID: "a"}), adopted, counts{"link": 1}},
		{"instead of a missing parent", linked("gone", pythia.Link{SpanID: "a"}), adopted, counts{"link": 1}},
		{"the first that leads somewhere", linked("", pythia.Link{SpanID: "gone"}, pythia.Link{SpanID: "a"}), adopted, counts{"link": 1}},
		{"not of another trace", linked("", pythia.Link{TraceID: "u", SpanID: "a"}), apart, counts{"several_roots": 1}},
		{"not to itself", linked("", pythia.Link{SpanID: "b"}), apart, counts{"several_roots": 1}},
		{"not where there is a parent", linked("a", pythia.Link{SpanID: "gone"}), adopted, counts{}},
		{
			"that closes a cycle", []pythia.Span{span("a", "", 0, 10, links(pythia.Link{SpanID: "b"})), span("b", "a", 1, 2)},
			adopted, counts{"link": 1, "cycle": 1},
		},
	})
}

func TestRepairClockSkew(t *testing.T) {
	// The client waits from 100 to 200; the server took 40 on a clock that is 900 ahead.
	c, s := span("c", "", 100, 200, client("h1")), span("s", "c", 1000, 1040, server("h2"))
	checkRepairs(t, []repairCase{
		{"centred", []pythia.Span{c, s}, "c 100-200 (s 130-170)", counts{"clock_skew": 1}},
		{"behind", []pythia.Span{c, span("s", "c", 5, 45, server("h2"))}, "c 100-200 (s 130-170)", counts{"clock_skew": 1}},
		{"as long as the client", []pythia.Span{c, span("s", "c", 1000, 1100, server("h2"))}, "c 100-200 (s 100-200)", counts{"clock_skew": 1}},
		{"sticks out a little", []pythia.Span{c, span("s", "c", 95, 135, server("h2"))}, "c 100-200 (s 130-170)", counts{"clock_skew": 1}},
		{
			"the subtree on the same host moves along", []pythia.Span{c, s, span("i", "s", 1010, 1020, internal("h2")), span("j", "i", 1011, 1012, internal("h2"))},
			"c 100-200 (s 130-170 (i 140-150 (j 141-142)))", counts{"clock_skew": 1},
		},
		{
			"other hosts do not", []pythia.Span{c, s, span("i", "s", 145, 150, internal("h3"))},
			"c 100-200 (s 130-170 (i 145-150))", counts{"clock_skew": 1},
		},
		{
			"a moved client's server is moved once more", []pythia.Span{c, s, span("d", "s", 1010, 1030, client("h2")), span("e", "d", 0, 10, server("h3"))},
			"c 100-200 (s 130-170 (d 140-160 (e 145-155)))", counts{"clock_skew": 2},
		},
		{"not if it fits", []pythia.Span{c, span("s", "c", 100, 200, server("h2"))}, "c 100-200 (s 100-200)", counts{}},
		{"not on the same host", []pythia.Span{c, span("s", "c", 1000, 1040, server("h1"))}, "c 100-200 (s 1000-1040)", counts{"asynchronous": 1}},
		{"not if longer than the client", []pythia.Span{c, span("s", "c", 150, 300, server("h2"))}, "c 100-200 (s 150-300)", counts{"asynchronous": 1}},
		{"not if the host is unknown", []pythia.Span{c, span("s", "c", 1000, 1040, server(""))}, "c 100-200 (s 1000-1040)", counts{"asynchronous": 1}},
		{
			"not if nobody waited", []pythia.Span{span("c", "", 100, 200, onHost("h1", pythia.KindProducer)), span("s", "c", 1000, 1040, onHost("h2", pythia.KindConsumer))},
			"c 100-200 (s 1000-1040)", counts{"asynchronous": 1},
		},
	})
}

func TestRepairClockSkewMovesEvents(t *testing.T) {
	trace := build(t, span("c", "", 100, 200, client("h1")), span("s", "c", 1000, 1040, server("h2"), event("cache miss", 1001)))
	require.Equal(t, int64(131), trace.Spans[1].Events[0].TimeNanos)
}

func TestRepairsCount(t *testing.T) {
	var a, b pythia.Repairs
	require.Empty(t, a.ByName())
	a.Add(pythia.RepairCycle, 2)
	b.Add(pythia.RepairCycle, 1)
	b.Add(pythia.RepairSplitTrace, 3)
	a.Merge(b)
	require.Equal(t, counts{"cycle": 3, "split_trace": 3}, a.ByName())
}

// TestImpossibleTimes: times whose differences would overflow are moved to where they do not.
func TestImpossibleTimes(t *testing.T) {
	trace := build(t,
		span("a", "", math.MinInt64, math.MaxInt64), span("b", "a", -1<<62, math.MaxInt64), span("c", "a", 0, math.MaxInt64),
		span("d", "c", math.MaxInt64-1, math.MaxInt64),
	)
	require.Equal(t, 4, trace.Repairs[pythia.RepairImpossibleTime])
	requireSound(t, trace)
	for i := range trace.Spans {
		require.GreaterOrEqual(t, trace.Spans[i].DurationNanos(), int64(0))
	}
}
