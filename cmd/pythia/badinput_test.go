package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBadInputOfWhichNothingIsUsable(t *testing.T) {
	noise := make([]byte, 5000)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for name, content := range map[string][]byte{
		"noise":      noise,
		"empty":      nil,
		"wrong.csv":  []byte("time,value\n1,2\n"),
		"wrong.json": []byte(`{"hello":"world"}` + "\n"),
	} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		o := command("diagnose", path)
		require.Equal(t, exitFailed, o.status, name)
		require.Empty(t, o.stdout, name)
		require.Contains(t, o.stderr, path+":", name)
		require.Contains(t, o.stderr, "no trace could be read from "+path+"; give OTLP", name)
		require.NotContains(t, o.stderr, "\x1b", name)
	}
	require.Equal(t, exitFailed, command("diagnose", "no-such-file").status)
}

func TestGoodPartOfTruncatedGzipIsUsed(t *testing.T) {
	whole := gzipped(t, requests(90, 0))
	path := filepath.Join(t.TempDir(), "cut.gz")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)*2/3], 0o600))
	o := command("diagnose", "--format", "json", path)
	r := o.report(t)
	require.Regexp(t, `/cut\.gz:\d+: the gzip data ends too early`, o.stderr)
	require.Greater(t, r.Input.Traces, 30)
	require.Less(t, r.Input.Traces, 90)
	require.NotEmpty(t, r.Findings)
}

func TestOneBadLine(t *testing.T) {
	lines := requests(40, 0)
	lines[16] = `{"resourceSpans": oops`
	path := file(t, "bad.jsonl", lines...)
	o := command("diagnose", "--format", "json", path)
	r := o.report(t)
	require.Contains(t, o.stderr, path+":17: ")
	require.Equal(t, 39, r.Input.Traces)
	require.Equal(t, 1, r.Input.Rejected)
	require.Len(t, r.Input.Problems, 1)
	require.Contains(t, command("diagnose", path).stdout, "Left out as unusable: 1 span or record.")
}

func TestBadFileAmongGoodOnes(t *testing.T) {
	o := command("diagnose", "--format", "json", file(t, "empty"), "no-such-file", file(t, "cart.jsonl", requests(40, 0)...))
	require.Equal(t, 40, o.report(t).Input.Traces)
	require.Contains(t, o.stderr, "no-such-file: ")
}

func TestManyProblemsAreCutShort(t *testing.T) {
	lines := requests(40, 0)
	for i := range 25 {
		lines[i] = fmt.Sprintf(`{"resourceSpans": oops %d`, i)
	}
	o := command("diagnose", "--format", "json", file(t, "bad.jsonl", lines...))
	require.Len(t, o.report(t).Input.Problems, 25)
	require.Contains(t, o.stderr, "and 15 more problems\n")
}

func TestCycleIsRepaired(t *testing.T) {
	lines := append(requests(40, 0), otlp(span{99, 1, 2, "a", 1_700_000_000_000, 1_700_000_000_001, 0}, span{99, 2, 1, "b", 1_700_000_000_000, 1_700_000_000_001, 0}))
	path := file(t, "cycle.jsonl", lines...)
	r := command("diagnose", "--format", "json", path).report(t)
	require.Equal(t, 41, r.Input.Traces)
	require.Equal(t, 1, r.Input.Repairs["cycle"])
	require.Contains(t, command("diagnose", path).stderr, "cycle.jsonl:41: trace ")
	require.Contains(t, command("diagnose", path).stdout, "1 cycle of parents")
}

func TestNegativeSpanIsRepaired(t *testing.T) {
	lines := append(requests(40, 0), otlp(span{99, 1, 0, "GET /cart", 1_700_000_000_001, 1_700_000_000_000, 0}))
	path := file(t, "negative.jsonl", lines...)
	r := command("diagnose", "--format", "json", path).report(t)
	require.Equal(t, 41, r.Input.Traces)
	require.Equal(t, 1, r.Input.Repairs["negative_duration"])
	require.Contains(t, command("diagnose", path).stderr, "negative.jsonl:41: trace ")
	require.Contains(t, command("diagnose", path).stdout, "1 span that ended before it started")
}
