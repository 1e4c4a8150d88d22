package cca

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/pythia-trace/pythia"
)

// asCategory returns a number that has a few whole values, a shard or a status, as a category: what goes along with it need not rise or fall.
func asCategory(v pythia.Variable, most int) (pythia.Variable, bool) {
	if v.Numbers == nil {
		return v, false
	}
	values := make(map[float64]bool)
	category := make([]string, len(v.Numbers))
	for i, x := range v.Numbers {
		switch {
		case missing(x):
			continue
		case x != math.Trunc(x) || len(values) > most:
			return v, false
		}
		values[x] = true
		category[i] = strconv.FormatFloat(x, 'f', -1, 64)
	}
	return pythia.Variable{Name: v.Name, Category: category}, len(values) > 2
}

// gain is how much more of the variance a number must explain as a category than by its order to be taken for one.
const gain = 0.1

// better chooses between a number and the same as a category: a number, if the durations rise or fall with it nearly as well.
func better(number, category *candidate, seconds []float64) *candidate {
	if category == nil || number != nil && category.adjusted() <= monotone(number.Numbers, seconds)+gain {
		return number
	}
	return category
}

// adjusted is R² less what chance explains with that many columns: 1 − (1−R²)(n−1)/(n−k−1) (Ezekiel 1930).
func (c *candidate) adjusted() float64 {
	n, k := c.columns.Dims()
	if n <= k+1 {
		return 0
	}
	return 1 - (1-c.strength*c.strength)*float64(n-1)/float64(n-k-1)
}

// monotone returns R² of the best rising or falling function of x (isotonic regression by pooling adjacent violators; Ayer et al. 1955).
func monotone(x, seconds []float64) float64 {
	cells, mean, n := meansOf(x, seconds)
	total := 0.0
	for i, s := range seconds {
		if !missing(x[i]) {
			total += (s - mean) * (s - mean)
		}
	}
	if n == 0 || total == 0 {
		return 0
	}
	falling := slices.Clone(cells)
	slices.Reverse(falling)
	return max(rising(cells, mean), rising(falling, mean)) / total
}

// pool is some requests with their mean.
type pool struct{ n, mean float64 }

// meansOf returns the requests with each value of x, ascending, and the mean and the number of all.
func meansOf(x, seconds []float64) (cells []pool, mean, n float64) {
	byValue := make(map[float64]pool)
	for i, v := range x {
		if missing(v) {
			continue
		}
		c := byValue[v]
		c.n++
		c.mean += (seconds[i] - c.mean) / c.n
		byValue[v] = c
		n++
		mean += (seconds[i] - mean) / n
	}
	for _, v := range slices.Sorted(maps.Keys(byValue)) {
		cells = append(cells, byValue[v])
	}
	return cells, mean, n
}

// rising returns the sum of squares between the pools of the best rising function.
func rising(cells []pool, mean float64) float64 {
	var pools []pool
	for _, c := range cells {
		for len(pools) > 0 && pools[len(pools)-1].mean >= c.mean {
			last := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			c = pool{c.n + last.n, (c.n*c.mean + last.n*last.mean) / (c.n + last.n)}
		}
		pools = append(pools, c)
	}
	sum := 0.0
	for _, p := range pools {
		sum += p.n * (p.mean - mean) * (p.mean - mean)
	}
	return sum
}
