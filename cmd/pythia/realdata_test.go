package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/internal/testdata"
)

// verdict is what these tests read of a report, by the names of the documented schema.
type verdict struct {
	Findings []finding
}

type finding struct {
	Reason string
	Group  struct {
		RequestType string `json:"request_type"`
		Modes       []struct {
			CenterSeconds float64 `json:"center_seconds"`
		}
	}
	Location struct {
		Kind          string
		Service       string
		Operation     string
		CalleeService string `json:"callee_service"`
		From, To      struct {
			Event     string
			Service   string
			Operation string
		}
	}
	VarianceShare float64 `json:"variance_share"`
	Explanations  []struct {
		Variable string
		Aliases  []string
		P        float64 `json:"p_value"`
		Ranges   []struct{ Low, High, Seconds float64 }
	}
}

func diagnoseReal(t *testing.T, args ...string) verdict {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), append([]string{"diagnose", "--format", "json", "--top", "40"}, args...), nil, &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	var v verdict
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &v))
	return v
}

// TestOpenStackRounds: the wait for the build semaphore, its queue length, and the three latency groups that it sets.
func TestOpenStackRounds(t *testing.T) {
	first := diagnoseReal(t, testdata.Shared(t, "openstack", "rounds.points.jsonl.gz")).Findings[0]
	requireSemaphore(t, first)
	assert.GreaterOrEqual(t, first.VarianceShare, 0.7)
	require.Len(t, first.Group.Modes, 3)
	for i, want := range []float64{9.1, 14.6, 19.7} {
		assert.InDelta(t, want, first.Group.Modes[i].CenterSeconds, 0.4)
	}
	require.NotEmpty(t, first.Explanations)
	best := first.Explanations[0]
	assert.Contains(t, best.Variable, "build_semaphore.queue_length")
	assert.True(t, slices.ContainsFunc(best.Aliases, func(a string) bool { return strings.HasSuffix(a, "build_semaphore.in_use") }), best.Aliases)
	assert.Less(t, best.P, 0.01)
	require.Len(t, best.Ranges, 3)
	for i, want := range []struct{ low, high, seconds float64 }{{0, 0, 9.1}, {1, 2, 14.6}, {3, 5, 19.7}} {
		assert.Equal(t, want.low, best.Ranges[i].Low)
		assert.Equal(t, want.high, best.Ranges[i].High)
		assert.InDelta(t, want.seconds, best.Ranges[i].Seconds, 0.5)
	}
}

func requireSemaphore(t *testing.T, f finding) {
	t.Helper()
	require.Equal(t, "server_create", f.Group.RequestType)
	require.Equal(t, "span", f.Location.Kind)
	require.Equal(t, "nova-compute", f.Location.Service)
	require.Equal(t, "build_semaphore", f.Location.Operation)
}

func TestOpenStackMixed(t *testing.T) {
	requireSemaphore(t, diagnoseReal(t, testdata.Shared(t, "openstack", "mixed.points.jsonl.gz")).Findings[0])
}

// TestOpenStackStock: without the span of the semaphore the wait hides in the stretch in which nothing is instrumented.
func TestOpenStackStock(t *testing.T) {
	first := diagnoseReal(t, testdata.Shared(t, "openstack", "stock.points.jsonl.gz")).Findings[0]
	require.Equal(t, "server_create", first.Group.RequestType)
	l := first.Location
	require.Equal(t, "gap", l.Kind)
	require.Equal(t, "start", l.From.Event)
	require.True(t, strings.HasSuffix(l.From.Operation, ".build_and_run_instance"), l.From.Operation)
	require.Equal(t, "start", l.To.Event)
	require.Equal(t, "nova-conductor", l.To.Service)
}

// nezhaCases returns the names of the cases of a kind with the service at fault.
func nezhaCases(t *testing.T, kind string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(testdata.Shared(t, "nezha", "answers.json"))
	require.NoError(t, err)
	var all map[string]struct {
		Kind      string
		RootCause struct{ Service string } `json:"root_cause"`
	}
	require.NoError(t, json.Unmarshal(raw, &all))
	cases := make(map[string]string)
	for name, c := range all {
		if c.Kind == kind {
			cases[name] = c.RootCause.Service
		}
	}
	return cases
}

// rankOf returns the rank of the first finding that names a span of the service or a call to it; 0 if none does.
func rankOf(v verdict, service string) int {
	for i, f := range v.Findings {
		l := f.Location
		if l.Kind == "call" && l.CalleeService == service || l.Kind != "call" && l.Service == service {
			return i + 1
		}
	}
	return 0
}

func within(ranks map[string]int, k int) int {
	n := 0
	for _, r := range ranks {
		if r >= 1 && r <= k {
			n++
		}
	}
	return n
}

// TestNezha: real faults injected into two systems, located without and with the traces from before.
func TestNezha(t *testing.T) {
	together, compared := make(map[string]int), make(map[string]int)
	for name, service := range nezhaCases(t, "latency") {
		normal := testdata.Shared(t, "nezha", name+".normal.otlp.jsonl.gz")
		fault := testdata.Shared(t, "nezha", name+".fault.otlp.jsonl.gz")
		together[name] = rankOf(diagnoseReal(t, normal, fault), service)
		compared[name] = rankOf(diagnoseReal(t, "--baseline", normal, fault), service)
	}
	require.Len(t, together, 12)
	t.Log("together: ", within(together, 1), within(together, 3), within(together, 5), together)
	t.Log("compared: ", within(compared, 1), within(compared, 3), within(compared, 5), compared)
	for _, bar := range []struct {
		ranks   map[string]int
		k, want int
	}{{together, 1, 8}, {together, 3, 10}, {together, 5, 11}, {compared, 1, 11}, {compared, 3, 12}, {compared, 5, 12}} {
		assert.GreaterOrEqual(t, within(bar.ranks, bar.k), bar.want, "within %d: %v", bar.k, bar.ranks)
	}
}

// TestNezhaNull: where there is no fault, the second half of the traces has not changed against the first.
func TestNezhaNull(t *testing.T) {
	for name := range nezhaCases(t, "null") {
		first, second := halves(t, testdata.Shared(t, "nezha", name+".normal.otlp.jsonl.gz"))
		for _, f := range diagnoseReal(t, "--baseline", first, second).Findings {
			assert.NotEqual(t, "changed", f.Reason, "%s: %+v", name, f.Location)
		}
	}
}

// halves cuts a gzipped file of lines in two.
func halves(t *testing.T, path string) (first, second string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var lines [][]byte
	scanner := bufio.NewScanner(unzipped)
	scanner.Buffer(nil, 1<<26)
	for scanner.Scan() {
		lines = append(lines, append(slices.Clone(scanner.Bytes()), '\n'))
	}
	require.NoError(t, scanner.Err())
	first, second = filepath.Join(t.TempDir(), "first.jsonl"), filepath.Join(t.TempDir(), "second.jsonl")
	require.NoError(t, os.WriteFile(first, slices.Concat(lines[:len(lines)/2]...), 0o600))
	require.NoError(t, os.WriteFile(second, slices.Concat(lines[len(lines)/2:]...), 0o600))
	return first, second
}
