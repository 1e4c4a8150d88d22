package load

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sent is a span, and in which message it was.
type sent struct {
	ptrace.Span
	message int
}

// spans decodes what was sent.
func spans(t *testing.T, traffic *Traffic) (all []sent) {
	size := 0
	for i, m := range traffic.Messages {
		size += len(m)
		decoded, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(m)
		require.NoError(t, err)
		require.LessOrEqual(t, decoded.SpanCount(), batchSpans)
		require.Positive(t, decoded.SpanCount())
		of := decoded.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		for j := range of.Len() {
			all = append(all, sent{of.At(j), i})
		}
	}
	require.Len(t, all, traffic.Spans)
	require.Equal(t, size, traffic.Bytes)
	return all
}

// TestTracesAreWhole: all spans are there, once, with their parents, within them, and one root a request.
func TestTracesAreWhole(t *testing.T) {
	traffic := Shop(500, 1)
	byID := make(map[pcommon.SpanID]sent)
	all := spans(t, traffic)
	for _, s := range all {
		byID[s.SpanID()] = s
	}
	require.Len(t, byID, traffic.Spans)
	roots := make(map[pcommon.TraceID]bool)
	for _, s := range all {
		if s.ParentSpanID().IsEmpty() {
			require.False(t, roots[s.TraceID()])
			roots[s.TraceID()] = true
			continue
		}
		parent := byID[s.ParentSpanID()]
		require.Equal(t, s.TraceID(), parent.TraceID())
		require.GreaterOrEqual(t, s.StartTimestamp(), parent.StartTimestamp())
		require.LessOrEqual(t, s.EndTimestamp(), parent.EndTimestamp())
	}
	require.Len(t, roots, traffic.Requests)
	require.InDelta(t, 20, float64(traffic.Spans)/float64(traffic.Requests), 2)
}

// TestSentSoon: no span waits for longer than the batch span processor lets it, so that those of one trace come within seconds.
func TestSentSoon(t *testing.T) {
	traffic := Shop(6000, 1) // 12 s
	latest := make([]pcommon.Timestamp, len(traffic.Messages))
	all := spans(t, traffic)
	for _, s := range all {
		latest[s.message] = max(latest[s.message], s.EndTimestamp())
	}
	newest := pcommon.Timestamp(0) // of all that was sent before
	for i, s := range all {
		if i == 0 || s.message != all[i-1].message {
			newest = max(newest, latest[s.message])
		}
		require.Less(t, int64(newest-s.EndTimestamp()), int64(exportEvery+1_000_000_000))
	}
}

func TestKindsAndItems(t *testing.T) {
	names := func(c Config) map[string]bool {
		found := make(map[string]bool)
		for _, s := range spans(t, New(c)) {
			if s.ParentSpanID().IsEmpty() {
				found[s.Name()] = true
			}
		}
		return found
	}
	require.Len(t, names(Config{Requests: 500}), pagesOfShop)
	require.Len(t, names(Config{Requests: 3000, Kinds: 40}), 40*pagesOfShop)
	require.Equal(t, map[string]bool{"GET /orders": true}, names(Config{Requests: 10, Items: 3}))
	require.InDelta(t, 6.5*200, float64(New(Config{Requests: 10, Items: 200}).Spans)/10, 30)
}

func TestSameSeedSameTraffic(t *testing.T) {
	require.Equal(t, Shop(200, 7), Shop(200, 7))
	require.NotEqual(t, Shop(200, 7), Shop(200, 8))
}

func TestWriteTo(t *testing.T) {
	traffic := Shop(100, 1)
	var b bytes.Buffer
	n, err := traffic.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	for _, m := range traffic.Messages {
		require.EqualValues(t, len(m), binary.BigEndian.Uint32(b.Next(4)))
		require.Equal(t, m, b.Next(len(m)))
	}
	require.Zero(t, b.Len())
}
