package localize

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// counts is how many workflows of each key were seen.
type counts map[pythia.GroupKey]int

func (c counts) localizer(t *testing.T) *Variance {
	t.Helper()
	v := localizer(t, Config{}) // MinTraces 20
	i := 0
	for key, n := range c {
		for range n {
			w := begin(i)
			w.step("s", "op", 1)
			v.Observe(key, w.trace())
			i++
		}
	}
	return v
}

func key(levels ...string) pythia.GroupKey { return pythia.NewGroupKey(levels...) }

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name              string
		now, before, want counts
	}{
		{name: "the finest level suffices",
			now:  counts{key("a", "x", "1"): 20, key("a", "x", "2"): 30},
			want: counts{key("a", "x", "1"): 20, key("a", "x", "2"): 30}},
		{name: "exactly 90 % lie in groups of sufficient size; the rest goes to the root",
			now:  counts{key("a", "x"): 90, key("a", "y"): 10},
			want: counts{key("a", "x"): 90, key("a"): 10}},
		{name: "less than 90 %: one level coarser",
			now:  counts{key("a", "x", "1"): 88, key("a", "x", "2"): 12},
			want: counts{key("a", "x"): 100}},
		{name: "no level suffices: the coarsest",
			now:  counts{key("a", "x"): 10, key("a", "y"): 5},
			want: counts{key("a"): 15}},
		{name: "the rest of several groups is put together",
			now:  counts{key("a", "x", "1"): 190, key("a", "y", "1"): 8, key("a", "z", "1"): 7},
			want: counts{key("a", "x", "1"): 190, key("a"): 15}},
		{name: "families do not depend on each other",
			now:  counts{key("a", "x"): 5, key("b", "x"): 20},
			want: counts{key("a"): 5, key("b", "x"): 20}},
		{name: "keys of different depth in one family",
			now:  counts{key("a"): 20, key("a", "x"): 20},
			want: counts{key("a"): 20, key("a", "x"): 20}},
		{name: "small in the baseline: coarser",
			now:    counts{key("a", "x"): 50, key("a", "y"): 50},
			before: counts{key("a", "x"): 100, key("a", "y"): 19},
			want:   counts{key("a"): 100}},
		{name: "small in the baseline at every level",
			now:    counts{key("a", "x"): 50, key("a", "y"): 50},
			before: counts{key("a", "x"): 10},
			want:   counts{key("a"): 100}},
		{name: "absent now: no group",
			now:    counts{key("a", "x"): 50},
			before: counts{key("a", "x"): 50, key("b", "y"): 50},
			want:   counts{key("a", "x"): 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before *Variance
			if c.before != nil {
				before = c.before.localizer(t)
			}
			settled := c.now.localizer(t).settle(before)
			got := counts{}
			for _, g := range settled {
				got[g.key] = int(g.total.n)
			}
			require.Equal(t, c.want, got)
		})
	}
}

// Now and then are settled alike, so that like is compared with like.
func TestSettleKeepsTheBaselineWithItsGroup(t *testing.T) {
	now := counts{key("a", "x"): 95, key("a", "y"): 5}.localizer(t)
	then := counts{key("a", "x"): 60, key("a", "y"): 40, key("a", "z"): 3}.localizer(t)
	settled := now.settle(then)
	before := counts{}
	for _, g := range settled {
		before[g.key] = int(g.before.total.n)
	}
	require.Equal(t, counts{key("a"): 43, key("a", "x"): 60}, before)
}

func TestSettleIsInOrderOfKeys(t *testing.T) {
	v := counts{key("c"): 20, key("a"): 20, key("d"): 20, key("b"): 20}.localizer(t)
	settled := v.settle(nil)
	for i, want := range []pythia.GroupKey{"a", "b", "c", "d"} {
		require.Equal(t, want, settled[i].key)
	}
}
