package main

import (
	"math"
	"strconv"
	"strings"
)

// unit is what a quantity is written in.
type unit struct {
	size float64
	name string
}

// units are those of a quantity, the largest first: what is written is so many of the first that is not larger than it, or of the last.
type units []unit

func (u units) suiting(v float64) unit {
	for _, one := range u {
		if math.Abs(v) >= one.size {
			return one
		}
	}
	return u[len(u)-1]
}

// write writes a quantity in the unit that suits it.
func (u units) write(v float64) string {
	one := u.suiting(v)
	return digits(v/one.size) + one.name
}

func seconds() units { return units{{1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}, {1e-9, " ns"}} }
func sizes() units   { return units{{1 << 30, " GiB"}, {1 << 20, " MiB"}, {1 << 10, " KiB"}, {1, " B"}} }

// decimalSizes are for an axis that has its marks at powers of ten.
func decimalSizes() units { return units{{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}, {1, " B"}} }

func ratios() units { return units{{1, " ×"}} }
func shares() units { return units{{0.01, " %"}} }
func counts() units { return units{{1, ""}} }

// duration, size, ratio, percent and count write quantities.
func duration(v float64) string { return seconds().write(v) }
func size(v float64) string     { return sizes().write(v) }
func ratio(v float64) string    { return ratios().write(v) }
func percent(v float64) string  { return shares().write(v) }
func count(v float64) string    { return counts().write(v) }

// whole writes a number of things.
func whole(n int) string { return thousands(strconv.Itoa(n)) }

// million writes a large number of things.
func million(n float64) string {
	if n >= 1e6 {
		return digits(n/1e6) + " million"
	}
	return digits(n)
}

// digits writes a number with three significant digits, and large ones in groups of three.
func digits(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	if v == 0 {
		return "0"
	}
	s := strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(math.Abs(v))))), 64)
	if strings.Contains(s, ".") {
		return minus(strings.TrimRight(strings.TrimRight(s, "0"), "."))
	}
	return thousands(s)
}

// thousands groups the digits of a whole number.
func thousands(s string) string {
	start := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return minus(s)
}

// minus makes a hyphen a minus sign.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }
