package searchspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestInside(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		api 0-100
			auth 5-10
			cart 10-30
			stock 20-40
			price 45-50
			mail 60-130`))
	for _, q := range []struct {
		from, to pythia.Event
		want     string
	}{
		{start("api"), end("api"), "auth cart stock price mail"},
		{start("api"), start("auth"), ""},
		{start("api"), start("price"), "auth cart stock"},
		{end("auth"), start("price"), "cart stock"},
		{end("auth"), start("stock"), ""}, // cart goes on
		{end("cart"), end("api"), "price mail"},
		{end("price"), end("api"), "mail"}, // though it ends after api
		{start("api"), start("mail"), "auth cart stock price"},
		{end("mail"), end("api"), ""},
		{start("cart"), end("price"), "cart stock price"},
		{start("auth"), end("auth"), "auth"},
		{start("api"), start("nowhere"), "auth cart stock price mail"}, // better too many than none
		{end("nowhere"), start("auth"), "auth cart stock price mail"},
		{pythia.Event{}, end("api"), "auth cart stock price mail"},
	} {
		require.Equal(t, q.want, names(c.Inside(stack("api"), q.from, q.to)), "from the %v to the %v", q.from, q.to)
	}
	require.Nil(t, c.Inside(stack("api", "mail"), start("nowhere"), end("mail")), "there is nothing below")
	require.Nil(t, c.Inside(stack("nowhere"), start("api"), end("api")))
}

// TestInsideOfWhatVaries has a call that only happens when another one is quick; on average it starts before that one ends.
func TestInsideOfWhatVaries(t *testing.T) {
	var c searchspace.CCT
	observe(&c,
		workflow(t, `
			api 0-100
				slow 0-90
				last 95-100`),
		workflow(t, `
			api 0-100
				slow 0-10
				optional 12-20
				last 25-100`))
	require.Equal(t, "optional", names(c.Inside(stack("api"), end("slow"), start("last"))))
}

func TestInsideOfALoop(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		api 0-100
			begin 0-5
			take 10-20
			work 20-30
			put 30-40
			take 50-60
			work 60-70
			put 70-80
			finish 90-95`))
	require.Equal(t, "take work put", names(c.Inside(stack("api"), end("begin"), start("finish"))))
	require.Equal(t, "take work put", names(c.Inside(stack("api"), end("take"), start("put"))), "in a loop each precedes each")
	require.Equal(t, "take work put finish", names(c.Inside(stack("api"), end("put"), end("api"))))
	require.Equal(t, "begin take work put", names(c.Inside(stack("api"), start("api"), start("take"))))
}

func TestInsideOfManySiblings(t *testing.T) {
	var text strings.Builder
	text.WriteString("api 0-1000\n")
	for i := range 40 {
		fmt.Fprintf(&text, "\tc%02d %d-%d\n", i, 10*i, 10*i+5)
	}
	var c searchspace.CCT
	c.Observe(workflow(t, text.String()))
	require.Equal(t, "c36 c37 c38", names(c.Inside(stack("api"), end("c35"), start("c39"))))
	require.Equal(t, "c00 c01", names(c.Inside(stack("api"), start("api"), start("c02"))))
	require.Equal(t, "c38 c39", names(c.Inside(stack("api"), start("c38"), end("c39"))))
}

// TestNothingSeenInsideIsLeftOut checks, for every edge that a workflow's critical path could have, that the space finds all that was there.
func TestNothingSeenInsideIsLeftOut(t *testing.T) {
	for seed := range uint64(30) {
		traces := randoms(t, seed, 10)
		var c searchspace.CCT
		var flat searchspace.Flat
		observe(&c, traces...)
		observe(&flat, traces...)
		for _, tr := range traces {
			for i := range tr.Spans {
				requireFinds(t, &c, tr, i, tr.Children(i))
			}
			for _, r := range tr.Roots() {
				requireFinds(t, &flat, tr, int(r), below(tr, r))
			}
		}
	}
}

func below(tr *pythia.Trace, i int32) (all []int32) {
	for _, c := range tr.Children(int(i)) {
		all = append(append(all, c), below(tr, c)...)
	}
	return all
}

// requireFinds checks the edges between the events of a span and of spans below it.
func requireFinds(t *testing.T, s pythia.SearchSpace, tr *pythia.Trace, parent int, spans []int32) {
	t.Helper()
	own := tr.Spans[parent].Point
	var inner []pythia.Span
	for _, k := range spans {
		if !onStack(tr, int(k)) {
			inner = append(inner, tr.Spans[k])
		}
	}
	for f := -1; f < len(inner); f++ {
		for to := -1; to < len(inner); to++ {
			from, until := pythia.Event{Point: own}, pythia.Event{Point: own, End: true}
			if f >= 0 {
				from = pythia.Event{Point: inner[f].Point, End: true}
			}
			if to >= 0 {
				until = pythia.Event{Point: inner[to].Point}
			}
			found := pointsOf(s.Inside(tr.Stack(parent, 32), from, until))
			for i, k := range inner {
				if i != f && i != to && (f < 0 || k.StartNanos >= inner[f].EndNanos) && (to < 0 || k.EndNanos <= inner[to].StartNanos) {
					require.Contains(t, found, k.Point, "from the %v to the %v", from, until)
				}
			}
		}
	}
}

// onStack reports whether a span's point is that of a span around it.
func onStack(tr *pythia.Trace, i int) bool {
	for p := tr.Parent(i); p != pythia.NoParent; p = tr.Parent(p) {
		if tr.Spans[p].Point == tr.Spans[i].Point {
			return true
		}
	}
	return false
}

func pointsOf(nodes []pythia.SearchNode) map[pythia.TracePointID]bool {
	points := make(map[pythia.TracePointID]bool)
	for _, n := range nodes {
		points[n.Point] = true
	}
	return points
}
