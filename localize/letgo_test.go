package localize

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// seen is how many workflows there are of each key.
func seen(v *Variance) counts {
	c := counts{}
	for key, a := range v.groups {
		c[key] = int(a.total.n)
	}
	return c
}

// observeKeys has v see a workflow of each key, in that order, a second after the other.
func observeKeys(v *Variance, keys ...pythia.GroupKey) {
	for i, k := range keys {
		w := begin(i)
		w.step("s", "op", float64(1+i%7))
		v.Observe(k, w.trace())
	}
}

func TestLetGo(t *testing.T) {
	for _, c := range []struct {
		name    string
		most    int
		keys    []pythia.GroupKey
		want    counts
		dropped pythia.Dropped
	}{
		{"room for all", 3, []pythia.GroupKey{"a", "b", "c", "a"}, counts{"a": 2, "b": 1, "c": 1}, pythia.Dropped{}},
		{"the fewest workflows go first", 2, []pythia.GroupKey{"a", "b", "a", "c"}, counts{"a": 2, "(other)": 1, "c": 1}, pythia.Dropped{Groups: 1, Workflows: 1}},
		{"of equals the oldest", 2, []pythia.GroupKey{"b", "a", "c"}, counts{"(other)": 1, "a": 1, "c": 1}, pythia.Dropped{Groups: 1, Workflows: 1}},
		{"to the coarsest level that there is", 3, []pythia.GroupKey{key("a", "x"), key("a"), key("a", "y"), key("a", "z")},
			counts{key("a"): 2, key("a", "y"): 1, key("a", "z"): 1}, pythia.Dropped{Groups: 1, Workflows: 1}},
		{"to a coarsest level that there was not", 2, []pythia.GroupKey{key("a", "x"), key("a", "y"), key("a", "z")},
			counts{key("a"): 2, key("a", "z"): 1}, pythia.Dropped{Groups: 2, Workflows: 2}},
		{"the only one of its coarsest level", 2, []pythia.GroupKey{key("a", "x"), key("b", "y"), key("c", "z")},
			counts{"(other)": 1, key("b", "y"): 1, key("c", "z"): 1}, pythia.Dropped{Groups: 1, Workflows: 1}},
		{"a single one", 1, []pythia.GroupKey{"a", "b", "c"}, counts{"(other)": 2, "c": 1}, pythia.Dropped{Groups: 2, Workflows: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := localizer(t, Config{MaxGroups: c.most})
			observeKeys(v, c.keys...)
			require.Equal(t, c.want, seen(v))
			require.Equal(t, c.dropped, v.Dropped())
			again := restored(t, v)
			require.Equal(t, v.Dropped(), again.Dropped())
			require.Equal(t, c.want, seen(again))
		})
	}
}

// However many keys come, there are never more groups than there may be, every workflow counts, and what is seen often stays.
func TestManyGroups(t *testing.T) {
	const most, all = 40, 5000
	v := localizer(t, Config{MaxGroups: most, SampleSize: 3})
	rng := seeded(1)
	for i := range all {
		w := begin(i)
		w.step("s", fmt.Sprint("op", i), rng.Float64())
		k := key(fmt.Sprint("type ", i%3), fmt.Sprint(i))
		switch {
		case i%5 == 0:
			k = "often"
		case i%7 == 0:
			k = pythia.GroupKey(fmt.Sprint("type of its own ", i))
		}
		v.Observe(k, w.trace())
		require.LessOrEqual(t, v.kept(), most)
	}
	total := 0
	for _, n := range seen(v) {
		total += n
	}
	require.Equal(t, all, total)
	require.Equal(t, all/5, seen(v)["often"])
	require.Less(t, len(v.observer.contexts), 4*all, "contexts go with their edges")
	requireUsable(t, v)
}

// Merging respects the limit, and what was let go on either side counts.
func TestMergeLetsGo(t *testing.T) {
	a, b := localizer(t, Config{MaxGroups: 3}), localizer(t, Config{MaxGroups: 3})
	observeKeys(a, "a", "b", "c", "d", "d", "d")
	observeKeys(b, "e", "f", "f", "g", "g")
	require.NoError(t, a.Merge(b))
	require.Equal(t, counts{"(other)": 6, "d": 3, "g": 2}, seen(a))
	require.Equal(t, pythia.Dropped{Groups: 5, Workflows: 6}, a.Dropped())
	small := localizer(t, Config{MaxGroups: 1})
	require.NoError(t, small.UnmarshalBinary(saved(t, a)), "saved with a higher limit")
	require.LessOrEqual(t, small.kept(), 1)
}

// What is let go does not depend on which of several ways led to the same state.
func TestLetGoIsDeterministic(t *testing.T) {
	var want []byte
	for range 5 {
		v := localizer(t, Config{MaxGroups: 10})
		for i := range 100 {
			observeKeys(v, key(fmt.Sprint("t", i%9), fmt.Sprint(i)))
		}
		if want == nil {
			want = saved(t, v)
		}
		require.Equal(t, want, saved(t, v))
	}
}

// A group of very many edges keeps mostEdges of them, and loses no time: shares sum to 1, and it can be merged and saved.
func TestEdgesAreBounded(t *testing.T) {
	v, o := localizer(t, Config{SampleSize: 3}), localizer(t, Config{SampleSize: 3})
	rng := seeded(2)
	i := 0
	for _, into := range []*Variance{v, o} {
		for range 12 {
			w := begin(i)
			w.in("s", "root", func() {
				for k := range 2000 {
					w.step("s", fmt.Sprint("op ", i, " ", k), rng.Float64())
				}
			})
			into.Observe("all", w.trace())
			i++
		}
	}
	require.NoError(t, v.Merge(o))
	require.Len(t, v.groups["all"].edges, mostEdges)
	share, last := 0.0, edgeShare{}
	for _, e := range newAnalysis(v, nil, v.settle(nil)).groups[0].edges {
		share += e.share
		if e.key.flags.has(flagRest) {
			last = e
		}
	}
	require.InDelta(t, 1, share, 1e-9)
	require.Equal(t, pythia.TracePointID{Name: "(other)"}, last.owner)
	require.Positive(t, last.nanos)
	requireUsable(t, v)
}
