package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pythia-trace/pythia/replay"
)

// count writes a number with a digit behind the point, or without if that says nothing.
func count(v float64) string {
	if math.Abs(v) >= 999.5 {
		return thousands(v)
	}
	places := 1
	if math.Abs(v) >= 99.95 {
		places = 0
	}
	s := strings.TrimSuffix(strconv.FormatFloat(v, 'f', places, 64), ".0")
	return minus(s)
}

// thousands writes a large number in groups of three digits.
func thousands(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v < 0 {
		s = "−" + s
	}
	return s
}

// percent writes a share, to a digit behind the point where it is small.
func percent(v float64) string {
	places := 0
	if math.Abs(v) < 0.0995 {
		places = 1
	}
	s := strconv.FormatFloat(100*v, 'f', places, 64)
	return minus(strings.TrimSuffix(s, ".0"))
}

// minus makes a hyphen a minus sign, and nothing of one before zero.
func minus(s string) string {
	if strings.Trim(s, "-0.") == "" {
		return "0"
	}
	return strings.Replace(s, "-", "−", 1)
}

// figure writes an estimate of what is not negative with its interval, if that tells more than the mean.
func figure(e replay.Estimate, number func(float64) string, unit string) string {
	mean, interval := parts(e, number, "–")
	if interval == "" {
		return mean + unit
	}
	return mean + unit + " " + interval
}

// parts writes an estimate's mean and its interval; none, if it has no bounds or no width.
func parts(e replay.Estimate, number func(float64) string, to string) (mean, interval string) {
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) || number(e.Low) == number(e.High) {
		return number(e.Mean), ""
	}
	return number(e.Mean), fmt.Sprintf("(%s%s%s)", number(e.Low), to, number(e.High))
}

// bare writes the mean only.
func bare(e replay.Estimate, number func(float64) string, unit string) string {
	return number(e.Mean) + unit
}

// signed writes a difference, in bold if it is beyond chance.
func signed(p paired, number func(float64) string) string {
	plus := func(v float64) string {
		if s := number(v); v > 0 && s != "0" {
			return "+" + s
		}
		return number(v)
	}
	mean, interval := parts(p.Estimate, plus, " to ")
	if p.sign() != 0 {
		mean = "**" + mean + "**"
	}
	if p.same && p.seeds > 1 {
		return fmt.Sprintf("%s in all %d seeds", mean, p.seeds)
	}
	return strings.TrimSpace(mean + " " + interval)
}

// lasting writes a time.
func lasting(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 50*time.Microsecond:
		return "< 0.1 ms"
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
}

// rangeOf is the least and the greatest of some numbers.
type rangeOf struct {
	low, high float64
	n         int
}

func (r *rangeOf) add(v float64) {
	if r.n == 0 {
		r.low, r.high = v, v
	}
	r.low, r.high = min(r.low, v), max(r.high, v)
	r.n++
}

func (r rangeOf) text(number func(float64) string) string {
	low, high := number(r.low), number(r.high)
	if low == high {
		return low
	}
	return low + "–" + high
}

// extent writes the least and the greatest of some numbers.
func extent[T any](all []T, of func(T) int) string {
	var r rangeOf
	for _, v := range all {
		r.add(float64(of(v)))
	}
	return r.text(count)
}

// plural says how many of something there are.
func plural(n int, what string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
