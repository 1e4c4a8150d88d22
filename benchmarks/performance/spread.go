package main

import "slices"

// spread is the median and the range of what several rounds gave. None of them is dropped.
type spread struct {
	Median, Least, Most float64
	Rounds              int
}

func spreadOf(rounds []float64) spread {
	if len(rounds) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(rounds))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1], n}
}

// times multiplies.
func (s spread) times(by float64) spread {
	return spread{s.Median * by, s.Least * by, s.Most * by, s.Rounds}
}

// text writes the median and, in brackets, the range, all in the unit that suits the median.
func (s spread) text(in units) string {
	u := in.suiting(s.Median)
	least, most := digits(s.Least/u.size), digits(s.Most/u.size)
	if least == most {
		return in.write(s.Median)
	}
	return in.write(s.Median) + " (" + least + "–" + most + ")"
}
