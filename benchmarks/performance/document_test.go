package main

import (
	"context"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/race"
)

// TestDocument measures everything, quickly, and looks at what is written. What the figures are is nothing for a test: the machine may be busy.
func TestDocument(t *testing.T) {
	if race.Enabled {
		t.Skip("measures everything, which means nothing when slowed down: TestOneRow does what is left")
	}
	out := filepath.Join(t.TempDir(), "performance.md")
	require.NoError(t, run(t.Context(), []string{"-quick", "-out", out}, io.Discard))
	text := requireDocument(t, out)
	for _, want := range []string{
		"A quick run", "as n log n", "| spanmetrics | ≥ 2 × |", "| groupbytrace | ≥ 8 × |", "| pdata | ≥ 3 × |",
		"allocations a span | – | < 0.2 |", "≤ 50 ms", "10 min 37 s",
		"≤ 4 KiB", "≤ 0.5 %", "≤ 25 %", "search space of 9,1", "Engine.Step with 400 groups", "| quick run |", "groupbytrace processor", "Load average",
		"## What an application pays", "| cores and workers |", "(performance/pipeline.svg)",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "Not measured this time")
}

// TestOneRow: what is not asked for is left out, and the document says so.
func TestOneRow(t *testing.T) {
	out := filepath.Join(t.TempDir(), "some.md")
	require.NoError(t, run(t.Context(), []string{"-quick", "-only", "path,statistics", "-time", "1ms", "-out", out}, io.Discard))
	text := requireDocument(t, out)
	require.Contains(t, text, "Not measured this time: pipeline, decoding, memory, space, step, overhead.")
	require.Contains(t, text, "(some/path.svg)")
	require.NotContains(t, text, "## Memory")
}

// requireDocument: there are no holes in it, its tables are whole, and its plots are there.
func requireDocument(t *testing.T, file string) string {
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	text := string(content)
	for _, no := range []string{"NaN", "Inf", "<no value>", "%!", "<nil>"} {
		require.NotContains(t, text, no)
	}
	requireTablesAreWhole(t, text)
	plots := regexp.MustCompile(`!\[.*\]\((.*)\)`).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, plots)
	for _, p := range plots {
		plot, err := os.ReadFile(filepath.Join(filepath.Dir(file), p[1]))
		require.NoError(t, err)
		require.NoError(t, xml.Unmarshal(plot, new(struct{})))
		require.NotContains(t, string(plot), "NaN")
	}
	return text
}

// requireTablesAreWhole: all rows of a table have as many cells as its head, and before it is an empty line, without which it is none.
func requireTablesAreWhole(t *testing.T, text string) {
	before, columns := "", 0
	for line := range strings.Lines(text) {
		cells := strings.Count(line, "|")
		switch {
		case cells == 0:
			columns = 0
		case columns == 0:
			require.Equal(t, "\n", before, "before %s", line)
			columns = cells
		default:
			require.Equal(t, columns, cells, line)
		}
		before = line
	}
}

func TestBadArguments(t *testing.T) {
	for want, args := range map[string][]string{
		`no "moon" to measure`: {"-only", "path,moon"},
		"must not be negative": {"-time", "-1s"},
		"unexpected":           {"path"},
		"not defined":          {"-speed"},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard), want)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []string{"path", "memory", "step"} {
		require.ErrorIs(t, run(ctx, []string{"-quick", "-only", row, "-out", os.DevNull}, io.Discard), context.Canceled, row)
	}
}
