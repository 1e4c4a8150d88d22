package searchspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestFlat(t *testing.T) {
	var f searchspace.Flat
	f.Observe(workflow(t, `
		api 0-100
			handler 5-95
				auth 10-20
				cart 20-60
					db 30-40
				mail 70-80
			done 96-98`))
	require.Equal(t, searchspace.Stats{Contexts: 7, Points: 7, Workflows: 1}, f.Stats())
	require.Equal(t, []pythia.SearchNode{
		{Context: context("api"), Point: point("api"), Workflows: 1, Spans: 1, MeanSeconds: 100e-9},
	}, f.Children(pythia.RootContext))
	api := context("api")
	require.Equal(t, "handler auth cart db mail done", names(f.Children(api)))
	require.Equal(t, pythia.SearchNode{
		Context: api.Child(point("db")), Point: point("db"), Workflows: 1, Spans: 1, MeanSeconds: 10e-9, Leaf: true,
	}, f.Children(api)[3])
	require.Nil(t, f.Children(api.Child(point("db"))))
	for _, q := range []struct {
		from, to pythia.Event
		want     string
	}{
		{start("api"), end("api"), "handler auth cart db mail done"},
		{start("api"), start("mail"), "auth cart db"}, // handler goes on
		{end("auth"), start("mail"), "cart db"},
		{end("auth"), start("done"), "cart db mail"},
		{end("db"), end("api"), "mail done"},
		{end("auth"), start("db"), ""},
		{start("api"), start("nowhere"), "handler auth cart db mail done"},
	} {
		require.Equal(t, q.want, names(f.Inside(stack("api"), q.from, q.to)), "from the %v to the %v", q.from, q.to)
	}
	require.Nil(t, f.Inside(stack("nowhere"), start("api"), end("api")))
}

func TestFlatRoots(t *testing.T) {
	var f searchspace.Flat
	f.Observe(workflow(t, `
		a 0-10
			x 1-2
			a 3-4
		b 20-30
			x 21-25
		a 40-50
			x 43-44
				x 43-44`))
	require.Equal(t, "a b", names(f.Children(pythia.RootContext)))
	require.Equal(t, "a b", names(f.Inside(nil, end("a"), start("a"))), "a comes twice, before and after")
	require.Equal(t, []pythia.SearchNode{
		{Context: context("a", "x"), Point: point("x"), Workflows: 1, Spans: 3, MeanSeconds: 2e-9, Leaf: true},
	}, f.Children(context("a")))
	require.EqualValues(t, 1, f.Children(context("b"))[0].Spans)
}

func TestFlatBound(t *testing.T) {
	f, err := searchspace.NewFlat(searchspace.Config{MaxNodes: 2})
	require.NoError(t, err)
	f.Observe(workflow(t, `
		a 0-10
			b 1-5
				c 2-3
				b 3-4`))
	require.Equal(t, searchspace.Stats{Contexts: 2, Points: 2, Workflows: 1, LeftOut: 1}, f.Stats())
	f.Observe(workflow(t, "c 0-10\n\td 1-2\n\t\te 1-2"))
	require.Equal(t, searchspace.Stats{Contexts: 2, Points: 2, Workflows: 2, LeftOut: 4}, f.Stats())
	require.False(t, f.Children(pythia.RootContext)[0].Leaf)

	f.Observe(workflow(t, "a 0-10"))
	require.EqualValues(t, 2, f.Children(pythia.RootContext)[0].Workflows)
}

func TestFlatLongList(t *testing.T) {
	var text strings.Builder
	text.WriteString("api 0-20000\n")
	for i := range 1100 {
		fmt.Fprintf(&text, "\tc%04d %d-%d\n", i, 10*i, 10*i+5)
	}
	var f searchspace.Flat
	f.Observe(workflow(t, text.String()))
	require.Equal(t, "c1001 c1002", names(f.Inside(stack("api"), end("c1000"), start("c1003"))))
}

func TestFlatWithPointsOff(t *testing.T) {
	var f searchspace.Flat
	f.Observe(workflow(t, `
		gate 0-100
			api 5-95
				auth 10-20
				cart 30-60
					db 40-50`))
	f.Observe(workflow(t, `
		cron 0-100
			api 5-95
				db 40-50
			log 96-97`))
	f.Observe(workflow(t, "other 0-10"))
	require.Equal(t, "auth cart db", names(f.Inside(stack("gate", "api"), start("api"), end("api"))), "points of the stack are no candidates")
	require.Equal(t, "auth", names(f.Inside(stack("gate", "api"), start("api"), start("db"))), "cart goes on")
	require.Equal(t, []pythia.ContextID{context("gate", "auth"), context("gate", "cart"), context("gate", "db"), context("cron", "db")},
		contextsOf(f.Inside(stack("api"), start("api"), end("api"))), "the root is off")
	require.Equal(t, "db log", names(f.Inside(stack("api"), start("nowhere"), end("api")))[len("auth cart db "):])
	require.Equal(t, "db log", names(f.Inside(stack("api"), start("api"), start("other")))[len("auth cart db "):])
	require.Equal(t, "db", names(f.Inside(stack("api"), start("api"), start("log"))), "gate has no log")
	require.Nil(t, f.Inside(stack("api", "other"), start("other"), end("other")))
}
