package tracefile

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/internal/tracecheck"
)

// read reads files and returns every trace as text, sorted, so that readings can be compared.
func read(t testing.TB, opts Options, files ...string) ([]string, Stats) {
	t.Helper()
	var mu sync.Mutex
	var traces []string
	stats, err := Read(context.Background(), files, opts, func(_ int, tr *pythia.Trace) {
		tracecheck.Trace(t, tr)
		text := describe(tr)
		mu.Lock()
		defer mu.Unlock()
		traces = append(traces, text)
	})
	require.NoError(t, err)
	require.Len(t, traces, stats.Traces)
	slices.Sort(traces)
	return traces, stats
}

func describe(tr *pythia.Trace) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", tr.ID, tr.RequestType)
	for i, s := range tr.Spans {
		fmt.Fprintf(&b, " [%s<%d %s %d+%d %v]", s.ID, tr.Parent(i), s.Point, s.StartNanos, s.DurationNanos(), s.Attrs)
	}
	return b.String()
}

// file writes content to a file.
func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "traces")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func zipped(content string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, content)
	_ = z.Close()
	return b.String()
}

// otlpSpan is a document of one span; numbers name the trace, the span and its parent.
func otlpSpan(trace, span, parent int) string {
	return fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s%d"}}]},"scopeSpans":[{"spans":[`+
		`{"traceId":"%032x","spanId":"%016x","parentSpanId":"%s","name":"op%d","startTimeUnixNano":"%d","endTimeUnixNano":"%d"}]}]}]}`,
		span%3, trace, span, parentID(parent), span, 1700000000000000000+span*1000, 1700000000000900000-span*1000)
}

func parentID(parent int) string {
	if parent == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", parent)
}

func osprofilerLine(base string) string {
	point := func(name, second string) string {
		return fmt.Sprintf(`{"name":%q,"base_id":%q,"trace_id":"1","parent_id":%q,"timestamp":"2026-11-23T01:01:%s","project":"glance","service":"api","info":{"host":"h"}}`,
			name, base, base, second)
	}
	return fmt.Sprintf(`{"base_id":%q,"type":"image_list","points":[%s,%s]}`, base, point("wsgi-start", "10"), point("wsgi-stop", "11"))
}

func zipkinSpan(trace, span int) string {
	return fmt.Sprintf(`{"traceId":"%016x","id":"%016x","name":"op","timestamp":1700000000000000,"duration":5,"localEndpoint":{"serviceName":"s"}}`, trace, span)
}

func jaegerSpans(trace string) string {
	return fmt.Sprintf(`{"traceID":%q,"spans":[{"spanID":"a","operationName":"op","startTime":1700000000000000,"duration":5,"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}`, trace)
}

func toProto(t testing.TB, document string) string {
	var u ptrace.JSONUnmarshaler
	traces, err := u.UnmarshalTraces([]byte(document))
	require.NoError(t, err)
	var m ptrace.ProtoMarshaler
	message, err := m.MarshalTraces(traces)
	require.NoError(t, err)
	return string(message)
}

func delimited(messages ...string) (all string) {
	for _, m := range messages {
		all += string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + m
	}
	return all
}

// element takes the element out of a document of one resource.
func element(document string) string {
	return strings.TrimSuffix(strings.TrimPrefix(document, `{"resourceSpans":[`), `]}`)
}

// pretty indents every level by a line of its own, as json.Indent does.
func pretty(document string) string {
	return strings.NewReplacer(`,"`, ",\n  \"", `[{`, "[\n {\n", `}]`, "\n}\n]", `},{`, "},\n{").Replace(document)
}

// formats are two traces each.
func formats(t testing.TB) map[string]string {
	a, b := otlpSpan(1, 1, 0), otlpSpan(2, 1, 0)
	point := strings.TrimSuffix(strings.SplitAfterN(osprofilerLine("A"), `"points":[`, 2)[1], `]}`)
	tree := func(base string) string {
		return fmt.Sprintf(`{"info":{"name":"total"},"children":[{"info":{"project":"p","service":"s","name":"db","started":0,"finished":3},"parent_id":%q,"trace_id":"1","children":[]}],"stats":{}}`, base)
	}
	return map[string]string{
		"OTLP lines":            a + "\n" + b + "\n",
		"OTLP lines, no end":    a + "\n\n" + b,
		"OTLP lines, CRLF":      a + "\r\n" + b + "\r\n",
		"OTLP document":         `{"resourceSpans":[` + element(a) + "," + element(b) + `]}`,
		"OTLP pretty":           pretty(`{"other":{"x":[1]},"resourceSpans":[` + element(a) + "," + element(b) + `]}`),
		"OTLP documents":        pretty(a) + "\n" + pretty(b),
		"OTLP with mark":        "\xef\xbb\xbf" + a + "\n" + b,
		"OTLP protobuf":         toProto(t, a) + toProto(t, b),
		"OTLP delimited":        delimited(toProto(t, a), toProto(t, b)),
		"Jaeger":                `{"data":[` + jaegerSpans("1") + "," + jaegerSpans("2") + `],"total":0,"errors":null}`,
		"Jaeger pretty":         "\n" + pretty(`{"total":0,"data":[`+jaegerSpans("1")+","+jaegerSpans("2")+`]}`),
		"Jaeger lines":          jaegerSpans("1") + "\n" + jaegerSpans("2"),
		"Jaeger list":           "[" + jaegerSpans("1") + ",\n" + jaegerSpans("2") + "]",
		"Zipkin":                "[" + zipkinSpan(1, 1) + "," + zipkinSpan(2, 1) + "]",
		"Zipkin traces":         "[[" + zipkinSpan(1, 1) + "],\n[" + zipkinSpan(2, 1) + "]]",
		"Zipkin lines of spans": zipkinSpan(1, 1) + "\n" + zipkinSpan(2, 1),
		"Zipkin lines of lists": "[" + zipkinSpan(1, 1) + "]\n[" + zipkinSpan(2, 1) + "]\n",
		"OSProfiler":            osprofilerLine("A") + "\n" + osprofilerLine("B") + "\n",
		"OSProfiler list":       "[" + point + ",\n" + strings.ReplaceAll(point, `"A"`, `"B"`) + "]",
		"OSProfiler lists":      "[" + point + "]\n[" + strings.ReplaceAll(point, `"A"`, `"B"`) + "]",
		"OSProfiler trees":      pretty(tree("A")) + "\n" + pretty(tree("B")),
		"mixed":                 osprofilerLine("A") + "\n" + jaegerSpans("1"),
	}
}

func TestFormats(t *testing.T) {
	for name, content := range formats(t) {
		t.Run(name, func(t *testing.T) {
			plain, stats := read(t, Options{}, file(t, content))
			require.Empty(t, stats.Problems)
			require.Zero(t, stats.Rejected)
			require.Equal(t, 1, stats.Files)
			require.Equal(t, 2, stats.Traces)
			require.Equal(t, 2, stats.Spans)
			fromZip, _ := read(t, Options{}, file(t, zipped(content[:len(content)/2])+zipped(content[len(content)/2:])))
			require.Equal(t, plain, fromZip)
			fromStdin, _ := read(t, Options{Stdin: strings.NewReader(content)}, "-")
			require.Equal(t, plain, fromStdin)
		})
	}
}

func TestScatteredSpans(t *testing.T) {
	first := file(t, otlpSpan(1, 2, 1)+"\n"+otlpSpan(2, 1, 0)+"\n"+otlpSpan(1, 4, 2))
	second := file(t, toProto(t, otlpSpan(1, 1, 0)))
	traces, stats := read(t, Options{Workers: 3}, first, second)
	require.Equal(t, 2, stats.Traces)
	require.Equal(t, 4, stats.Spans)
	require.Empty(t, stats.Repairs.ByName())
	require.Contains(t, traces[0], "[0000000000000004<1")
}

func TestOpenSpansAreBounded(t *testing.T) {
	var lines []string
	for i := 1; i <= 50; i++ {
		lines = append(lines, otlpSpan(i, 1, 0))
	}
	lines = append(lines, otlpSpan(1, 2, 1))
	_, stats := read(t, Options{Workers: 1, MaxOpenSpans: 10}, file(t, strings.Join(lines, "\n")))
	require.Equal(t, 51, stats.Traces)
	require.Equal(t, map[string]int{"split_trace": 1, "missing_parent": 1}, stats.Repairs.ByName())
}

func TestTracesStillGrowingStayOpen(t *testing.T) {
	var lines []string
	for i := 1; i <= 8; i++ {
		lines = append(lines, otlpSpan(1, i, i-1), otlpSpan(100+i, 1, 0))
	}
	_, stats := read(t, Options{Workers: 1, MaxOpenSpans: 12}, file(t, strings.Join(lines, "\n")))
	require.Equal(t, 9, stats.Traces)
	require.Empty(t, stats.Repairs.ByName())
}

func TestAnyNumberOfWorkersTellsTheSame(t *testing.T) {
	var lines []string
	for span := 1; span <= 40; span++ {
		for trace := 1; trace <= 60; trace++ {
			lines = append(lines, otlpSpan(trace, span, span-1))
		}
	}
	lines = append(lines, lines[:700]...) // duplicates
	for i := 7; i < len(lines); i += 13 {
		lines[i] = "broken"
	}
	path := file(t, strings.Join(lines, "\n"))
	want, wantStats := read(t, Options{Workers: 1}, path)
	require.Len(t, wantStats.Problems, maxProblems)
	for _, workers := range []int{2, 8} {
		got, stats := read(t, Options{Workers: workers}, path)
		require.Equal(t, want, got)
		require.Equal(t, wantStats, stats)
	}
}

func TestWorkersDoNotOverlap(t *testing.T) {
	path := file(t, strings.Repeat(osprofilerLine("A")+"\n", 5000))
	busy := make([]int, 4) // the race detector watches
	stats, err := Read(context.Background(), []string{path}, Options{Workers: 4}, func(w int, _ *pythia.Trace) { busy[w]++ })
	require.NoError(t, err)
	require.Equal(t, 5000, stats.Traces)
	require.Equal(t, 5000, busy[0]+busy[1]+busy[2]+busy[3])
}

func TestProgress(t *testing.T) {
	path := file(t, strings.Repeat(osprofilerLine("A")+"\n", 3000))
	var last Progress
	_, stats := read(t, Options{Progress: func(p Progress) { last = p }}, path)
	require.True(t, stats.Usable())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, Progress{File: path, Bytes: info.Size(), Size: info.Size(), Records: 3000}, last)
}
