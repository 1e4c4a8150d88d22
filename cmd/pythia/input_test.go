package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome is what a run of the command came to.
type outcome struct {
	status         int
	stdout, stderr string
}

func command(args ...string) outcome { return commandReading("", args...) }

func commandReading(stdin string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// report is the JSON report as a program would see it.
func (o outcome) report(t *testing.T) (r struct {
	Schema, Measure string
	Input           struct {
		Files    []string
		Traces   int
		Spans    int
		Rejected int
		Repairs  map[string]int
		Problems []string
	}
	Baseline *struct{ Traces int }
	Groups   []struct {
		Key     string
		TooFew  bool `json:"too_few"`
		Traces  int
		Modes   []struct{ Share float64 }
		DipP    float64 `json:"dip_p"`
		Seconds float64 `json:"mean_seconds"`
	}
	Findings []struct {
		Rank     int
		Reason   string
		Location struct {
			Kind, Service, Operation, Description string
			CalleeService                         string `json:"callee_service"`
		}
		Change       *struct{ BeforeSeconds, AfterSeconds float64 }
		Explanations []struct{ Variable string }
	}
}) {
	t.Helper()
	require.Equal(t, exitOK, o.status, o.stderr)
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &r))
	return r
}

// requests returns n traces of a request "GET /cart" as OTLP in JSON lines: a lock is waited for as long as the queue is, 0, 1 or 2 times
// 100 ms and extra, and the work itself takes 10 ms, more or less.
func requests(n int, extraMillis int64) []string {
	random := rand.New(rand.NewPCG(1, 2))
	lines := make([]string, n)
	for i := range lines {
		start := 1_700_000_000_000 + int64(i)*1000
		queue := int64(i % 3)
		wait := queue*100 + random.Int64N(8) + extraMillis
		lines[i] = otlp(
			span{i + 1, 1, 0, "GET /cart", start, start + 10 + random.Int64N(3) + wait, queue},
			span{i + 1, 2, 1, "lock", start + 1, start + 1 + wait, queue},
		)
	}
	return lines
}

type span struct {
	trace, id, parent int
	name              string
	startMs, endMs    int64
	queue             int64
}

func otlp(spans ...span) string {
	var list []string
	for _, s := range spans {
		parent := ""
		if s.parent != 0 {
			parent = fmt.Sprintf("%016x", s.parent)
		}
		list = append(list, fmt.Sprintf(`{"traceId":"%032x","spanId":"%016x","parentSpanId":%q,"name":%q,"kind":1,`+
			`"startTimeUnixNano":"%d000000","endTimeUnixNano":"%d000000","attributes":[{"key":"queue","value":{"intValue":"%d"}}]}`,
			s.trace, s.id, parent, s.name, s.startMs, s.endMs, s.queue))
	}
	return `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[` +
		strings.Join(list, ",") + `]}]}]}`
}

// file writes lines to a file of the test's and returns its path.
func file(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return path
}

func gzipped(t *testing.T, lines []string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(strings.Join(lines, "\n")))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}
