package tracefile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBadFiles(t *testing.T) {
	for name, c := range map[string]struct{ content, message string }{
		"empty":           {"", "is empty"},
		"white space":     {" \n\n", "unknown format"},
		"noise":           {"\x00\x01\x02 noise \xff\xfe", "unknown format"},
		"text":            {"hello\nworld\n", "unknown format"},
		"other JSON":      {`{"a":1}`, "unknown format"},
		"a number":        {`[1]`, "unknown format"},
		"empty list":      {`{"resourceSpans":[]}`, "holds no traces"},
		"no spans":        {`{"data":[{"traceID":"x","spans":[]}]}`, "holds no traces"},
		"no spans, proto": {"\n\x00", "holds no traces"},
		"zstd":            {"\x28\xb5\x2f\xfd....", "zstd"},
		"gzip of nothing": {zipped(""), "is empty"},
		"gzip header":     {"\x1f\x8b\x08", "gzip data"},
		"hostile length":  {"\x0a\xff\xff\xff\xff\x0f\x0a\x00", "too long"},
		"endless length":  {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x0a\x00", "ends in the middle"},
		"cut object":      {`{"base_id":"A","points":[{"name":"x`, "ends in the middle"},
		"deep":            {strings.Repeat(`{"a":[`, 20000), "unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, c.content)
			_, stats := read(t, Options{}, path)
			require.False(t, stats.Usable())
			require.NotEmpty(t, stats.Problems)
			require.Equal(t, path, stats.Problems[0].File)
			require.Contains(t, messages(stats), c.message)
		})
	}
}

func messages(stats Stats) string {
	var all []string
	for _, p := range stats.Problems {
		all = append(all, p.String())
	}
	return strings.Join(all, "\n")
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	good := file(t, osprofilerLine("A"))
	_, stats := read(t, Options{}, "/does/not/exist", t.TempDir(), "-", good)
	_, twice := read(t, Options{Stdin: strings.NewReader(osprofilerLine("A"))}, "-", "-")
	require.Equal(t, 1, twice.Traces)
	require.Len(t, twice.Problems, 1)
	require.Len(t, stats.Problems, 3)
	require.Contains(t, stats.Problems[0].Message, "no such file")
	require.Contains(t, stats.Problems[1].Message, "folder")
	require.Contains(t, stats.Problems[2].Message, "standard input")
	require.Equal(t, 1, stats.Files)
	require.Equal(t, 1, stats.Traces)
}

func TestBadLines(t *testing.T) {
	good := osprofilerLine("A")
	for name, c := range map[string]struct {
		lines []string
		bad   []int
	}{
		"noise":             {[]string{good, "noise", good}, []int{2}},
		"cut":               {[]string{good, good[:len(good)/2], good, "", good[:10]}, []int{2, 5}},
		"other JSON":        {[]string{good, `{"a":1}`, `7`, good}, []int{2, 3}},
		"first is noise":    {[]string{"noise", good, good}, []int{1}},
		"first is cut":      {[]string{good[:len(good)/2], good, good}, []int{1}},
		"first is cut late": {[]string{good[:len(good)-1], good, good}, []int{2}}, // noticed where the next begins
		"brackets":          {[]string{`{"points":]}`, good, good}, []int{1}},
		"inside a document": {[]string{`{"data":[`, jaegerSpans("1") + ",", "x", "]}", good, good}, []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			_, stats := read(t, Options{}, file(t, strings.Join(c.lines, "\n")))
			var bad []int
			for _, p := range stats.Problems {
				bad = append(bad, p.Line)
			}
			require.Equal(t, c.bad, bad, "%v", stats.Problems)
			require.Equal(t, len(c.bad), stats.Rejected)
			require.GreaterOrEqual(t, stats.Traces, 2)
		})
	}
}

func TestErrorsWithinARecordArePlaced(t *testing.T) {
	pretty := "{\n\n\"type\":\n\"x\",\n\"points\": [\n{\"name\": tru}\n]\n}"
	_, stats := read(t, Options{}, file(t, osprofilerLine("A")[:5]+"\n"+pretty+"\n"))
	require.Equal(t, 7, stats.Problems[len(stats.Problems)-1].Line, "%v", stats.Problems)
}

func TestTruncatedGzip(t *testing.T) {
	var lines []string
	for i := range 3000 {
		lines = append(lines, otlpSpan(i+1, 1, 0))
	}
	for name, content := range map[string]string{
		"lines":    strings.Join(lines, "\n"),
		"document": `{"data":[` + strings.Repeat(jaegerSpans("1")+",", 3000) + jaegerSpans("2") + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			whole := zipped(content)
			_, stats := read(t, Options{}, file(t, whole[:len(whole)*2/3]))
			require.Greater(t, stats.Traces, 1000)
			require.Less(t, stats.Traces, 3000)
			require.Len(t, stats.Problems, 1)
			require.Contains(t, stats.Problems[0].Message, "ends too early")
			damaged := []byte(whole)
			damaged[len(damaged)/2] ^= 0xff
			_, stats = read(t, Options{}, file(t, string(damaged)))
			require.Contains(t, messages(stats), "gzip data")
		})
	}
}

func TestTruncatedProtobuf(t *testing.T) {
	a, b := toProto(t, otlpSpan(1, 1, 0)), toProto(t, otlpSpan(2, 1, 0))
	for name, content := range map[string]string{
		"message": a + b[:len(b)-3], "delimited": delimited(a, b)[:len(a)+len(b)], "in a length": delimited(a) + "\x00\x00", "noise": a + "\x7f\x7f",
		"broken inside": a + "\x0a\x03\x0a\x7f\x00",
	} {
		t.Run(name, func(t *testing.T) {
			_, stats := read(t, Options{}, file(t, content))
			require.Equal(t, 1, stats.Traces)
			require.Equal(t, 1, stats.Rejected)
			require.Len(t, stats.Problems, 1)
		})
	}
}

func TestRecordsTooLong(t *testing.T) {
	small := osprofilerLine("A")
	long := strings.Replace(osprofilerLine("B"), `"host":"h"`, `"host":"`+strings.Repeat("h", 2*readerBuffer)+`"`, 1)
	for name, c := range map[string]struct {
		content string
		line    int
	}{
		"line":        {small + "\n" + long + "\n" + small, 2},
		"first line":  {long + "\n" + small + "\n" + small, 1},
		"short line":  {small + "\n" + strings.Replace(small, `"h"`, `"`+strings.Repeat("h", 2000)+`"`, 1) + "\n" + small, 2},
		"element":     {"{\"data\":[" + jaegerSpans("1") + ",\n" + jaegerSpans(strings.Repeat("x", 5000)) + "," + jaegerSpans("2") + "]}", 2},
		"first of []": {"[" + jaegerSpans(strings.Repeat("x", 5000)) + "," + jaegerSpans("2") + "," + jaegerSpans("1") + "]", 1},
		"member":      {"{\"x\":\"" + strings.Repeat("x", 5000) + "\",\"y\":\"" + strings.Repeat("y", 5000) + "\",\"data\":[" + jaegerSpans("1") + "," + jaegerSpans("2") + "]}", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, stats := read(t, Options{MaxRecordBytes: 1000}, file(t, c.content))
			require.Equal(t, 2, stats.Traces)
			if c.line == 0 {
				require.Empty(t, stats.Problems)
				return
			}
			require.Len(t, stats.Problems, 1)
			require.Equal(t, c.line, stats.Problems[0].Line)
			require.Contains(t, stats.Problems[0].Message, "too long")
		})
	}
	_, stats := read(t, Options{MaxRecordBytes: 1000}, file(t, "["+strings.Repeat(`{"trace_id":"1","base_id":"b"},`, 100)+"7]"))
	require.Len(t, stats.Problems, 1)
	_, stats = read(t, Options{}, file(t, small+"\n"+long+"\n"+small))
	require.Equal(t, 3, stats.Traces, "within the limit a line may be longer than the buffer")
}
