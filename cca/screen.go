package cca

import "math"

// eps is the distance from 1 to the next float64.
const eps = 0x1p-52

const (
	// maxMissing is the share of missing values beyond which a variable is dropped. A variable with more would cost
	// more observations than it contributes.
	maxMissing = 0.5
	// minSpread is the least range of a variable that is not constant. The weights of a lesser one would overflow.
	minSpread = 1e-290
	// swamp is the least ratio of the range without the most extreme value to the range with it. Below it, less than
	// 12 of the 52 bits are left for the differences between the other values.
	swamp = 0x1p-40
)

// screen drops unusable columns from both sets and returns the rows which are complete in the others.
func screen(x, y *set) ([]int, error) {
	all := make([]int, x.rows())
	for i := range all {
		all[i] = i
	}
	rows := all
	for {
		if len(rows) < minRowsRidge {
			return nil, tooFewRows(len(rows), len(all), len(x.columns), len(y.columns), minRowsRidge, true)
		}
		// Leaving out rows may leave a column constant, and dropping that may bring back rows.
		changed := x.drop(x.unusable(rows))
		changed = y.drop(y.unusable(rows)) || changed
		for _, s := range []*set{x, y} {
			if len(s.columns) == 0 {
				return nil, noVariables(s)
			}
		}
		last := len(rows)
		rows = completeRows(all, x, y)
		if !changed && len(rows) == last || len(rows) == len(all) {
			return rows, nil
		}
	}
}

// unusable returns a function for drop which examines the given rows.
func (s *set) unusable(rows []int) func(pos int) Reason {
	values := make([]float64, len(rows))
	return func(pos int) Reason {
		s.gather(values, rows, s.columns[pos].index)
		e := extentOf(values)
		switch {
		case e.finite == 0:
			return AllMissing
		case float64(len(rows)-e.finite) > maxMissing*float64(len(rows)):
			return MostlyMissing
		case e.constant():
			return Constant
		case e.swamped():
			return Swamped
		}
		return ""
	}
}

// completeRows returns those rows in which no kept column of any set is missing.
func completeRows(all []int, sets ...*set) []int {
	rows := make([]int, 0, len(all))
	for _, i := range all {
		if complete(i, sets) {
			rows = append(rows, i)
		}
	}
	return rows
}

func complete(i int, sets []*set) bool {
	for _, s := range sets {
		row := s.raw.RawRowView(i)
		for _, c := range s.columns {
			if missing(row[c.index]) {
				return false
			}
		}
	}
	return true
}

// extent is the range of the finite values of a column, with and without the most extreme value on each side.
type extent struct {
	finite           int
	lo, lo2, hi2, hi float64
}

func extentOf(values []float64) extent {
	e := extent{lo: math.Inf(1), lo2: math.Inf(1), hi: math.Inf(-1), hi2: math.Inf(-1)}
	for _, v := range values {
		if missing(v) {
			continue
		}
		e.finite++
		if v < e.lo {
			e.lo, e.lo2 = v, e.lo
		} else if v < e.lo2 {
			e.lo2 = v
		}
		if v > e.hi {
			e.hi, e.hi2 = v, e.hi
		} else if v > e.hi2 {
			e.hi2 = v
		}
	}
	return e
}

// magnitude returns the largest absolute value.
func (e extent) magnitude() float64 { return math.Max(math.Abs(e.lo), math.Abs(e.hi)) }

// constant reports whether the values do not differ by more than rounding.
func (e extent) constant() bool {
	half := e.hi/2 - e.lo/2 // the full range might overflow
	return half < minSpread/2 || half <= 4*eps*e.magnitude()
}

// swamped reports whether one value leaves no precision for the differences between the others.
func (e extent) swamped() bool {
	if e.finite < minRowsRidge {
		return false
	}
	half := e.hi/2 - e.lo/2
	rest := math.Min(e.hi2/2-e.lo/2, e.hi/2-e.lo2/2)
	return rest > 0 && rest < swamp*half
}
