package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy"
)

// folderWithRounds is a data folder that has one recording only, that of the example.
func folderWithRounds(t *testing.T) string {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "openstack"), 0o755))
	const name = "rounds.points.jsonl.gz"
	recording, err := filepath.Abs(filepath.Join("..", "..", "examples", "openstack", name))
	require.NoError(t, err)
	require.NoError(t, os.Symlink(recording, filepath.Join(folder, "openstack", name)))
	return folder
}

func TestDocument(t *testing.T) {
	l := lab{
		seeds: 2, few: 1, workers: 2, progress: newProgress(io.Discard),
		contenders: []replay.Contender{{Name: evidence, Strategy: strategy.Evidence{}}, {Name: topDown, Strategy: strategy.TopDown{}}},
		sections:   []section{{name: "Budget", sets: []string{rounds, trainTicket}, strategies: []string{topDown}, grouped: true, variants: sections()[2].variants[2:]}},
	}
	m, err := l.measure(t.Context(), folderWithRounds(t), []string{rounds, roundsCalm, onlineBoutique, stock})
	require.NoError(t, err)
	text, err := write(m, circumstances{Seeds: 2, Few: 1, Workers: 2})
	require.NoError(t, err)

	for _, want := range []string{
		"2 seeds, 2 searches at a time", "1 seed in this",
		"OpenStack, stock: there is no openstack/stock.points.jsonl.gz", "OnlineBoutique: there is no nezha/answers.json", "mixed, mixed-calm, tt, sim: not asked for",
		"| OpenStack, rounds | 1 | 1,200 | 118 |", `nova-compute, "build_semaphore"`, "### OpenStack, rounds\n", "### OpenStack, rounds, calm profile\n", "58 of 118 `server_create` waited", "60 of 118, and of the other types any",
		"| the profile alone | ", "Before all of these, a profile: 270 requests traced fully", "| evidence | 100 % (34–100) |",
		"| OpenStack, rounds | top-down | 20 (default) |", "| OpenStack, rounds | top-down | 10 |", "Not measured",
	} {
		require.Contains(t, text, want)
	}
	for _, no := range []string{"NaN", "Inf", "<no value>", "%!", "### OpenStack, stock"} {
		require.NotContains(t, text, no)
	}
	requireTablesAreWhole(t, text)
}

// requireTablesAreWhole: all rows of a table have as many cells as its head, and before it is an empty line, without which it is none.
func requireTablesAreWhole(t *testing.T, text string) {
	before, columns := "", 0
	for line := range strings.Lines(text) {
		cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
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

// TestNothingThere: without any data there is a document still, which says so.
func TestNothingThere(t *testing.T) {
	out := filepath.Join(t.TempDir(), "evaluation.md")
	require.NoError(t, run(t.Context(), []string{"-data", t.TempDir(), "-sets", "stock,tt", "-seeds", "1", "-out", out}, io.Discard, io.Discard))
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Contains(t, string(text), "TrainTicket: there is no nezha/answers.json")
	require.Contains(t, string(text), "3–34 %")
}

func TestBadArguments(t *testing.T) {
	for want, args := range map[string][]string{
		`no data set "moon"`: {"-sets", "stock,moon"},
		"must be positive":   {"-seeds", "0"},
		"unexpected":         {"stock"},
		"not defined":        {"-speed"},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), want)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := run(ctx, []string{"-data", folderWithRounds(t), "-sets", "rounds,sim", "-out", "-"}, io.Discard, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	err = run(ctx, []string{"-sets", "sim", "-out", "-"}, io.Discard, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
}
