package render

import (
	"math"
	"strconv"
	"strings"

	"github.com/pythia-trace/pythia"
)

// onWords says how many trace points are on.
func onWords(c pythia.Cost) string {
	if c.Points == 0 {
		return "no points on"
	}
	return counted(c.Points, "point") + " on"
}

// costWords says what they cost: "120 spans/s, 60 kB/s, 0.002 cores".
func costWords(c pythia.Cost) string {
	return rate(c.SpansPerSecond) + noBreak + "spans/s, " + bytesPerSecond(c.BytesPerSecond) + ", " + cores(c.CPU)
}

// rate rounds to one decimal below 10.
func rate(v float64) string {
	switch {
	case !finite(v) || v < 0 || v >= 1e15:
		return "?"
	case v < 9.95:
		return strings.TrimSuffix(decimals(v, false), ".0")
	}
	return count(int(math.Round(v)))
}

func bytesPerSecond(v float64) string {
	unit, size := "B", 1.0
	switch {
	case v >= 999_500:
		unit, size = "MB", 1e6
	case v >= 999.5:
		unit, size = "kB", 1e3
	}
	return rate(v/size) + noBreak + unit + "/s"
}

func cores(v float64) string {
	switch {
	case v >= 9.95 || v < 0 || !finite(v):
		return rate(v) + noBreak + "cores"
	case v > 0 && v < 1e-4:
		return "<" + noBreak + "0.0001" + noBreak + "cores"
	}
	return strconv.FormatFloat(v, 'g', 2, 64) + noBreak + "cores"
}
