package main

import (
	"fmt"
	"math"
)

// growth is what something takes at several sizes.
type growth struct {
	Name   string
	Sizes  []float64
	Values []float64
}

func (g *growth) add(size, value float64) {
	g.Sizes, g.Values = append(g.Sizes, size), append(g.Values, value)
}

// exponent fits value = c·size^exponent by least squares of the logarithms, and says how sure it is: by its standard error, which is NaN where there are
// fewer than three sizes.
func (g growth) exponent() (exponent, standardError float64) {
	n := float64(len(g.Sizes))
	var mx, my float64
	for i := range g.Sizes {
		mx, my = mx+math.Log(g.Sizes[i])/n, my+math.Log(g.Values[i])/n
	}
	var sxx, sxy, rest float64
	for i := range g.Sizes {
		x, y := math.Log(g.Sizes[i])-mx, math.Log(g.Values[i])-my
		sxx, sxy = sxx+x*x, sxy+x*y
	}
	exponent = sxy / sxx
	for i := range g.Sizes {
		d := math.Log(g.Values[i]) - my - exponent*(math.Log(g.Sizes[i])-mx)
		rest += d * d
	}
	if n < 3 {
		return exponent, math.NaN()
	}
	return exponent, math.Sqrt(rest / (n - 2) / sxx)
}

// Text writes the exponent.
func (g growth) Text() string {
	exponent, standardError := g.exponent()
	if math.IsNaN(standardError) {
		return fmt.Sprintf("%s from two sizes", minus(fmt.Sprintf("%.2f", exponent)))
	}
	return fmt.Sprintf("%s ± %.2f", minus(fmt.Sprintf("%.2f", exponent)), standardError)
}

// linearithmic is the exponent that n log n would show at the same sizes.
func (g growth) linearithmic() float64 {
	same := growth{Sizes: g.Sizes}
	for _, n := range g.Sizes {
		same.Values = append(same.Values, n*math.Log(n))
	}
	exponent, _ := same.exponent()
	return exponent
}

// bar is that something grows as n log n does, and no faster, as far as two standard errors can tell.
func (g growth) bar(what string) bar {
	exponent, standardError := g.exponent()
	like := g.linearithmic()
	return bar{
		What: what, Beside: "–", Asked: fmt.Sprintf("as n log n: ≤ %.2f, within two standard errors", like), Figure: g.Text(),
		value: exponent - 2*standardError, bound: like,
	}
}
