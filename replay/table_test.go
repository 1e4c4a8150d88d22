package replay_test

import (
	"encoding/csv"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
)

// tableRow has all there is to be formatted, and as wide as it gets.
func tableRow(name string, trials int) replay.Row {
	return replay.Row{
		Contender: name, Results: make([]*replay.Result, trials),
		Found: replay.Estimate{Mean: 0.95, Low: 0.764, High: 0.991}, Named: replay.Estimate{Mean: 1, Low: 0.839, High: 1},
		Cycles: replay.Estimate{Mean: 7.35, Low: 6.11, High: 8.59}, Requests: replay.Estimate{Mean: 18432.2, Low: 17021, High: 19843.4},
		EnabledShare: replay.Estimate{Mean: 0.2143, Low: 0.2143, High: 0.2143}, Enabled: replay.Estimate{Mean: 450.4, Low: 400.1, High: 500.7},
		Astray: replay.Estimate{Mean: 44, Low: 40, High: 48}, StillOnShare: replay.Estimate{Mean: 0.004, High: 0.0125},
		VarianceShare: replay.Estimate{Mean: 0.83, Low: 0.804, High: 0.853}, Explained: replay.Estimate{Mean: 0.8, Low: 0.75, High: 0.85},
		DecisionSeconds: replay.Estimate{Mean: 98e-6, Low: 90e-6, High: 1105e-6}, LongestDecision: 12300 * time.Microsecond,
	}
}

func TestTableText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, replay.WriteText(&b, []replay.Row{tableRow("exhaustive", 20), tableRow("a\tb\n", 1)}))
	lines := strings.Split(b.String(), "\n")
	for _, line := range lines {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 100)
		require.Equal(t, strings.TrimRight(line, " "), line)
	}
	require.Equal(t, []string{"strategy", "found", "named", "cycles", "requests", "enabled", "contexts"}, strings.Fields(lines[0]))
	require.Equal(t, "exhaustive  95% (76–99)  100% (84–100)  7.3 (6.1–8.6)  18432 (17021–19843)  21%      450 (400–501)", lines[1])
	require.Equal(t, "a�b�        95%          100%           7.3            18432                21%      450", lines[2], "one trial has no intervals")
	require.Equal(t, "exhaustive  44 (40–48)  0.4% (0–1.2)  83% (80–85)  0.80 (0.75–0.85)  98 µs (90–1105)  12 ms", lines[5])
	require.Contains(t, b.String(), "\n\nMeans over 1 to 20 trials and their 95 % intervals: ")
}

func TestTableMarkdown(t *testing.T) {
	var b strings.Builder
	unknown := tableRow("a|b", 20)
	unknown.DecisionSeconds.Mean = math.NaN()
	unknown.Cycles.High = math.Inf(1)
	require.NoError(t, replay.WriteMarkdown(&b, []replay.Row{unknown}))
	lines := strings.Split(b.String(), "\n")
	require.Equal(t, `| a\|b | 95% (76–99) | 100% (84–100) | 7.3 (6.1–∞) | 18432 (17021–19843) | 21% | 450 (400–501) | 44 (40–48) | 0.4% (0–1.2) | 83% (80–85) | 0.80 (0.75–0.85) | – | 12 ms |`, lines[2])
	require.Equal(t, strings.Count(lines[0], "|"), strings.Count(lines[1], "|"))
	require.Contains(t, b.String(), "\nMeans over 20 trials and")
}

func TestTableCSV(t *testing.T) {
	var b strings.Builder
	row := tableRow("a,\"b\"", 20)
	row.DecisionSeconds = replay.Estimate{Mean: math.NaN(), High: math.Inf(1)}
	require.NoError(t, replay.WriteCSV(&b, []replay.Row{row}))
	records, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 2)
	got := make(map[string]float64)
	for i, name := range records[0][1:] {
		got[name], err = strconv.ParseFloat(records[1][i+1], 64)
		require.NoError(t, err)
	}
	require.Equal(t, `a,"b"`, records[1][0])
	require.Len(t, got, 1+3*11+1, "no name twice")
	require.Equal(t, 20.0, got["trials"])
	require.Equal(t, row.Requests, replay.Estimate{Mean: got["requests"], Low: got["requests_low"], High: got["requests_high"]})
	require.Equal(t, row.StillOnShare, replay.Estimate{Mean: got["still_on_share"], Low: got["still_on_share_low"], High: got["still_on_share_high"]})
	require.True(t, math.IsNaN(got["decision_seconds"]))
	require.Equal(t, math.Inf(1), got["decision_seconds_high"])
	require.Equal(t, 0.0123, got["longest_decision_seconds"])
}

func TestTableOfNothing(t *testing.T) {
	var b strings.Builder
	require.NoError(t, replay.WriteText(&b, nil))
	require.NoError(t, replay.WriteMarkdown(&b, nil))
	require.NoError(t, replay.WriteCSV(&b, nil))
	require.Equal(t, 2, strings.Count(b.String(), "Means over no trials"))
}

func TestTableCannotBeWritten(t *testing.T) {
	broken := errors.New("disk full")
	rows := []replay.Row{tableRow("x", 2)}
	require.ErrorIs(t, replay.WriteText(refusing{broken}, rows), broken)
	require.ErrorIs(t, replay.WriteMarkdown(refusing{broken}, rows), broken)
	require.ErrorIs(t, replay.WriteCSV(refusing{broken}, rows), broken)
}

// refusing is a writer that cannot be written to.
type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }
