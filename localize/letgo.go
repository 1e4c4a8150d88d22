package localize

import (
	"cmp"
	"slices"

	"github.com/pythia-trace/pythia"
)

// otherGroup takes the requests of groups that were let go and have no coarser level; see [Config.MaxGroups].
const otherGroup pythia.GroupKey = "(other)"

// Dropped implements [pythia.Dropper]: there were more than [Config.MaxGroups] groups.
func (v *Variance) Dropped() pythia.Dropped { return v.dropped }

// kept is how many groups there are, beside that of the others.
func (v *Variance) kept() int {
	n := len(v.groups)
	if v.groups[otherGroup] != nil {
		n--
	}
	return n
}

// letGo makes room for an eighth of MaxGroups, so that, for each group that comes, it looks at eight.
func (v *Variance) letGo() {
	most := v.config.MaxGroups - max(1, v.config.MaxGroups/8)
	for v.kept() > most { // once, but after merging with a localizer that had very many more
		v.letGoUpTo(most)
	}
	v.trimSamples()
	v.observer.sweep(v.groups)
	v.renewWords()
}

// letGoUpTo lets go of the least useful groups until there are no more than most. It looks at each group once; if that is not enough, half at least
// are gone.
func (v *Variance) letGoUpTo(most int) {
	keys := v.leastUseful()
	family := make(map[pythia.GroupKey]int) // how many groups there are of each coarsest level
	for _, key := range keys {
		family[key.Truncate(1)]++
	}
	for _, key := range keys {
		if v.kept() <= most {
			return
		}
		switch root := key.Truncate(1); {
		case family[root] == 1:
			v.putUnder(otherGroup, key)
		case key != root: // a coarsest group stays for the finer ones to go to
			if v.groups[root] != nil {
				family[root]--
			}
			v.putUnder(root, key)
		}
	}
}

// leastUseful returns the keys of all groups but that of the others, the least useful first: the order depends on what they have seen only.
func (v *Variance) leastUseful() []pythia.GroupKey {
	keys := make([]pythia.GroupKey, 0, len(v.groups))
	for key := range v.groups {
		if key != otherGroup {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y pythia.GroupKey) int {
		a, b := v.groups[x], v.groups[y]
		return cmp.Or(cmp.Compare(a.total.n, b.total.n), cmp.Compare(a.latest, b.latest), cmp.Compare(x, y))
	})
	return keys
}

// putUnder has a group go on as a part of another.
func (v *Variance) putUnder(to, key pythia.GroupKey) {
	a := v.groups[key]
	delete(v.groups, key)
	v.dropped.Groups++
	v.dropped.Workflows += int(a.total.n)
	if into := v.groups[to]; into != nil {
		into.merge(a, nil)
		a = into
	}
	v.groups[to] = a
	if to == otherGroup {
		a.requestType = string(otherGroup)
	}
}
