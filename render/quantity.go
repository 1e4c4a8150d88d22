package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// noBreak stands between a number and its unit, so that no line is broken there. It is a plain space in what is written in the end.
const noBreak = "\u00a0"

// seconds writes a duration for people: 9.1 s, 14 ms, 820 µs, 3 min 20 s.
func seconds(s float64) string {
	switch a := math.Abs(s); {
	case !finite(s):
		return "?"
	case a == 0:
		return "0" + noBreak + "s"
	case s < 0:
		return "−" + seconds(-s)
	case a >= 2*3600:
		return minutes(math.Round(a/60), "h", "min")
	case a >= 120:
		return minutes(math.Round(a), "min", "s")
	}
	for _, unit := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if v := s / unit.size; v >= 0.9995 {
			return decimals(v, unit.name == "s") + noBreak + unit.name
		}
	}
	return decimals(s/1e-9, false) + noBreak + "ns"
}

// together writes several durations, with their unit only once if all have the same.
func together(separator string, durations ...float64) string {
	texts := each(durations, seconds)
	_, unit, _ := strings.Cut(texts[0], noBreak)
	for _, text := range texts {
		if _, other, _ := strings.Cut(text, noBreak); other != unit || strings.Contains(unit, noBreak) {
			return strings.Join(texts, separator)
		}
	}
	for i := range texts[:len(texts)-1] {
		texts[i] = strings.TrimSuffix(texts[i], noBreak+unit)
	}
	return strings.Join(texts, separator)
}

// minutes writes a number of sixtieths with two units.
func minutes(n float64, major, minor string) string {
	whole, rest := int(n)/60, int(n)%60
	if rest == 0 {
		return count(whole) + noBreak + major
	}
	return fmt.Sprintf("%s%s%s%s%d%s%s", count(whole), noBreak, major, noBreak, rest, noBreak, minor)
}

// decimals rounds to one decimal below 10, and below 100 where fine is set.
func decimals(v float64, fine bool) string {
	if v < 9.95 || fine && v < 99.95 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// percent writes a share: 83 %, 6.6 %.
func percent(share float64) string { return percentDigits(share) + noBreak + "%" }

func percentDigits(share float64) string {
	if !finite(share) {
		return "?"
	}
	v, digits := 100*share, 0
	if math.Abs(v) < 9.95 {
		digits = 1
	}
	s := strings.TrimSuffix(strconv.FormatFloat(v, 'f', digits, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return minus(s)
}

func percentInterval(low, high float64) string {
	a, b := percentDigits(low), percentDigits(high)
	if low < 0 {
		return a + " to " + b + noBreak + "%"
	}
	return a + "–" + b + noBreak + "%"
}

// minus writes a leading minus sign as one.
func minus(s string) string {
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		return "−" + digits
	}
	return s
}

// count writes a number with thousands separated.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted writes a number of things. The plural is the singular with an s, unless another is given.
func counted(n int, singular string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + singular
	case len(plural) > 0:
		return count(n) + " " + plural[0]
	}
	return count(n) + " " + singular + "s"
}

// pValue writes a p-value with its sign of comparison. How small it is below 0.001 depends on little and changes from run to run.
func pValue(p float64) string {
	switch {
	case !finite(p):
		return "p unknown"
	case p < 0.001:
		return "p" + noBreak + "<" + noBreak + "0.001"
	}
	return "p" + noBreak + "=" + noBreak + strconv.FormatFloat(p, 'g', 2, 64)
}

// value writes an attribute's number, rounded to four digits where it is no integer.
func value(v float64) string {
	a := math.Abs(v)
	switch {
	case !finite(v):
		return "?"
	case v == math.Trunc(v) && a < 1e15, a >= 1000 && a < 1e15:
		return minus(count(int(math.Round(v))))
	case a >= 1e15 || a < 1e-3:
		return minus(strconv.FormatFloat(v, 'g', 3, 64))
	}
	return minus(strconv.FormatFloat(v, 'f', max(0, 4-int(math.Floor(math.Log10(a)))-1), 64))
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
