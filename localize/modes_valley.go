package localize

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Once the dip test has shown that a sample has several modes, their number is an estimate, not a test: within each part a valley of the
// density counts if it is at most valleyDepth of the lower of the peaks beside it, and if each side holds
// valleyShare of the part, and modeMinimum values.
const (
	valleyDepth = 0.5
	valleyShare = 0.1
)

// modeValleys returns the positions before which an ascending part falls into further modes, by its kernel density.
func modeValleys(part []float64) []int {
	d := newDensity(part)
	if d == nil {
		return nil
	}
	valleys := d.valleys()
	for {
		worst, depth := -1, valleyDepth
		for i := range valleys {
			if v := d.depth(valleys, i); v > depth {
				worst, depth = i, v
			}
		}
		if worst < 0 {
			break
		}
		valleys = slices.Delete(valleys, worst, worst+1)
	}
	return d.cuts(part, valleys)
}

// density is a Gaussian kernel estimate on a grid, with Silverman's bandwidth 0.9·min(σ, IQR/1.34)·n^(−1/5) (1986, eq. 3.31). It smooths
// samples of several modes too much rather than too little.
type density struct {
	low, step float64
	at        []float64
}

const (
	mostBins  = 4096
	binsPerBW = 4 // grid points per bandwidth
)

func newDensity(sorted []float64) *density {
	n := len(sorted)
	if n < 2*modeMinimum {
		return nil
	}
	spread := (stat.Quantile(0.75, stat.Empirical, sorted, nil) - stat.Quantile(0.25, stat.Empirical, sorted, nil)) / 1.34
	h := 0.9 * min(stat.StdDev(sorted, nil), spread) * math.Pow(float64(n), -0.2)
	width := sorted[n-1] - sorted[0]
	if !(h > 0) || math.IsInf(width, 0) {
		return nil
	}
	h = max(h, width*binsPerBW/mostBins)
	d := &density{low: sorted[0] - 3*h, step: h / binsPerBW}
	bins := make([]float64, int((width+6*h)/d.step)+2)
	for _, x := range sorted {
		bins[int((x-d.low)/d.step)]++
	}
	d.at = smoothed(bins)
	return d
}

// smoothed convolves bins with a Gaussian of binsPerBW bins.
func smoothed(bins []float64) []float64 {
	const reach = 4 * binsPerBW
	var kernel [2*reach + 1]float64
	for i := range kernel {
		z := float64(i-reach) / binsPerBW
		kernel[i] = math.Exp(-z * z / 2)
	}
	out := make([]float64, len(bins))
	for i, n := range bins {
		if n == 0 {
			continue
		}
		for k := max(0, i-reach); k <= min(len(bins)-1, i+reach); k++ {
			out[k] += n * kernel[k-i+reach]
		}
	}
	return out
}

// valleys returns the grid positions of the local minima between local maxima, ascending.
func (d *density) valleys() []int {
	var out []int
	falling, rose := false, false
	lowest := 0
	for i := 1; i < len(d.at); i++ {
		switch {
		case d.at[i] < d.at[i-1]:
			falling = rose
			lowest = i
		case d.at[i] > d.at[i-1]:
			if falling {
				out = append(out, lowest)
			}
			falling, rose = false, true
		}
	}
	return out
}

// depth is the density in valley i over that of the lower of the peaks beside it.
func (d *density) depth(valleys []int, i int) float64 {
	from, to := 0, len(d.at)
	if i > 0 {
		from = valleys[i-1]
	}
	if i+1 < len(valleys) {
		to = valleys[i+1]
	}
	return d.at[valleys[i]] / min(slices.Max(d.at[from:valleys[i]+1]), slices.Max(d.at[valleys[i]:to]))
}

// cuts turns valleys into positions in the sample, and leaves out those that would cut off too little.
func (d *density) cuts(part []float64, valleys []int) []int {
	least := max(modeMinimum, int(math.Ceil(valleyShare*float64(len(part)))))
	var out []int
	start := 0
	for _, v := range valleys {
		cut, _ := slices.BinarySearch(part, d.low+(float64(v)+0.5)*d.step)
		if cut-start >= least && len(part)-cut >= least {
			out = append(out, cut)
			start = cut
		}
	}
	return out
}
