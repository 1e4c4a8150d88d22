package localize

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// keyed is a workflow with the group that it belongs to.
type keyed struct {
	pythia.GroupKey
	*pythia.Trace
}

// unevenGroups are workflows of groups of which each is half as large as the one before.
func unevenGroups(groups int) (all []keyed) {
	rng := seeded(7)
	for g := range groups {
		for range 1 << (groups - g - 1) {
			w := begin(len(all))
			w.step("s", "op", 1+rng.Float64())
			all = append(all, keyed{key("type", fmt.Sprint(g)), w.trace()})
		}
	}
	return all
}

// kept is the ranks of the workflows that each group keeps.
func kept(v *Variance) map[pythia.GroupKey][]uint64 {
	ranks := make(map[pythia.GroupKey][]uint64)
	for k, a := range v.groups {
		for _, e := range a.sample.heap {
			ranks[k] = append(ranks[k], e.rank)
		}
		slices.Sort(ranks[k])
	}
	return ranks
}

// keptByDefinition is what they should keep.
func keptByDefinition(all []keyed, size, most int) map[pythia.GroupKey][]uint64 {
	ranks := make(map[pythia.GroupKey][]uint64)
	for _, x := range all {
		start, end := x.Interval(pythia.UntilWorkDone)
		ranks[x.GroupKey] = append(ranks[x.GroupKey], rankOf(x.ID, start, end-start))
	}
	for q := newQuota(size); ; q.fall() {
		further, low := 0, make(map[pythia.GroupKey][]uint64)
		for k, all := range ranks {
			slices.Sort(all)
			n := 0
			for n < min(len(all), size) && (n < leastExemplars || all[n] <= q.limit) {
				n++
			}
			low[k] = all[:n]
			further += max(0, n-leastExemplars)
		}
		if further <= most {
			return low
		}
	}
}

// What groups keep is what the definition says, in whatever order workflows come, and whichever of several localizers sees them.
func TestExemplarsAreShared(t *testing.T) {
	all, rng := unevenGroups(12), seeded(8)
	for _, c := range []Config{{MaxExemplars: 1}, {MaxExemplars: 100}, {MaxExemplars: 500, SampleSize: 200}, {MaxExemplars: 3000, SampleSize: 5}, {}} {
		want := keptByDefinition(all, cmp.Or(c.SampleSize, 1000), cmp.Or(c.MaxExemplars, 500_000))
		var data []byte
		for workers := 1; workers <= 4; workers++ {
			parts := make([]*Variance, workers)
			for i := range parts {
				parts[i] = localizer(t, c)
			}
			for _, i := range rng.Perm(len(all)) {
				parts[rng.IntN(workers)].Observe(all[i].GroupKey, all[i].Trace)
			}
			for _, p := range parts[1:] {
				require.NoError(t, parts[0].Merge(p))
			}
			require.Equal(t, want, kept(parts[0]), "%+v, %d workers", c, workers)
			if data == nil {
				data = saved(t, parts[0])
			}
			require.Equal(t, data, saved(t, parts[0]))
			require.Equal(t, data, saved(t, restored(t, parts[0])))
		}
	}
}

// However many groups are busy, and whatever is merged and let go, no more is kept than may be, and no group is left with too little.
func TestExemplarsAreBounded(t *testing.T) {
	const most = 300
	v, o := localizer(t, Config{MaxExemplars: most, MaxGroups: 50}), localizer(t, Config{MaxGroups: 50})
	check := func(v *Variance) {
		t.Helper()
		further := 0
		for _, a := range v.groups {
			further += max(0, len(a.sample.heap)-leastExemplars)
			require.GreaterOrEqual(t, len(a.sample.heap), int(min(a.total.n, leastExemplars)))
			require.LessOrEqual(t, cap(a.sample.heap), 2*len(a.sample.heap))
		}
		require.Equal(t, further, v.further)
		require.LessOrEqual(t, further, v.config.MaxExemplars)
	}
	for i := range 5000 {
		w := begin(i)
		w.step("s", "op", float64(i%13))
		v.Observe(key("a", fmt.Sprint(i%70)), w.trace())
		o.Observe(key("b", fmt.Sprint(i%10)), w.trace())
		if i%100 == 0 {
			check(v)
		}
	}
	require.Positive(t, v.Dropped().Groups)
	require.Zero(t, o.quota.falls)
	require.NoError(t, v.Merge(o))
	check(v)
	requireUsable(t, v)
	less := localizer(t, Config{MaxExemplars: 10, MaxGroups: 50})
	require.NoError(t, less.UnmarshalBinary(saved(t, v)), "saved with a higher bound")
	check(less)
	groups, _ := localize(t, less)
	require.NotEmpty(t, groups)
}

func TestQuotaFalls(t *testing.T) {
	q := newQuota(1000)
	n := 0
	for before := q.limit; q.fall(); before = q.limit {
		require.Less(t, q.limit, before)
		require.GreaterOrEqual(t, float64(q.limit), float64(before)*0.874-1)
		n++
	}
	require.Zero(t, q.limit)
	require.Less(t, n, 400)
	require.True(t, newQuota(1).fallTo(n))
	require.False(t, newQuota(1).fallTo(math.MaxInt))
}
