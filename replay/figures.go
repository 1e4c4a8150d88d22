package replay

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// unit is what an estimate is counted in.
type unit int

const (
	unitProportion unit = iota // of something that is 1 or 0 in each trial
	unitShare
	unitCount
	unitCorrelation
	unitSeconds
)

// show writes an estimate with few digits, and its interval if they tell it from the mean.
func (u unit) show(e Estimate) string {
	if math.IsNaN(e.Mean) {
		return "–"
	}
	number, suffix := few, ""
	switch u {
	case unitProportion, unitShare:
		number, suffix = func(v float64) string { return few(100 * v) }, "%"
	case unitCorrelation:
		number = func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	case unitSeconds:
		scale, name := scaleOf(e.Mean)
		number, suffix = func(v float64) string { return few(v / scale) }, " "+name
	}
	mean, low, high := number(e.Mean), number(e.Low), number(e.High)
	if low == mean && high == mean {
		return mean + suffix
	}
	return fmt.Sprintf("%s%s (%s–%s)", mean, suffix, low, high)
}

// few writes a number that is not negative with two digits, or all before the point.
func few(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case v >= 9.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 0.995:
		return trimmed(strconv.FormatFloat(v, 'f', 1, 64))
	}
	return trimmed(strconv.FormatFloat(v, 'f', 2, 64))
}

// trimmed leaves out zeros behind the point.
func trimmed(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// scaleOf returns the unit in which a time has at least one digit before the point, in seconds, and its name.
func scaleOf(seconds float64) (float64, string) {
	switch {
	case seconds < 1e-6:
		return 1e-9, "ns"
	case seconds < 1e-3:
		return 1e-6, "µs"
	case seconds < 1:
		return 1e-3, "ms"
	}
	return 1, "s"
}
