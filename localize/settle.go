package localize

import (
	"cmp"
	"slices"

	"github.com/pythia-trace/pythia"
)

// settledShare is how many of a type's requests must lie in groups of sufficient size for a level to be chosen.
const settledShare = 0.9

// settledGroup is a group at the level that was chosen for it.
type settledGroup struct {
	key pythia.GroupKey
	*accumulator
	before               *accumulator // the baseline; nil without one
	copied, copiedBefore bool         // whether these are copies, and not what is observed into
}

// settle chooses, for the keys that share their coarsest level, the finest level at which at least settledShare of the requests lie in
// groups of MinTraces and more; groups that are smaller all the same are put together under the coarsest key. It returns the groups ordered
// by key. With a baseline, a group's size is the lesser of what it has now and had then. The accumulators stay as they are.
func (v *Variance) settle(before *Variance) []settledGroup {
	families := make(map[pythia.GroupKey][]pythia.GroupKey)
	for key := range v.groups {
		root := key.Truncate(1)
		families[root] = append(families[root], key)
	}
	if before != nil {
		for key := range before.groups {
			if root := key.Truncate(1); families[root] != nil && v.groups[key] == nil {
				families[root] = append(families[root], key)
			}
		}
	}
	settled := make(map[pythia.GroupKey]*settledGroup)
	for root, keys := range families {
		slices.Sort(keys)
		v.settleFamily(before, newFamily(root, keys), settled)
	}
	groups := make([]settledGroup, 0, len(settled))
	for _, g := range settled {
		if g.accumulator != nil {
			groups = append(groups, *g)
		}
	}
	slices.SortFunc(groups, func(a, b settledGroup) int { return cmp.Compare(a.key, b.key) })
	return groups
}

// family is the keys that share their coarsest level, the root.
type family struct {
	root   pythia.GroupKey
	keys   []pythia.GroupKey
	levels []int // that each of them has
}

func newFamily(root pythia.GroupKey, keys []pythia.GroupKey) *family {
	f := &family{root: root, keys: keys, levels: make([]int, len(keys))}
	for i, k := range keys {
		f.levels[i] = len(k.Levels())
	}
	return f
}

// at returns the i-th key, cut to a depth. Mostly there is nothing to cut, or all but the root.
func (f *family) at(i, depth int) pythia.GroupKey {
	switch {
	case f.levels[i] <= depth:
		return f.keys[i]
	case depth == 1:
		return f.root
	}
	return f.keys[i].Truncate(depth)
}

func (v *Variance) settleFamily(before *Variance, f *family, settled map[pythia.GroupKey]*settledGroup) {
	depth := max(1, slices.Max(f.levels))
	sizes, suffices := v.sizes(before, f, depth)
	for depth > 1 && !suffices {
		depth--
		sizes, suffices = v.sizes(before, f, depth)
	}
	for i, k := range f.keys {
		to := f.at(i, depth)
		if sizes[to] < v.config.MinTraces {
			to = f.root
		}
		g := settled[to]
		if g == nil {
			g = &settledGroup{key: to}
			settled[to] = g
		}
		v.addTo(&g.accumulator, &g.copied, k)
		if before != nil {
			before.addTo(&g.before, &g.copiedBefore, k)
		}
	}
}

// addTo adds what is known of a key, if anything, to a settled group's accumulator: its own one, where it is the only one, else a copy.
func (v *Variance) addTo(into **accumulator, copied *bool, key pythia.GroupKey) {
	a := v.groups[key]
	switch {
	case a == nil:
		return
	case *into == nil:
		*into = a
		return
	case !*copied:
		*into, *copied = (*into).clone(), true
	}
	(*into).merge(a, nil)
}

// sizes counts the workflows of each key cut to a depth, of now and before the lesser, and reports whether enough of those of now lie in groups of
// sufficient size.
func (v *Variance) sizes(before *Variance, f *family, depth int) (comparable map[pythia.GroupKey]int, suffices bool) {
	now := v.count(f, depth)
	comparable = now
	if before != nil {
		then := before.count(f, depth)
		comparable = make(map[pythia.GroupKey]int, len(now))
		for k, n := range now {
			comparable[k] = min(n, then[k])
		}
	}
	total, covered := 0, 0
	for k, n := range now {
		total += n
		if comparable[k] >= v.config.MinTraces {
			covered += n
		}
	}
	return comparable, total > 0 && float64(covered) >= settledShare*float64(total)
}

// count counts the workflows of each key cut to a depth.
func (v *Variance) count(f *family, depth int) map[pythia.GroupKey]int {
	count := make(map[pythia.GroupKey]int, len(f.keys))
	for i, k := range f.keys {
		if a := v.groups[k]; a != nil {
			count[f.at(i, depth)] += int(a.total.n)
		}
	}
	return count
}
