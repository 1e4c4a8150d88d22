package searchspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

// TestMatches asks for contexts whose stacks were observed with points off.
func TestMatches(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		a 0-1000
			b 10-100
				c 20-90
					x 30-40
					y 50-60
			q 110-300
				r 120-290
					c 130-280
						z 140-150
			p 310-400
				c 320-390
					x 330-340
			d 410-500
				e 420-490
					g 430-480
				f 481-485`))
	for _, q := range []struct {
		stack    []pythia.TracePointID
		from, to pythia.Event
		want     string
	}{
		{stack("a", "b", "c"), start("c"), end("c"), "x y"},
		{stack("a", "c"), start("c"), end("c"), "x y x z"},      // with one point besides the contexts' order, then with two
		{stack("c"), start("c"), end("c"), "x y x z"},           // the stack may lack its outer end
		{stack("a", "c"), start("c"), start("y"), "x"},          // only one of them has y
		{stack("a", "r", "c"), start("c"), end("c"), "z"},       // b and p lead nowhere
		{stack("a", "c", "b"), start("b"), end("b"), ""},        // in this order there is none
		{stack("b", "a"), start("a"), end("a"), ""},             // nor in this
		{stack("a", "nowhere"), start("a"), end("nowhere"), ""}, // nor with this
		{stack("a", "c"), start("nowhere"), end("c"), "x y x z"},
		{stack("a", "d", "a", "b", "c"), start("c"), end("c"), "x y"}, // recursion is folded
		{stack("a", "e"), start("e"), end("e"), "g"},
	} {
		require.Equal(t, q.want, names(c.Inside(q.stack, q.from, q.to)), "from the %v to the %v in %v", q.from, q.to, q.stack)
	}
}

// TestEventsFurtherBelow has points off between the observed context and the observed events.
func TestEventsFurtherBelow(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		a 0-1000
			b 10-100
				x 20-30
				w 40-50
				y 60-70
			c 110-200
			d 210-300
				z 220-230
			e 310-400
			db 410-420
			k 430-500
				l 440-490
					x' 450-460
					m 465-470
					y' 475-480`))
	for _, q := range []struct {
		from, to pythia.Event
		want     string
	}{
		{start("a"), start("x"), "b"},
		{end("x"), start("y"), "w"},
		{end("x"), end("a"), "b c d e db k"},
		{end("x"), start("z"), "b c d"},
		{end("z"), start("db"), "d e"},
		{end("c"), start("z"), "d"},
		{end("y"), start("e"), "b c d"},
		{end("z"), start("x'"), "d e db k"},
		{end("x'"), start("y'"), "m"},
		{start("a"), end("y'"), "b c d e db k"},
		{end("b"), start("w"), "b"}, // from one b to what is within another, as far as one can tell
		{end("z"), end("nowhere"), "b c d e db k"},
	} {
		require.Equal(t, q.want, names(c.Inside(stack("a"), q.from, q.to)), "from the %v to the %v", q.from, q.to)
	}
	require.Equal(t, "a", names(c.Inside(nil, end("x"), pythia.Event{End: true})), "the root is off")
	require.Equal(t, "m", names(c.Inside(nil, end("x'"), start("y'"))))
}

// TestSamePointInSeveralChildren has calls of one point in several places, all off, and in a loop.
func TestSamePointInSeveralChildren(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		api 0-1000
			first 10-100
				db 20-30
				log 40-50
			think 110-190
			second 210-300
				db 220-230
			done 310-400`))
	require.Equal(t, "first think second", names(c.Inside(stack("api"), start("api"), start("db"))))
	require.Equal(t, "first think second", names(c.Inside(stack("api"), end("db"), start("db"))))
	require.Equal(t, "first think second done", names(c.Inside(stack("api"), end("db"), end("api"))))

	var loop searchspace.CCT
	loop.Observe(workflow(t, `
		api 0-1000
			item 10-100
				get 20-30
				check 40-50
				put 60-70
			item 110-200
				get 120-130
				put 160-170`))
	require.Equal(t, "item check", names(loop.Inside(stack("api"), end("get"), start("put"))), "within one item or from one to the next")
	require.Equal(t, "item", names(loop.Inside(stack("api"), end("put"), start("get"))))
}

// TestTheExactOneIsAnother has a context with just the stack observed, which lacks the event.
func TestTheExactOneIsAnother(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		a 0-1000
			c 10-20
				q 11-12
			b 110-200
				c 120-190
					w 130-140
					x 150-160`))
	require.Equal(t, "q", names(c.Inside(stack("a", "c"), start("c"), end("c"))))
	require.Equal(t, "w", names(c.Inside(stack("a", "c"), start("c"), start("x"))))
	require.Equal(t, "q", names(c.Inside(stack("a", "c"), start("c"), start("b"))), "b is nowhere below a c")
	require.Equal(t, "q", names(c.Inside(stack("a", "c"), start("a"), start("q"))), "nor is a")
}

func TestTruncatedStack(t *testing.T) {
	var text strings.Builder
	var whole []pythia.TracePointID
	for i := range 60 {
		fmt.Fprintf(&text, "%sp%d %d-%d\n", strings.Repeat("\t", i), i, i, 1000-i)
		whole = append(whole, point(fmt.Sprint("p", i)))
	}
	var c searchspace.CCT
	c.Observe(workflow(t, text.String()))
	require.Equal(t, "p50", names(c.Inside(whole[18:50], start("p49"), end("p49"))))
	require.Equal(t, "p50", names(c.Inside(whole[:50], start("p49"), end("p49"))))
	require.Equal(t, "p50", names(c.Inside(whole[18:50], start("p49"), end("p58"))))
}

func TestManySiblingsFurtherBelow(t *testing.T) {
	var text strings.Builder
	text.WriteString("api 0-1000\n")
	for i := range 40 {
		fmt.Fprintf(&text, "\tc%02d %d-%d\n\t\tx%d %d-%d\n", i, 10*i, 10*i+9, i%20, 10*i+2, 10*i+5)
	}
	var c searchspace.CCT
	c.Observe(workflow(t, text.String()))
	require.Equal(t, "c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24 c25",
		names(c.Inside(stack("api"), end("x3"), start("x5"))), "each is in two places")
}

// TestBoundOfASearch has the event, or the context, beyond what is looked at.
func TestBoundOfASearch(t *testing.T) {
	const wide = 1000
	spans := []pythia.Span{{ID: "r", Point: point("r"), EndNanos: 1e12}}
	for i := range wide {
		id := fmt.Sprint(i)
		spans = append(spans, pythia.Span{ID: id, ParentID: "r", Point: point("c" + id), EndNanos: 1e12})
		for k := range 110 {
			deep := fmt.Sprint(i, ".", k)
			spans = append(spans, pythia.Span{ID: deep, ParentID: id, Point: point("d" + deep), EndNanos: 1e12})
		}
	}
	tr, err := pythia.NewTrace("t", spans)
	require.NoError(t, err)
	var c searchspace.CCT
	c.Observe(tr)
	children := c.Children(context("r"))
	require.Len(t, children, wide)
	require.Len(t, c.Inside(stack("r"), start("r"), start("d0.0")), 1)
	require.Len(t, c.Inside(stack("r"), start("r"), start("d999.109")), wide, "not found, so all")
	require.Nil(t, c.Inside(stack("d999.109"), start("d999.109"), end("d999.109")))
	require.Nil(t, c.Inside(stack("d0.0"), start("d0.0"), end("d0.0")), "a leaf")
	require.Len(t, c.Inside(stack("c999"), start("c999"), end("c999")), 110)
}
