package cca

import (
	"cmp"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// mostRanges bounds into how many ranges a number is cut where the durations have one mode.
const mostRanges = 3

// ranges says how long requests took with the variable in each of a few ranges. A number is cut into as many ranges as the durations
// have modes, at least two, where the cuts leave the least variance of the durations within the ranges (Fisher 1958, by dynamic programming); a
// category's values are ranges as they are.
func ranges(v pythia.Variable, total []float64, modes int) []pythia.ValueRange {
	if v.Numbers == nil {
		return categoryRanges(v.Category, total)
	}
	if modes < 2 {
		modes = mostRanges
	}
	return numberRanges(v.Numbers, total, modes)
}

func categoryRanges(category []string, total []float64) []pythia.ValueRange {
	byValue := make(map[string][]float64)
	for i, c := range category {
		if c == "" {
			c = "(none)" // that an attribute is missing can be the explanation
		}
		byValue[c] = append(byValue[c], total[i])
	}
	var out []pythia.ValueRange
	for c, t := range byValue {
		out = append(out, pythia.ValueRange{Category: c, Seconds: medianOf(t), Traces: len(t)})
	}
	slices.SortFunc(out, func(a, b pythia.ValueRange) int {
		return cmp.Or(cmp.Compare(a.Seconds, b.Seconds), cmp.Compare(a.Category, b.Category))
	})
	return out
}

func medianOf(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}

// cell is all requests with one value of the variable, or several neighbouring ones.
type cell struct {
	low, high  float64
	n          int
	sum, sumSq float64
	totals     []float64
}

func (c *cell) add(o cell) {
	c.high = o.high
	c.n += o.n
	c.sum += o.sum
	c.sumSq += o.sumSq
	c.totals = append(c.totals, o.totals...)
}

// mostCells bounds the work of the cutting, which is quadratic in the cells.
const mostCells = 200

func numberRanges(x, total []float64, k int) []pythia.ValueRange {
	cells := cellsOf(x, total)
	if len(cells) == 0 {
		return nil
	}
	cuts := cut(cells, min(k, len(cells)))
	var out []pythia.ValueRange
	for i := range len(cuts) - 1 {
		merged := cell{low: cells[cuts[i]].low}
		for _, c := range cells[cuts[i]:cuts[i+1]] {
			merged.add(c)
		}
		out = append(out, pythia.ValueRange{Low: merged.low, High: merged.high, Seconds: medianOf(merged.totals), Traces: merged.n})
	}
	return out
}

// cellsOf gathers the requests by value, ascending, and joins neighbours where there are too many values.
func cellsOf(x, total []float64) []cell {
	order := make([]int, 0, len(x))
	mean, scale := 0.0, 1e-300
	for i, v := range x {
		if !missing(v) {
			order = append(order, i)
			mean += total[i] / float64(len(x))
			scale = max(scale, math.Abs(total[i]))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	least := (len(order) + mostCells - 1) / mostCells
	var cells []cell
	for _, i := range order {
		d := (total[i] - mean) / scale // about the mean and of no unit, for the sums of squares
		c := cell{x[i], x[i], 1, d, d * d, []float64{total[i]}}
		if n := len(cells); n > 0 && (cells[n-1].high == x[i] || cells[n-1].n < least) {
			cells[n-1].add(c)
			continue
		}
		cells = append(cells, c)
	}
	return cells
}

// cut returns the bounds of k runs of cells with the least sum of squares within: run r is cells[bounds[r]:bounds[r+1]].
func cut(cells []cell, k int) []int {
	m := len(cells)
	prefix := make([]cell, m+1)
	for i, c := range cells {
		prefix[i+1] = cell{n: prefix[i].n + c.n, sum: prefix[i].sum + c.sum, sumSq: prefix[i].sumSq + c.sumSq}
	}
	within := func(i, j int) float64 {
		n, s := float64(prefix[j].n-prefix[i].n), prefix[j].sum-prefix[i].sum
		return prefix[j].sumSq - prefix[i].sumSq - s*s/n
	}
	cost, from := make([][]float64, k+1), make([][]int, k+1)
	for r := range cost {
		cost[r], from[r] = make([]float64, m+1), make([]int, m+1)
		for j := range cost[r] {
			cost[r][j] = math.Inf(1)
		}
	}
	cost[0][0] = 0
	for r := 1; r <= k; r++ {
		for j := r; j <= m; j++ {
			for i := r - 1; i < j; i++ {
				if c := cost[r-1][i] + within(i, j); c < cost[r][j] {
					cost[r][j], from[r][j] = c, i
				}
			}
		}
	}
	bounds := []int{m}
	for r, j := k, m; r > 0; r-- {
		j = from[r][j]
		bounds = append(bounds, j)
	}
	slices.Reverse(bounds)
	return bounds
}
