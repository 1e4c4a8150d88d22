package searchspace_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

func TestFind(t *testing.T) {
	var c searchspace.CCT
	observe(&c, workflow(t, `
		gateway 0-100
			a 0-90
				b 10-80
					db 20-30
				c 80-90
					db 82-85
			db 91-92`), workflow(t, `
		cron 0-10
			a 1-2`))
	for name, q := range map[string]struct {
		stack []pythia.TracePointID
		want  []pythia.ContextID
	}{
		"exact, though db is elsewhere, too": {stack("gateway", "db"), []pythia.ContextID{context("gateway", "db")}},
		"a root":                             {stack("cron"), []pythia.ContextID{context("cron")}},
		"b and c are off":                    {stack("gateway", "a", "db"), []pythia.ContextID{context("gateway", "a", "b", "db"), context("gateway", "a", "c", "db")}},
		"only one has c":                     {stack("gateway", "c", "db"), []pythia.ContextID{context("gateway", "a", "c", "db")}},
		"the outer end is lacking":           {stack("b", "db"), []pythia.ContextID{context("gateway", "a", "b", "db")}},
		"nearest first":                      {stack("db"), []pythia.ContextID{context("gateway", "db"), context("gateway", "a", "b", "db"), context("gateway", "a", "c", "db")}},
		"in two workflows":                   {stack("a"), []pythia.ContextID{context("gateway", "a"), context("cron", "a")}},
		"unknown":                            {stack("nowhere"), nil},
		"unknown above":                      {stack("nowhere", "db"), nil},
		"in another order":                   {stack("b", "a"), nil},
		"none of this workflow":              {stack("cron", "db"), nil},
		"the workflow itself":                {nil, nil},
	} {
		require.ElementsMatch(t, q.want, contextsOf(c.Find(q.stack)), name)
		for i, n := range c.Find(q.stack) {
			require.Equal(t, q.stack[len(q.stack)-1], n.Point, name)
			if name == "nearest first" {
				require.Equal(t, i == 0, n.Context == q.want[0])
			}
		}
	}
	require.Nil(t, c.Find(stack("nowhere")))
	require.Nil(t, new(searchspace.CCT).Find(stack("a")))
	require.Nil(t, new(searchspace.CCT).Find(nil))
}

func TestFindRecursion(t *testing.T) {
	var c searchspace.CCT
	c.Observe(workflow(t, `
		a 0-100
			b 10-90
				a 20-80
					b 30-70
						c 40-50`))
	want := []pythia.ContextID{context("a", "b", "c")}
	require.Equal(t, want, contextsOf(c.Find(stack("a", "b", "c"))))
	require.Equal(t, want, contextsOf(c.Find(stack("a", "b", "a", "b", "c"))), "it is folded")
	require.Equal(t, []pythia.ContextID{context("a")}, contextsOf(c.Find(stack("a", "b", "a"))))
}

// TestFindWhatWasObserved: with any points off, the context that a span has with all on is among those that its stack can stand for, and alone if
// none is off; unless a point that was off was called within itself.
func TestFindWhatWasObserved(t *testing.T) {
	checked := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 5))
		full := distinct(t, random(t, r, 1+r.IntN(40), 4+r.IntN(12)))
		var c searchspace.CCT
		observe(&c, full, random(t, r, 30, 8))
		for i := range full.Spans {
			require.Equal(t, []pythia.ContextID{full.Context(i)}, contextsOf(c.Find(full.Stack(i, 100))))
		}
		off := someOff(r, full)
		for i := range full.Spans {
			st := full.Stack(i, 100)
			own := st[len(st)-1]
			seen := slices.DeleteFunc(slices.Clone(st), func(p pythia.TracePointID) bool { return off[p] && p != own })
			found := c.Find(seen)
			if len(found) == 1 && found[0].Context == contextOf(seen) {
				continue // another one has just this stack
			}
			require.Contains(t, contextsOf(found), full.Context(i))
			checked++
		}
	}
	require.Greater(t, checked, 1000)
}

func TestFlatFind(t *testing.T) {
	var f searchspace.Flat
	observe(&f, workflow(t, `
		gate 0-100
			api 5-95
				cart 30-60
					db 40-50
				gate 60-70`), workflow(t, `
		cron 0-100
			api 5-95
				db 40-50`))
	for _, q := range []struct {
		stack []pythia.TracePointID
		want  []pythia.ContextID
	}{
		{stack("gate"), []pythia.ContextID{context("gate")}},
		{stack("gate", "api", "gate"), []pythia.ContextID{context("gate")}}, // within itself
		{stack("gate", "api", "db"), []pythia.ContextID{context("gate", "db")}},
		{stack("gate", "db"), []pythia.ContextID{context("gate", "db")}},
		{stack("api", "db"), []pythia.ContextID{context("gate", "db"), context("cron", "db")}}, // the root is off
		{stack("cart", "db"), []pythia.ContextID{context("gate", "db")}},
		{stack("cron", "cart"), nil},
		{stack("nowhere"), nil},
		{stack("api", "nowhere"), nil},
		{nil, nil},
	} {
		require.ElementsMatch(t, q.want, contextsOf(f.Find(q.stack)), "%v", q.stack)
	}
	require.Nil(t, f.Find(stack("cron", "cart")))
	require.Nil(t, new(searchspace.Flat).Find(stack("a")))
}
