package strategy

import "fmt"

// split proposes up to so many candidates that split a target's edge into parts with equally many of the others, give or take one.
func (d *draft) split(target int, all []candidate, most int) {
	k := min(most, len(all))
	for _, i := range bisecting(k) {
		at := (i + 1) * len(all) / (k + 1)
		d.propose(target, all[at], fmt.Sprintf("splits %s evenly: number %d of %d inside", placeOf(&d.state.Targets[target]), at+1, len(all)))
	}
}

// bisecting orders 0 to k-1 such that the first few, if the budget has room for no more, are spread out, too: the middle, then the middles
// of the halves.
func bisecting(k int) []int {
	order := make([]int, 0, k)
	for parts := [][2]int{{0, k}}; len(parts) > 0; parts = parts[1:] {
		low, high := parts[0][0], parts[0][1]
		if low == high {
			continue
		}
		middle := (low + high - 1) / 2
		order = append(order, middle)
		parts = append(parts, [2]int{low, middle}, [2]int{middle + 1, high})
	}
	return order
}
