package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
)

func TestFigures(t *testing.T) {
	for want, got := range map[string]string{
		"9.7 (8.8–10.6)":        figure(replay.Estimate{Mean: 9.7, Low: 8.8, High: 10.6}, count, ""),
		"95 % (76–100)":         figure(replay.Estimate{Mean: 0.95, Low: 0.76, High: 1}, percent, " %"),
		"3":                     figure(replay.Estimate{Mean: 3, Low: 3, High: 3}, count, ""),
		"1,234":                 figure(replay.Estimate{Mean: 1234.2, Low: math.Inf(-1), High: math.Inf(1)}, count, ""),
		"0.5 %":                 bare(replay.Estimate{Mean: 0.005, Low: 0, High: 1}, percent, " %"),
		"**−3.2** (−4 to −2)":   signed(paired{Estimate: replay.Estimate{Mean: -3.2, Low: -4, High: -2}}, count),
		"+1 (−1 to +3)":         signed(paired{Estimate: replay.Estimate{Mean: 1, Low: -1, High: 3}}, count),
		"**+5** in all 6 seeds": signed(paired{replay.Estimate{Mean: 5, Low: 5, High: 5}, 6, true}, count),
		"+5 in all 5 seeds":     signed(paired{replay.Estimate{Mean: 5, Low: 5, High: 5}, 5, true}, count),
		"0 in all 20 seeds":     signed(paired{seeds: 20, same: true}, count),
		"−5":                    signed(paired{replay.Estimate{Mean: -0.05, Low: math.Inf(-1), High: math.Inf(1)}, 1, true}, percent),
		"−12,345":               thousands(-12345),
		"12 min":                lasting(12 * time.Minute),
		"1.5 ms":                lasting(1500 * time.Microsecond),
		"< 0.1 ms":              lasting(time.Microsecond),
	} {
		require.Equal(t, want, got)
	}
}
