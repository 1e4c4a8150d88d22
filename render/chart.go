package render

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

const (
	chartRows    = 3
	chartColumns = 56 // at most
	longTail     = 3  // times the 98 % quantile's distance from the least: from there on a tail is cut off
)

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// chart is a small histogram of requests by time. Its bars stand on an axis, on which the modes are marked.
type chart struct {
	sorted []float64
	modes  []pythia.Mode
}

// chartOf makes a chart of a sample in seconds. Values that are not finite are left out.
func chartOf(x []float64, modes []pythia.Mode) chart {
	sorted := slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	slices.Sort(sorted)
	return chart{sorted, modes}
}

// empty reports whether there is nothing to draw: no values, or all alike.
func (c chart) empty() bool { return len(c.sorted) == 0 || c.sorted[0] == c.sorted[len(c.sorted)-1] }

// limits returns the range that is drawn, and how many values lie beyond it. A long tail is cut off, or the rest would be one bar.
func (c chart) limits() (lo, hi float64, beyond int) {
	n := len(c.sorted)
	lo, hi = c.sorted[0], c.sorted[n-1]
	usual := c.sorted[(n-1)*98/100]
	if usual == lo || hi-lo <= longTail*(usual-lo) {
		return lo, hi, 0
	}
	for beyond < n && c.sorted[n-1-beyond] > usual {
		beyond++
	}
	return lo, usual, beyond
}

// lines draws the chart at most width columns wide: bars, axis, labels.
func (c chart) lines(width int) []string {
	if c.empty() {
		return nil
	}
	lo, hi, _ := c.limits()
	bins := min(max(int(2*math.Sqrt(float64(len(c.sorted)))), 12), chartColumns, width)
	each := max(1, min(3, min(chartColumns, width)/bins))
	bars := c.bars(lo, hi, bins)
	var out []string
	for row := chartRows - 1; row >= 0; row-- {
		var b strings.Builder
		for _, h := range bars {
			b.WriteString(strings.Repeat(string(blocks[min(max(h-8*row, 0), 8)]), each))
		}
		if s := strings.TrimRight(b.String(), " "); s != "" {
			out = append(out, s)
		}
	}
	return append(out, c.axis(lo, hi, bins*each)...)
}

// bars returns the height of each bar in eighths of a row. A bin that is not empty is always seen.
func (c chart) bars(lo, hi float64, bins int) []int {
	sizes := make([]int, bins)
	for _, v := range c.sorted {
		if v <= hi {
			sizes[position(v, lo, hi, bins)]++
		}
	}
	most := slices.Max(sizes)
	heights := make([]int, bins)
	for i, n := range sizes {
		heights[i] = int(math.Ceil(float64(n*8*chartRows) / float64(most)))
	}
	return heights
}

// position maps a value to one of n cells.
func position(v, lo, hi float64, n int) int {
	return min(max(int((v-lo)/(hi-lo)*float64(n)), 0), n-1)
}

// axis draws the line below the bars, with a mark at each of several modes, and the labels below it.
func (c chart) axis(lo, hi float64, width int) []string {
	line := []rune("└" + strings.Repeat("─", width-2) + "┘")
	labels := []rune(strings.Repeat(" ", width))
	put(labels, 0, broken(seconds(lo)))
	put(labels, width-columns(seconds(hi)), broken(seconds(hi)))
	if len(c.modes) > 1 {
		for _, m := range c.modes {
			at := position(m.CenterSeconds, lo, hi, width)
			line[at] = '▲'
			text := broken(seconds(m.CenterSeconds))
			put(labels, at-columns(text)/2, text)
		}
	}
	return []string{string(line), strings.TrimRight(string(labels), " ")}
}

// put writes text into a row of labels, unless it would touch another.
func put(labels []rune, at int, text string) {
	runes := []rune(text)
	if at < 0 || at+len(runes) > len(labels) {
		return
	}
	for _, r := range labels[max(0, at-1):min(len(labels), at+len(runes)+1)] {
		if r != ' ' {
			return
		}
	}
	copy(labels[at:], runes)
}

// beyond says what is not drawn.
func (c chart) beyond() string {
	if c.empty() {
		return ""
	}
	_, _, n := c.limits()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s more, up to %s", count(n), seconds(c.sorted[len(c.sorted)-1]))
}
