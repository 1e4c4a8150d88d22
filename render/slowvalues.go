package render

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	shownValues = 3
	valueName   = 40 // columns of a category
)

// slowValues says which values go with the slow requests: "= 3", "≥ 12", "= a or b". It is empty if no values do more than others.
func slowValues(ranges []pythia.ValueRange) string {
	slow := slowRanges(ranges)
	if len(slow) == 0 {
		return ""
	}
	if slices.ContainsFunc(ranges, func(r pythia.ValueRange) bool { return r.Category != "" }) {
		return slowCategories(ranges, slow)
	}
	var runs []string
	for i := 0; i < len(slow); {
		k := i
		for k+1 < len(slow) && slow[k+1] == slow[k]+1 {
			k++
		}
		runs = append(runs, runWords(ranges, slow[i], slow[k]))
		i = k + 1
	}
	return strings.Join(runs, " or ")
}

// slowRanges returns the ranges, by index, in which requests take long: the upper part of the medians cut in two where, requests counted, least
// variance is left within the parts (Fisher 1958).
func slowRanges(ranges []pythia.ValueRange) []int {
	var order []int
	scale, all, sum := 1e-300, 0.0, 0.0
	for i, r := range ranges {
		if finite(r.Seconds) {
			order = append(order, i)
			scale = max(scale, math.Abs(r.Seconds))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ranges[a].Seconds, ranges[b].Seconds) })
	weight := func(i int) float64 { return float64(max(1, ranges[i].Traces)) }
	for _, i := range order {
		all += weight(i)
		sum += weight(i) * (ranges[i].Seconds / scale)
	}
	cut, most, n, below := 0, 0.0, 0.0, 0.0
	for at := 1; at < len(order); at++ {
		i := order[at-1]
		n += weight(i)
		below += weight(i) * (ranges[i].Seconds / scale)
		apart := (sum-below)/(all-n) - below/n
		if between := n * (all - n) * apart * apart; ranges[order[at]].Seconds > ranges[i].Seconds && between > most {
			cut, most = at, between
		}
	}
	if cut == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(order[cut:]))
}

// runWords names the values from the i-th to the k-th range. The last one is open, since a greater value would belong to it; so is the first.
func runWords(ranges []pythia.ValueRange, i, k int) string {
	low, high := value(ranges[i].Low), value(ranges[k].High)
	switch {
	case low == high:
		return "= " + low
	case k == len(ranges)-1:
		return "≥ " + low
	case i == 0:
		return "≤ " + high
	}
	return "= " + low + " to " + high
}

// slowCategories lists the slow categories, the slowest first, or the one that is not slow if many are.
func slowCategories(ranges []pythia.ValueRange, slow []int) string {
	name := func(i int) string { return elide(clean(ranges[i].Category), valueName) }
	if len(slow) > shownValues && len(ranges) == len(slow)+1 {
		for i := range ranges {
			if !slices.Contains(slow, i) {
				return "≠ " + name(i)
			}
		}
	}
	slices.SortStableFunc(slow, func(a, b int) int { return cmp.Compare(ranges[b].Seconds, ranges[a].Seconds) })
	names := each(slow[:min(len(slow), shownValues)], name)
	if more := len(slow) - len(names); more > 0 {
		names = append(names, count(more)+" more")
	}
	last := len(names) - 1
	if last == 0 {
		return "= " + names[0]
	}
	return "= " + strings.Join(names[:last], ", ") + " or " + names[last]
}
