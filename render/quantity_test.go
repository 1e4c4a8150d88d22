package render

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestSeconds(t *testing.T) {
	for want, s := range map[string]float64{
		"0 s": 0, "9.1 s": 9.0717, "14.6 s": 14.62, "15.0 s": 14.96, "1.0 s": 0.9996, "999 ms": 0.9994, "14 ms": 0.0142, "820 µs": 0.00082, "1.5 ns": 1.5e-9,
		"119 s": 119.2, "2 min": 120, "3 min 20 s": 200, "2 h": 7200, "27 h 47 min": 1e5, "−5.0 ms": -0.005, "?": math.Inf(1),
	} {
		require.Equal(t, want, broken(seconds(s)))
	}
	require.Equal(t, "?", seconds(math.NaN()))
}

func TestTogether(t *testing.T) {
	require.Equal(t, "9.1, 14.6 s", broken(together(", ", 9.1, 14.6)))
	require.Equal(t, "9.1 s ± 14 ms", broken(together(" ± ", 9.1, 0.014)))
	require.Equal(t, "3 min 20 s ± 3 min 20 s", broken(together(" ± ", 200, 200)))
}

func TestPercent(t *testing.T) {
	for want, v := range map[string]float64{"83 %": 0.833, "6.6 %": 0.066, "5 %": 0.05, "0 %": -0.0001, "−1.5 %": -0.015, "100 %": 1, "10 %": 0.0996} {
		require.Equal(t, want, broken(percent(v)))
	}
	require.Equal(t, "81–86 %", broken(percentInterval(0.808, 0.859)))
	require.Equal(t, "−1.5 to 4.8 %", broken(percentInterval(-0.015, 0.048)))
}

func TestCountAndValue(t *testing.T) {
	require.Equal(t, "310,726", count(310726))
	require.Equal(t, "-1,000", count(-1000))
	require.Equal(t, "123", count(123))
	for want, v := range map[string]float64{"0": 0, "3": 3, "−3": -3, "3.489": 3.4891, "12,395": 12395.1757, "43.52": 43.52, "0.01234": 0.012341, "1e+20": 1e20, "1.23e-05": 1.23e-5} {
		require.Equal(t, want, value(v))
	}
}

func TestPValue(t *testing.T) {
	require.Equal(t, "p < 0.001", broken(pValue(1e-9)))
	require.Equal(t, "p < 0.001", broken(pValue(1.0/2000)))
	require.Equal(t, "p = 0.001", broken(pValue(1.0/1000)))
	require.Equal(t, "p = 0.0014", broken(pValue(0.00138)))
	require.Equal(t, "p unknown", pValue(math.NaN()))
}

func TestElideKeepsBothEnds(t *testing.T) {
	require.Equal(t, "abc", elide("abc", 3))
	require.Equal(t, "ab…ij", elide("abcdefghij", 5))
	require.Equal(t, "", elide("abc", 0))
	require.Equal(t, 6, columns("日本語"))
	require.LessOrEqual(t, columns(elide("日本語日本語", 5)), 5)
}

func TestWrap(t *testing.T) {
	require.Equal(t, []string{"one two", "three"}, wrap("one two three", 8, 8))
	require.Equal(t, []string{"one two three", "four"}, wrap("one two three four", 13, 6))
	require.Equal(t, []string{"the start of", `"a b c", x`}, wrap(`the start of "a b c", x`, 15, 15), "what is quoted stays together")
	require.Equal(t, []string{"abc…xyz"}, wrap("abcdefghijklmnopqrstuvwxyz", 7, 7))
	require.Equal(t, []string{""}, wrap("", 5, 5))
}

func TestChart(t *testing.T) {
	c := chartOf([]float64{1, 1, 1, 2, math.NaN(), 3, 3}, []pythia.Mode{{CenterSeconds: 1}, {CenterSeconds: 3}})
	lines := c.lines(36)
	require.Len(t, lines, 5)
	require.Equal(t, "▲──────────────────────────────────▲", lines[3])
	require.Equal(t, "1.0 s                          3.0 s", lines[4])
	require.Empty(t, chartOf([]float64{2, 2, 2}, nil).lines(40), "nothing to see where all are alike")
	require.Empty(t, chartOf(nil, nil).lines(40))
}

func TestChartCutsALongTail(t *testing.T) {
	var x []float64
	for i := range 200 {
		x = append(x, 1+float64(i)/200)
	}
	c := chartOf(append(x, 500), nil)
	require.Contains(t, broken(c.beyond()), "more, up to 8 min 20 s")
	require.Contains(t, strings.Join(c.lines(60), "\n"), "2.0 s")
	require.Empty(t, chartOf(x, nil).beyond())
}

func TestGroupsAreToldApart(t *testing.T) {
	group := func(levels ...string) *pythia.Group {
		return &pythia.Group{Key: pythia.NewGroupKey(levels...), RequestType: levels[0]}
	}
	groups := []*pythia.Group{
		group("a"), group("b", "services:1#1", "points:3#1"), group("b", "services:1#1", "points:3#2"), group("b", "services:2#1", "points:4#2"), group("b"),
		group("c", "services:2#1"), group("c", "custom"),
	}
	names := namesOf(groups)
	var got []string
	for _, g := range groups {
		got = append(got, names[g.Key].String())
	}
	require.Equal(t, []string{
		"a", "b (same 3 trace points, set A)", "b (same 3 trace points, set B)", "b (same 4 trace points)", "b (the rest)", "c (same 2 services)", "c (same custom)",
	}, got)
	require.Equal(t, "AB", variant(27))
}

func TestEveryRepairHasWords(t *testing.T) {
	var r pythia.Repairs
	require.Len(t, repairPhrases, len(r))
}
