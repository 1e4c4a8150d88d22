package tracefile

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/otlp"
)

// wide is a span with an attribute of so many bytes.
func wide(document string, size int) string {
	return strings.Replace(document, `"name":"op`, fmt.Sprintf(`"attributes":[{"key":"k","value":{"stringValue":%q}}],"name":"op`, strings.Repeat("x", size)), 1)
}

func TestProtobufTellsTheSameAsJSON(t *testing.T) {
	var documents, messages []string
	for span := 1; span <= 30; span++ {
		for trace := 1; trace <= 20; trace++ {
			documents = append(documents, wide(otlpSpan(trace, span, span-1), trace*span*7))
			messages = append(messages, toProto(t, documents[len(documents)-1]))
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(messages), func(i, j int) {
		messages[i], messages[j] = messages[j], messages[i]
		documents[i], documents[j] = documents[j], documents[i]
	})
	want, wantStats := read(t, Options{}, file(t, strings.Join(documents, "\n")))
	half := len(messages) / 2
	mixed := []string{file(t, delimited(messages[:half]...)), file(t, strings.Join(documents[half:], "\n"))}
	for _, workers := range []int{1, 2, 8} {
		got, stats := read(t, Options{Workers: workers}, file(t, delimited(messages...)))
		require.Equal(t, want, got)
		require.Equal(t, wantStats, stats)
		got, _ = read(t, Options{Workers: workers}, mixed...)
		require.Equal(t, want, got)
	}
}

func TestOpenBytesAreBounded(t *testing.T) {
	const open = 20
	var messages []string
	for trace := 1; trace <= 50; trace++ {
		messages = append(messages, toProto(t, wide(otlpSpan(trace, 1, 0), 10<<10)))
	}
	for trace := 1; trace <= 50; trace++ {
		messages = append(messages, toProto(t, otlpSpan(trace, 2, 1)))
	}
	_, stats := read(t, Options{Workers: 1, MaxOpenSpans: open}, file(t, delimited(messages...)))
	require.Equal(t, 100, stats.Traces, "each large span closed the trace before it")
	require.Equal(t, 50, stats.Repairs.ByName()["split_trace"])
}

// What is wrong within a span costs that span, and is told of in the file that it lies in.
func TestBrokenSpansAreToldOfWithTheirFile(t *testing.T) {
	good := toProto(t, otlpSpan(1, 1, 0))
	broken := strings.Replace(good, "op1", "op\xff", 1)
	broken = strings.Replace(broken, "\x2a\x03op", "\x2a\x7fop", 1) // a name that is longer than its span
	none := toProto(t, strings.Replace(otlpSpan(1, 1, 0), fmt.Sprintf("%032x", 1), "", 1))
	require.NotEqual(t, good, broken)
	files := []string{file(t, delimited(good)), file(t, delimited(broken)), file(t, delimited(none))}
	traces, stats := read(t, Options{}, files...)
	require.Len(t, traces, 1)
	require.Equal(t, 1, stats.Spans)
	require.Equal(t, 2, stats.Rejected)
	require.Len(t, stats.Problems, 2)
	require.Equal(t, files[1], stats.Problems[0].File)
	require.Contains(t, stats.Problems[0].Message, "a span cannot be read")
	require.Equal(t, files[2], stats.Problems[1].File)
	require.Contains(t, stats.Problems[1].Message, "no trace ID")
}

func TestKeysOfTraces(t *testing.T) {
	for _, id := range []string{"", "a", "5b8efff798038103d269b633813fc60c", "5B8EFFF798038103D269B633813FC60C", strings.Repeat("0", 32), strings.Repeat("g", 32)} {
		require.Equal(t, id, keyOf(id).String())
	}
	raw, err := hex.DecodeString("5b8efff798038103d269b633813fc60c")
	require.NoError(t, err)
	require.Equal(t, traceKey{id: [16]byte(raw)}, keyOf("5b8efff798038103d269b633813fc60c"))
}

// BenchmarkProto reads spans of 2,000 traces in messages of 100.
func BenchmarkProto(b *testing.B) {
	var messages []string
	for span := 1; span <= 10; span++ {
		for first := 1; first <= 2000; first += 100 {
			var elements []string
			for trace := first; trace < first+100; trace++ {
				elements = append(elements, element(wide(otlpSpan(trace, span, span-1), 150)))
			}
			messages = append(messages, toProto(b, `{"resourceSpans":[`+strings.Join(elements, ",")+`]}`))
		}
	}
	path := file(b, delimited(messages...))
	b.ReportAllocs()
	for b.Loop() {
		stats, err := Read(b.Context(), []string{path}, Options{}, func(int, *pythia.Trace) {})
		require.NoError(b, err)
		require.Equal(b, 20_000, stats.Spans)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20_000, "ns/span")
}

// TestTracesThatLast: traces of which a span comes now and then do not keep what came in between.
func TestTracesThatLast(t *testing.T) {
	const most, lasting = 100, 5
	a := newAssembler(most)
	var d otlp.Decoder
	closed := map[string]int{}
	take := func(traces []*openTrace) []*openTrace {
		for _, o := range traces {
			for i := range o.found {
				closed[o.key.String()] += int(o.found[i].count)
			}
		}
		return traces
	}
	var spent []*openTrace
	for n := range 5000 {
		trace := lasting + n
		if n%3 == 0 {
			trace = n % lasting
		}
		b := &batch{buf: []byte(toProto(t, otlpSpan(trace+1, n+1, 0)))}
		parts, err := d.Split(b.buf)
		require.NoError(t, err)
		came := told{places: []place{{seq: n, source: parts[0].Source}}}
		came.add(&parts[0], offset(parts[0].Spans, b.buf))
		spent = take(a.add(b, &came, nil, spent))
		require.LessOrEqual(t, a.memory.weight, maxHeld*most)
	}
	for o := a.next(); o != nil; o = a.next() {
		take([]*openTrace{o})
	}
	for trace := 1; trace <= lasting; trace++ {
		require.InDelta(t, 5000/3/lasting, closed[keyOf(fmt.Sprintf("%032x", trace)).String()], 1)
	}
}

// TestReusedTraces: a trace built in the memory of others is the same while it is looked at.
func TestReusedTraces(t *testing.T) {
	var documents, messages []string
	for span := 1; span <= 20; span++ {
		for trace := 1; trace <= 30; trace++ {
			documents = append(documents, wide(otlpSpan(trace, span, span-1), trace*span%90))
			messages = append(messages, toProto(t, documents[len(documents)-1]))
		}
	}
	files := []string{file(t, delimited(messages...)), file(t, strings.Join(documents[:99], "\n"))}
	for _, open := range []int{0, 25} {
		want, _ := read(t, Options{Workers: 1, MaxOpenSpans: open}, files...)
		got, _ := read(t, Options{Workers: 1, MaxOpenSpans: open, ReuseTraces: true}, files...)
		require.Equal(t, want, got)
	}
	want, _ := read(t, Options{}, files...)
	got, _ := read(t, Options{Workers: 4, ReuseTraces: true}, files...)
	require.Equal(t, want, got)
}
