package main

import (
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/replay"
)

// rounds are requests to a real OpenStack, in which servers wait for each other to be built.
const rounds = "../../examples/openstack/rounds.points.jsonl.gz"

func TestReplayText(t *testing.T) {
	o := command("replay", "--seeds", "2", "--strategy", "top-down", rounds)
	require.Equal(t, exitOK, o.status, o.stderr)
	require.Empty(t, o.stderr)
	require.Regexp(t, `^Read \d+ requests \(\d+ spans\) from `+rounds+`\.
To be found in server_create requests, as the full traces show: nova-compute, "build_semaphore"\.
These have \d+ calling contexts at \d+ trace points; \d+ contexts at \d+ points are always on\.
The search space is learnt from up to 30 requests of each type, drawn from them\.

strategy +found +named .*
top-down +100% .*

strategy +astray .*
top-down .*

Means over 2 trials `, o.stdout)
	for line := range strings.Lines(o.stdout) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 100)
	}
}

func TestReplayMarkdown(t *testing.T) {
	cart := file(t, "cart.jsonl", requests(60, 0)...)
	o := command("replay", "--seeds", "2", "--format", "markdown", cart)
	require.Equal(t, exitOK, o.status, o.stderr)
	require.True(t, strings.HasPrefix(o.stdout, "    Read 60 requests (120 spans)"), "verbatim")
	for _, c := range strategies() {
		require.Contains(t, o.stdout, "\n| "+c.Name+" | ")
	}
}

// table is what --format csv printed, by column.
func (o outcome) table(t *testing.T) map[string][]string {
	t.Helper()
	require.Equal(t, exitOK, o.status, o.stderr)
	records, err := csv.NewReader(strings.NewReader(o.stdout)).ReadAll()
	require.NoError(t, err)
	columns := make(map[string][]string)
	for i, name := range records[0] {
		for _, record := range records[1:] {
			columns[name] = append(columns[name], record[i])
		}
	}
	return columns
}

func TestReplayCSV(t *testing.T) {
	o := command("replay", "--seeds", "3", "--strategy", "random", "--strategy", "flat", "--format", "csv", file(t, "cart.jsonl", requests(60, 0)...))
	table := o.table(t)
	require.Equal(t, []string{"random", "flat"}, table["strategy"])
	require.Equal(t, []string{"3", "3"}, table["trials"])
	require.Equal(t, []string{"1", "1"}, table["found"])
	for name, column := range table {
		for _, cell := range column {
			if name != "strategy" {
				_, err := strconv.ParseFloat(cell, 64)
				require.NoError(t, err, name)
			}
		}
	}
}

func TestReplayDoesNotDependOnWorkers(t *testing.T) {
	cart := file(t, "cart.jsonl", requests(60, 0)...)
	timeless := func(workers string) map[string][]string {
		table := command("replay", "--format", "csv", "--seeds", "4", "--workers", workers, cart).table(t)
		for name := range table {
			if strings.Contains(name, "decision") {
				delete(table, name)
			}
		}
		return table
	}
	require.Equal(t, timeless("1"), timeless("4"))
}

func TestReplayTruth(t *testing.T) {
	cart := file(t, "cart.jsonl", requests(60, 0)...)
	replayed := func(truth string) outcome {
		return command("replay", "--seeds", "1", "--strategy", "top-down", "--truth", truth, cart)
	}
	require.Contains(t, replayed("shop lock").stdout, "To be found in shop GET /cart requests, as --truth says: shop lock.")
	require.Contains(t, replayed("shop GET /cart").stdout, "To be found in requests of any type, as --truth says: shop GET /cart.", "nothing is lost there")
	require.Contains(t, replayed("shop").stdout, "as --truth says: shop.")
	for _, wrong := range []struct{ truth, said string }{
		{"shoop", "no trace has the service shoop; give shop"},
		{"lock", "no trace has the service lock; give shop"},
		{"shop look", "the service shop has no operation look; give one of lock, GET /cart"},
	} {
		o := replayed(wrong.truth)
		require.Equal(t, exitFailed, o.status)
		require.Contains(t, o.stderr, wrong.said)
		require.Empty(t, o.stdout)
	}
}

// TestReplayTruthWithSpaces: the longest service that a name begins with is meant, whatever the spaces in it.
func TestReplayTruthWithSpaces(t *testing.T) {
	operations := map[string]map[string]bool{"my": {}, "my shop": {}, "my shop front": {}, "front": {}}
	for name, want := range map[string]replay.Truth{
		"my":                  {Service: "my"},
		"my bank":             {Service: "my", Operation: "bank"},
		"my shop":             {Service: "my shop"},
		"my shop GET /x":      {Service: "my shop", Operation: "GET /x"},
		"my shop frontal":     {Service: "my shop", Operation: "frontal"},
		"my shop front front": {Service: "my shop front", Operation: "front"},
		"your shop GET /x":    {Service: "your", Operation: "shop GET /x"},
		"frontal":             {Service: "frontal"},
		"":                    {},
	} {
		require.Equal(t, want, split(name, operations), name)
	}
}

func TestReplayProfile(t *testing.T) {
	cart, earlier := file(t, "cart.jsonl", requests(60, 0)...), file(t, "earlier.jsonl", requests(40, 0)...)
	o := command("replay", "--seeds", "1", "--profile", earlier, "--profile-per-type", "5", cart)
	require.Equal(t, exitOK, o.status, o.stderr)
	require.Contains(t, o.stdout, "learnt from up to 5 requests of each type, drawn from "+earlier+".")
	blind := command("replay", "--seeds", "1", "--strategy", "flat", "--format", "csv", "--profile", file(t, "other.jsonl", otlp(span{1, 1, 0, "GET /", 1, 2, 0})), cart)
	require.Equal(t, []string{"0"}, blind.table(t)["found"], "of a place that no profile saw, nothing is known")
}

// TestReplaySettings: those that bound a search do.
func TestReplaySettings(t *testing.T) {
	cart := file(t, "cart.jsonl", requests(60, 0)...)
	found := func(args ...string) string {
		return command(append([]string{"replay", "--seeds", "1", "--strategy", "top-down", "--format", "csv", cart}, args...)...).table(t)["found"][0]
	}
	require.Equal(t, "1", found("--max-points", "-1", "--measure", "answered"))
	require.Equal(t, "0", found("--per-cycle", "10"), "fewer requests than can be judged")
	require.Equal(t, "0", found("--max-cycles", "1"), "it was given up")
}

func TestReplayNothingToCompare(t *testing.T) {
	for _, bad := range []struct {
		args []string
		said string
	}{
		{[]string{"no-such-file"}, "no trace could be read from no-such-file"},
		{[]string{"--profile", "no-such-file", file(t, "cart.jsonl", requests(60, 0)...)}, "no trace could be read from no-such-file"},
		{[]string{file(t, "few.jsonl", requests(7, 0)...)}, "too few requests to tell: give more, or name the place to be found, with --truth"},
	} {
		o := command(append([]string{"replay"}, bad.args...)...)
		require.Equal(t, exitFailed, o.status)
		require.Contains(t, o.stderr, bad.said)
		require.Empty(t, o.stdout)
	}
}

func TestReplayUsageErrors(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--format", "json", "x"}, {"--strategy", "best", "x"}, {"--strategy", "flat", "--strategy", "flat", "x"}, {"--seeds", "0", "x"},
		{"--profile-per-type", "0", "x"}, {"--min-share", "0", "x"}, {"--min-share", "1", "x"}, {"--min-share", "NaN", "x"}, {"--max-points", "0", "x"},
		{"--max-points", "-2", "x"}, {"--per-cycle", "-1", "x"}, {"--max-cycles", "-1", "x"}, {"--workers", "-1", "x"}, {"--measure", "x", "x"}, {"--profile", "-", "-"},
	} {
		o := command(append([]string{"replay"}, args...)...)
		require.Equal(t, exitUsage, o.status, args)
		require.Contains(t, o.stderr, "pythia replay --help", args)
		require.Empty(t, o.stdout, args)
	}
	require.Contains(t, command("replay", "--strategy", "best", "x").stderr, "--strategy is one of evidence, top-down, flat, ")
}

func TestReplayInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr strings.Builder
	require.Equal(t, exitInterrupted, run(ctx, []string{"replay", rounds}, strings.NewReader(""), &stdout, &stderr))
	require.Equal(t, "pythia: interrupted\n", stderr.String())
	require.Empty(t, stdout.String())
}

func TestReplayCannotBeWritten(t *testing.T) {
	var stderr strings.Builder
	args := []string{"replay", "--seeds", "1", file(t, "cart.jsonl", requests(60, 0)...)}
	require.Equal(t, exitFailed, run(context.Background(), args, strings.NewReader(""), brokenWriter{}, &stderr))
	require.Contains(t, stderr.String(), "disk full")
}

// TestReplayTracesAreInOrder, whichever goroutine decoded them.
func TestReplayTracesAreInOrder(t *testing.T) {
	in := source{ctx: t.Context(), workers: 4, stderr: new(strings.Builder)}
	lines := requests(60, 0)
	slices.Reverse(lines)
	traces, _, err := in.traces([]string{file(t, "cart.jsonl", lines...)})
	require.NoError(t, err)
	require.Len(t, traces, 60)
	for i := range traces[1:] {
		require.Less(t, traces[i].StartNanos(), traces[i+1].StartNanos())
	}
}

func TestNearest(t *testing.T) {
	known := map[string]int{"cart": 1, "card": 2, "checkout": 3}
	require.Equal(t, "one of cart, card, checkout", nearest("CART", known))
	require.Equal(t, "one of card, cart, checkout", nearest("cad", known))
	require.Equal(t, "a�", nearest("b", map[string]int{"a\x1b": 1}))
	many := make(map[string]int)
	for i := range 10 {
		many[strconv.Itoa(i)] = i
	}
	require.Equal(t, "one of 7, 0, 1, 2, 3, 4, 5, 6 and 2 more", nearest("7", many))
	require.Equal(t, 3, distance("kitten", "sitting"))
	require.Equal(t, 4, distance("", "four"))
}
