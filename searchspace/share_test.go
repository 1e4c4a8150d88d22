package searchspace_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// times returns the seconds of each context in a workflow, that of the workflow as a whole for the root, and each context's caller.
func times(t *pythia.Trace) (seconds map[pythia.ContextID]float64, callers map[pythia.ContextID]pythia.ContextID) {
	lo, hi := t.Interval(pythia.UntilWorkDone)
	seconds = map[pythia.ContextID]float64{pythia.RootContext: float64(hi-lo) / 1e9}
	callers = make(map[pythia.ContextID]pythia.ContextID)
	for i := range t.Spans {
		caller := pythia.RootContext
		if p := t.Parent(i); p != pythia.NoParent {
			caller = t.Context(p)
		}
		if t.Context(i) == caller.Child(t.Spans[i].Point) { // not recursive
			seconds[t.Context(i)] += float64(t.WorkEnd(i)-t.Spans[i].StartNanos) / 1e9
			callers[t.Context(i)] = caller
		}
	}
	return seconds, callers
}

// direct computes the shares from all workflows at once, after the formula.
func direct(traces []*pythia.Trace) map[pythia.ContextID]float64 {
	all := make([]map[pythia.ContextID]float64, len(traces))
	callers := make(map[pythia.ContextID]pythia.ContextID)
	for i, t := range traces {
		seconds, of := times(t)
		all[i] = seconds
		maps.Copy(callers, of)
	}
	shares := make(map[pythia.ContextID]float64)
	for c, caller := range callers {
		var x, p []float64
		for _, seconds := range all {
			if own, ok := seconds[caller]; ok {
				x, p = append(x, seconds[c]), append(p, own)
			}
		}
		if v := covariance(p, p); v > 0 {
			shares[c] = covariance(x, p) / v
		}
	}
	return shares
}

func covariance(x, y []float64) (c float64) {
	meanX, meanY := mean(x), mean(y)
	for i := range x {
		c += (x[i] - meanX) * (y[i] - meanY)
	}
	return c / float64(len(x))
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func TestCallerShareOfRandomTraces(t *testing.T) {
	checked := 0
	for seed := range uint64(40) {
		traces := randoms(t, seed, 2+int(seed))
		var c searchspace.CCT
		observe(&c, traces...)
		shares := direct(traces)
		for _, n := range dump(&c) {
			want := shares[n.Context]
			require.InDelta(t, want, n.CallerShare, 1e-8*(1+max(want, -want)), "%v", n.Point)
			if want != 0 {
				checked++
			}
		}
	}
	t.Logf("%d shares", checked)
	require.Positive(t, checked)
}

// share returns that of the context with a stack of points in svc.
func share(tb testing.TB, s pythia.SearchSpace, names ...string) float64 {
	tb.Helper()
	found := s.Find(stack(names...))
	require.Len(tb, found, 1)
	return found[0].CallerShare
}

// TestCallerShare has numbers that one can check by head.
func TestCallerShare(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, "api 0-100\n\tdb 0-10\n\tauth 20-50"),
		workflow(t, "api 0-200\n\tdb 0-110\n\tauth 120-150"),
		workflow(t, "api 0-100\n\tdb 0-10\n\tauth 20-50\nmail 100-300"),
		workflow(t, "api 0-200\n\tdb 0-60\n\tauth 120-150\n\tretry 150-200"))
	require.Equal(t, 0.75, share(t, &c, "api", "db"), "(110 and 60 instead of 10) of (200 instead of 100)")
	require.Equal(t, 0.25, share(t, &c, "api", "retry"), "absent is 0")
	require.Zero(t, share(t, &c, "api", "auth"), "always the same")
	require.InDelta(t, 0, share(t, &c, "api"), 1e-15, "the workflow takes 100, 200, 300, 200, and api is as long in the first as in the third")
	require.InDelta(t, 1, share(t, &c, "mail"), 1e-15)

	var once searchspace.CCT
	once.Observe(workflow(t, "api 0-100\n\tdb 0-10"))
	require.Zero(t, share(t, &once, "api", "db"), "the caller never varied")
	once.Observe(workflow(t, "api 0-100\n\tdb 0-90"))
	require.Zero(t, share(t, &once, "api", "db"))
}

func TestCallerShareOfCompensation(t *testing.T) {
	var c searchspace.CCT
	observe(&c, workflow(t, "api 0-100\n\tcache 0-50\n\tdb 50-60"), workflow(t, "api 0-200\n\tcache 0-30\n\tdb 50-190"))
	require.InDelta(t, -0.2, share(t, &c, "api", "cache"), 1e-15)
	require.InDelta(t, 1.3, share(t, &c, "api", "db"), 1e-15)
}

func TestCallerShareOfParallelCalls(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, "api 0-100\n\tpart 0-100\n\tpart 0-100\n\tpart 0-100\n\tother 0-100"),
		workflow(t, "api 0-200\n\tpart 0-200\n\tpart 0-200\n\tpart 0-200\n\tother 0-200"))
	require.InDelta(t, 3, share(t, &c, "api", "part"), 1e-15)
	require.InDelta(t, 1, share(t, &c, "api", "other"), 1e-15)
}

func TestCallerShareOfRecursion(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, "walk 0-100\n\tread 0-10\n\twalk 10-90\n\t\tread 20-30"),
		workflow(t, "walk 0-200\n\tread 0-10\n\twalk 10-190\n\t\tread 20-100"))
	require.InDelta(t, 0.7, share(t, &c, "walk", "read"), 1e-15, "20 and 90, whichever walk called it; the inner walk's time is in the outer one's")
	require.InDelta(t, 1, share(t, &c, "walk"), 1e-15)
}

// TestSharesSumToOne where calls follow each other and the caller does nothing else.
func TestSharesSumToOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var c searchspace.CCT
	for range 50 {
		var calls strings.Builder
		at := int64(0)
		for i := range 6 {
			if took := r.Int64N(1e9); r.IntN(3) > 0 {
				fmt.Fprintf(&calls, "\tc%d %d-%d\n", i, at, at+took)
				at += took
			}
		}
		c.Observe(workflow(t, fmt.Sprintf("api 0-%d\n%s", at, calls.String())))
	}
	sum := 0.0
	for _, n := range c.Children(context("api")) {
		require.Positive(t, n.CallerShare)
		sum += n.CallerShare
	}
	require.InDelta(t, 1, sum, 1e-9)
}

// TestCallerShareEverywhere: whatever returns a context says the same of it.
func TestCallerShareEverywhere(t *testing.T) {
	for seed := range uint64(20) {
		traces := randoms(t, seed, 10)
		for _, s := range []space{new(searchspace.CCT), new(searchspace.Flat)} {
			observe(s, traces...)
			want := make(map[pythia.ContextID]pythia.SearchNode)
			for _, n := range dump(s) {
				want[n.Context] = n
			}
			for _, st := range stacks(s)[1:] {
				last := pythia.Event{Point: st[len(st)-1]}
				for _, n := range slices.Concat(s.Find(st), s.Find(st[len(st)/2:]), s.Callers(st), s.Callers(st[len(st)-1:]), s.Inside(st, last, end("3")),
					s.Inside(st[len(st)-1:], last, end("1"))) {
					require.Equal(t, want[n.Context], n)
				}
			}
		}
	}
}

// TestFlatCallerShareOfRandomTraces compares with shares of the workflow as a whole.
func TestFlatCallerShareOfRandomTraces(t *testing.T) {
	for seed := range uint64(20) {
		traces := randoms(t, seed, 2+int(seed))
		var f searchspace.Flat
		observe(&f, traces...)
		for _, root := range f.Children(pythia.RootContext) {
			for _, n := range f.Children(root.Context) {
				var x, p []float64
				for _, tr := range traces {
					if own, total, ok := flatTimes(tr, root.Context, n.Point); ok {
						x, p = append(x, own), append(p, total)
					}
				}
				want := 0.0
				if v := covariance(p, p); v > 0 {
					want = covariance(x, p) / v
				}
				require.InDelta(t, want, n.CallerShare, 1e-9*(1+max(want, -want)))
			}
		}
	}
}

// flatTimes returns the seconds of a point below a root, and of the workflow as a whole if that has the root.
func flatTimes(t *pythia.Trace, root pythia.ContextID, point pythia.TracePointID) (own, total float64, ok bool) {
	lo, hi := t.Interval(pythia.UntilWorkDone)
	for i := range t.Spans {
		top := i
		for t.Parent(top) != pythia.NoParent {
			top = t.Parent(top)
		}
		if t.Context(top) != root {
			continue
		}
		ok = true
		if p := t.Parent(i); p != pythia.NoParent && t.Spans[i].Point == point && t.Context(i) == t.Context(p).Child(point) {
			own += float64(t.WorkEnd(i)-t.Spans[i].StartNanos) / 1e9
		}
	}
	return own, float64(hi-lo) / 1e9, ok
}

func TestFlatCallerShare(t *testing.T) {
	var f searchspace.Flat
	observe(&f,
		workflow(t, "api 0-100\n\thandler 0-90\n\t\tdb 0-10"),
		workflow(t, "api 0-200\n\thandler 0-190\n\t\tdb 0-60\nmail 0-300"),
		workflow(t, "cron 0-1000\n\tdb 0-10"))
	require.InDelta(t, 0.25, share(t, &f, "api", "db"), 1e-15, "50 of 200, the workflow as a whole; without those that have no api")
	require.InDelta(t, 0.5, share(t, &f, "api", "handler"), 1e-15)
	require.Zero(t, share(t, &f, "cron", "db"), "one workflow")
	require.InDelta(t, 160./134, share(t, &f, "cron"), 1e-9, "0, 0 and 1000 of 100, 300 and 1000: of all workflows")
}
