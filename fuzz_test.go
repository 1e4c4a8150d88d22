package pythia_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// bytesPerSpan is how many bytes of fuzz input make a span; at most mostSpans are made.
const (
	bytesPerSpan = 8
	mostSpans    = 64
)

// spansOf makes spans of few IDs, points and hosts, so that they meet each other often.
func spansOf(data []byte) []pythia.Span {
	hosts := []*pythia.Process{nil, {}, {Host: "h1"}, {Host: "h2"}, {Instance: "h3"}}
	var spans []pythia.Span
	for chunk := range slices.Chunk(data, bytesPerSpan) {
		if len(chunk) < bytesPerSpan || len(spans) == mostSpans {
			break
		}
		id, parent, point, flags := chunk[0]%24, chunk[1]%26, chunk[2]%5, chunk[3]
		s := span(fmt.Sprint("s", id), "", int64(binary.LittleEndian.Uint16(chunk[4:]))%4000, 0, named(fmt.Sprint("p", point)))
		if parent > 0 {
			s.ParentID = fmt.Sprint("s", parent-1) // s24 is never there
		}
		s.EndNanos = s.StartNanos + int64(int16(binary.LittleEndian.Uint16(chunk[6:])))%4000
		s.Kind, s.Process = pythia.SpanKind(flags%5), hosts[flags/5%5]
		s.Unfinished = chunk[2] >= 200
		if chunk[2]%8 == 7 {
			s.Links, s.ParentID = []pythia.Link{{SpanID: s.ParentID}}, ""
		}
		spans = append(spans, s)
	}
	return spans
}

// FuzzNewTrace: whatever the spans, the trace is sound.
func FuzzNewTrace(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a\x00\x00\x02\x00\x00\xff\x0fb\x02\x01\x01\x10\x00\x10\x00"))
	for seed := range byte(8) {
		data := make([]byte, 12*bytesPerSpan)
		for i := range data {
			data[i] = seed*31 + byte(i*i)*(seed+3)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		spans := spansOf(data)
		trace, err := pythia.NewTrace("t", spans)
		if len(data) < bytesPerSpan {
			require.ErrorIs(t, err, pythia.ErrNoSpans)
			return
		}
		require.NoError(t, err)
		requireSound(t, trace)
		require.NotEmpty(t, trace.RequestType)
	})
}
