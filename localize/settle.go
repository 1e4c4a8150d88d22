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
		families[key.Truncate(1)] = append(families[key.Truncate(1)], key)
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
		v.settleFamily(before, root, keys, settled)
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

func (v *Variance) settleFamily(before *Variance, root pythia.GroupKey, keys []pythia.GroupKey, settled map[pythia.GroupKey]*settledGroup) {
	depth := 1
	for _, k := range keys {
		depth = max(depth, len(k.Levels()))
	}
	for depth > 1 && !v.suffices(before, keys, depth) {
		depth--
	}
	sizes := v.sizes(before, keys, depth)
	for _, k := range keys {
		to := k.Truncate(depth)
		if sizes[to] < v.config.MinTraces {
			to = root
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

func (v *Variance) suffices(before *Variance, keys []pythia.GroupKey, depth int) bool {
	total, covered := 0, 0
	comparable := v.sizes(before, keys, depth)
	for to, n := range v.sizes(nil, keys, depth) {
		total += n
		if comparable[to] >= v.config.MinTraces {
			covered += n
		}
	}
	return total > 0 && float64(covered) >= settledShare*float64(total)
}

// sizes counts the workflows of each key cut to a depth.
func (v *Variance) sizes(before *Variance, keys []pythia.GroupKey, depth int) map[pythia.GroupKey]int {
	now, then := make(map[pythia.GroupKey]int), make(map[pythia.GroupKey]int)
	for _, k := range keys {
		to := k.Truncate(depth)
		if a := v.groups[k]; a != nil {
			now[to] += int(a.total.n)
		}
		if before != nil && before.groups[k] != nil {
			then[to] += int(before.groups[k].total.n)
		}
	}
	if before != nil {
		for k := range now {
			now[k] = min(now[k], then[k])
		}
	}
	return now
}
