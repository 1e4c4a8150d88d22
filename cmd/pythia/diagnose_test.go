package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/testdata"
)

func TestDiagnoseNamesThePlaceAndTheCause(t *testing.T) {
	r := command("diagnose", "--format", "json", file(t, "cart.jsonl", requests(60, 0)...)).report(t)
	require.Equal(t, "pythia.report/v1", r.Schema)
	require.Equal(t, "work_done", r.Measure)
	require.Equal(t, 60, r.Input.Traces)
	require.Equal(t, 120, r.Input.Spans)
	require.Len(t, r.Groups[0].Modes, 3)
	require.Equal(t, "multimodal", r.Findings[0].Reason)
	require.Equal(t, "lock", r.Findings[0].Location.Operation)
	require.Contains(t, r.Findings[0].Explanations[0].Variable, "queue")
}

func TestDiagnoseText(t *testing.T) {
	o := command("diagnose", file(t, "cart.jsonl", requests(60, 0)...))
	require.Equal(t, exitOK, o.status)
	require.Empty(t, o.stderr)
	joined := strings.Join(strings.Fields(o.stdout), " ")
	for _, part := range []string{
		"Read 60 requests (120 spans) from", "#1 multimodal shop GET /cart", `shop, "lock"`, "of the variance of shop GET /cart",
		"requests by duration", "queue 0 → 14 ms, 1 → 115 ms, 2 → 216 ms", `Next: look at "lock" in shop (#1)`,
	} {
		require.Contains(t, joined, part)
	}
	require.NotContains(t, o.stdout, "\x1b", "standard output is no terminal here")
	for line := range strings.Lines(o.stdout) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80)
	}
}

func TestDiagnoseMarkdown(t *testing.T) {
	o := command("diagnose", "--format", "markdown", file(t, "cart.jsonl", requests(60, 0)...))
	require.Equal(t, exitOK, o.status)
	require.Contains(t, o.stdout, "### 1. multimodal: shop GET /cart")
	require.Contains(t, o.stdout, "| shop GET /cart |")
}

func TestDiagnoseStandardInput(t *testing.T) {
	input := strings.Join(requests(30, 0), "\n")
	r := commandReading(input, "diagnose", "--format", "json", "-").report(t)
	require.Equal(t, 30, r.Input.Traces)
	require.Equal(t, []string{"-"}, r.Input.Files)
	require.Contains(t, commandReading(input, "diagnose", "-").stdout, "from standard input.")
}

func TestDiagnoseBaseline(t *testing.T) {
	now, before := file(t, "now.jsonl", requests(60, 50)...), file(t, "before.jsonl", requests(60, 0)...)
	o := command("diagnose", "--format", "json", "--baseline", before, now)
	r := o.report(t)
	require.Equal(t, 60, r.Baseline.Traces)
	require.Equal(t, "changed", r.Findings[0].Reason)
	require.NotNil(t, r.Findings[0].Change)
	text := command("diagnose", "--baseline", before, now).stdout
	require.Contains(t, text, "Compared with 60 requests")
	require.Contains(t, text, "before it took")
}

func TestDiagnoseUnusableBaseline(t *testing.T) {
	o := command("diagnose", "--baseline", file(t, "empty"), file(t, "now.jsonl", requests(60, 0)...))
	require.Equal(t, exitOK, o.status)
	require.Contains(t, o.stderr, "nothing is compared")
	require.Contains(t, o.stdout, "Nothing in the baseline")
}

func TestDiagnoseOptions(t *testing.T) {
	cart := file(t, "cart.jsonl", requests(90, 0)...)
	require.Equal(t, "answered", command("diagnose", "--format", "json", "--measure", "answered", cart).report(t).Measure)
	require.Len(t, command("diagnose", "--format", "json", "--top", "1", cart).report(t).Findings, 1)
	r := command("diagnose", "--format", "json", "--group-by", "queue", cart).report(t)
	require.Len(t, r.Groups, 3)
	for _, g := range r.Groups {
		require.Contains(t, g.Key, " queue=")
	}
}

// TestDiagnoseTooFew also holds package render to the number of requests that package localize asks for.
func TestDiagnoseTooFew(t *testing.T) {
	o := command("diagnose", file(t, "few.jsonl", requests(7, 0)...))
	require.Equal(t, exitOK, o.status)
	require.Contains(t, strings.ReplaceAll(o.stdout, "\n", " "), "needs at least 8 to be judged; the largest here has 7.")
	require.False(t, command("diagnose", "--format", "json", file(t, "enough.jsonl", requests(8, 0)...)).report(t).Groups[0].TooFew)
}

func TestDiagnoseDoesNotDependOnWorkers(t *testing.T) {
	for _, path := range [][]string{{"openstack", "stock.points.jsonl.gz"}, {"nezha", "ob-0823-1430-productcatalog-network_delay.fault.otlp.jsonl.gz"}} {
		data := testdata.Shared(t, path...)
		one, four := command("diagnose", "--format", "json", "--workers", "1", data), command("diagnose", "--format", "json", "--workers", "4", data)
		require.Equal(t, exitOK, one.status)
		requireSameLines(t, one.stdout, four.stdout)
	}
}

// requireSameLines shows the first lines that differ, where require.Equal would print the whole reports.
func requireSameLines(t *testing.T, want, got string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		require.Equal(t, a[i], b[i], "line %d", i+1)
	}
	require.Len(t, b, len(a))
}

func TestUsageErrors(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"}, {"diagnose"}, {"diagnose", "--nonsense", "x"}, {"diagnose", "--format", "xml", "x"}, {"diagnose", "--measure", "x", "x"},
		{"diagnose", "--top", "-1", "x"}, {"diagnose", "--workers", "-1", "x"}, {"diagnose", "--baseline", "-", "-"}, {"schema", "x"}, {"version", "x"},
	} {
		o := command(args...)
		require.Equal(t, exitUsage, o.status, args)
		require.Contains(t, o.stderr, "--help", args)
		require.Empty(t, o.stdout, args)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr strings.Builder
	require.Equal(t, exitInterrupted, run(ctx, []string{"diagnose", file(t, "cart.jsonl", requests(60, 0)...)}, strings.NewReader(""), &stdout, &stderr))
	require.Equal(t, "pythia: interrupted\n", stderr.String())
	require.Empty(t, stdout.String())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestReportCannotBeWritten(t *testing.T) {
	var stderr strings.Builder
	args := []string{"diagnose", file(t, "cart.jsonl", requests(60, 0)...)}
	require.Equal(t, exitFailed, run(context.Background(), args, strings.NewReader(""), brokenWriter{}, &stderr))
	require.Contains(t, stderr.String(), "disk full")
}

func TestVersionAndHelp(t *testing.T) {
	require.Contains(t, command("version").stdout, "pythia ")
	help := command("diagnose", "--help")
	require.Equal(t, exitOK, help.status)
	require.Contains(t, help.stdout, "--baseline")
	require.Equal(t, exitOK, command().status)
}

func TestGroupByUnknownAttribute(t *testing.T) {
	path := file(t, "traces.jsonl", requests(40, 0)...)
	require.Contains(t, command("diagnose", "--group-by", "no.such", path).stderr, "no trace has the attribute no.such")
	require.NotContains(t, command("diagnose", path).stderr, "attribute")
}
