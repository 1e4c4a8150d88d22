package replay_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
)

func attrsOf(t *pythia.Trace, span string) (attrs []pythia.Attr) {
	for i := range t.Spans {
		if t.Spans[i].ID == span {
			attrs = slices.Collect(t.Spans[i].Attrs.All())
		}
	}
	return attrs
}

func TestPoints(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0)}})
	points, err := a.Points(t.Context())
	require.NoError(t, err)
	require.Equal(t, []pythia.TracePoint{
		{ID: at("bank check")}, {ID: at("bank pay"), AlwaysOn: true}, {ID: at("shop buy"), AlwaysOn: true},
		{ID: at("shop cart"), Attributes: []string{"owner", "size"}},
	}, points)
	require.Equal(t, []string{"shop buy"}, a.RequestTypes())
	_, err = a.Points(cancelled(t))
	require.Error(t, err)
}

// TestManyAttributes: a point of countless attributes has the first few.
func TestManyAttributes(t *testing.T) {
	var attrs []pythia.Attr
	for i := range 1000 {
		attrs = append(attrs, pythia.Number(fmt.Sprintf("k%03d", i), 1))
	}
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{traceOf(t, "r", spanAt("shop buy", "", 0, 9), spanAt("shop cart", "buy", 1, 2, attrs...))}})
	points, err := a.Points(t.Context())
	require.NoError(t, err)
	require.Len(t, points[1].Attributes, 200)
	require.Equal(t, "k199", points[1].Attributes[199])
}

func TestAttributes(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0)}})
	cart := at("shop cart")
	require.NoError(t, a.EnableAttributes(t.Context(), cart, "owner"))
	reported := a.Next()
	require.Equal(t, "buy (pay)", shapeOf(reported), "an attribute switches no point")
	require.Equal(t, []pythia.Attr{pythia.Number("items", 3)}, attrsOf(reported, "buy"), "the skeleton's are there")
	require.Equal(t, []pythia.Attr{pythia.Number("sum", 9)}, attrsOf(reported, "pay"))

	require.NoError(t, a.Enable(t.Context(), cart))
	reported = a.Next()
	require.Equal(t, "buy (cart (pay))", shapeOf(reported))
	require.Equal(t, []pythia.Attr{pythia.String("owner", "ann")}, attrsOf(reported, "cart"))
	require.NoError(t, a.EnableAttributes(t.Context(), cart, "size"))
	require.Equal(t, []pythia.Attr{pythia.Number("size", 7), pythia.String("owner", "ann")}, attrsOf(a.Next(), "cart"), "in the order recorded")
	require.NoError(t, a.DisableAttributes(t.Context(), cart, "owner"))
	require.Equal(t, []pythia.Attr{pythia.Number("size", 7)}, attrsOf(a.Next(), "cart"))
	require.NoError(t, a.Disable(t.Context(), cart))
	require.NoError(t, a.Enable(t.Context(), cart))
	require.Empty(t, attrsOf(a.Next(), "cart"), "they went off with the point")
	require.ErrorIs(t, a.EnableAttributes(t.Context(), cart, "size", "sum"), pythia.ErrUnknownAttribute)
	require.Len(t, attrsOf(a.Next(), "cart"), 1, "all that can be done is done")
}

// TestLease: points go off by the application's clock, and their attributes with them.
func TestLease(t *testing.T) {
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0)}, RequestsPerSecond: 1})
	cart := at("shop cart")
	require.NoError(t, a.EnableFor(t.Context(), 3*time.Second, cart, at("shop buy")))
	require.NoError(t, a.EnableAttributes(t.Context(), cart, "size"))
	for range 2 {
		require.Len(t, attrsOf(a.Next(), "cart"), 1)
		require.Equal(t, []pythia.TracePointID{cart}, a.On())
	}
	require.Equal(t, "buy (pay)", shapeOf(a.Next()), "the lease has ended when the third begins")
	require.Empty(t, a.On())
	require.NoError(t, a.Enable(t.Context(), cart))
	require.Empty(t, attrsOf(a.Next(), "cart"))
	require.NoError(t, a.EnableFor(t.Context(), math.MaxInt64, cart))
	require.Len(t, a.Next().Spans, 3)
	for _, lease := range []time.Duration{0, -1} {
		require.ErrorContains(t, a.EnableFor(t.Context(), lease, cart), "give a positive one")
		require.ErrorContains(t, a.EnableOnlyFor(t.Context(), lease, pythia.Selection{}, cart), "give a positive one")
	}
}

// TestSelectionIsReplaced: the last one counts, and the caller may change what it gave.
func TestSelectionIsReplaced(t *testing.T) {
	browse := traceOf(t, "b", spanAt("shop browse", "", 50, 90), spanAt("shop cart", "browse", 60, 70))
	a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0), browse}})
	require.Equal(t, []string{"shop browse", "shop buy"}, a.RequestTypes())
	types := []string{"shop buy"}
	require.NoError(t, a.EnableOnly(t.Context(), pythia.Selection{RequestTypes: types}, at("shop cart"), at("shop buy")))
	types[0] = "shop browse"
	require.Equal(t, "buy (cart (pay))", shapeOf(a.Next()))
	require.Equal(t, "browse", shapeOf(a.Next()))
	require.NoError(t, a.EnableOnly(t.Context(), pythia.Selection{RequestTypes: types}, at("shop cart"), at("shop buy")))
	require.Equal(t, "buy (pay)", shapeOf(a.Next()), "the skeleton is on for all, whatever is selected")
	require.Equal(t, "browse (cart)", shapeOf(a.Next()))
}

// TestLots: one in N is one in N, however the requests are called.
func TestLots(t *testing.T) {
	for _, oneIn := range []int{2, 3, 4, 10, 64} {
		a := newApplication(t, replay.Config{Traces: []*pythia.Trace{buy(t, "r", 0)}})
		require.NoError(t, a.EnableOnly(t.Context(), pythia.Selection{OneIn: oneIn}, at("shop cart")))
		const n = 20_000
		shown := 0
		for range n {
			shown += len(a.Next().Spans) - 2
		}
		p := 1 / float64(oneIn)
		require.InDelta(t, p, float64(shown)/n, 5*math.Sqrt(p*(1-p)/n), "one in %d", oneIn)
	}
}

// TestOptionalAttributes: of the skeleton, only what is optional need be asked for.
func TestOptionalAttributes(t *testing.T) {
	attrs := []pythia.Attr{pythia.String("http.route", "/buy"), pythia.Number("queue", 3)}
	root := spanAt("shop buy", "", 0, 100, attrs...)
	a := newApplication(t, replay.Config{
		Traces:   []*pythia.Trace{traceOf(t, "r", root)},
		Optional: func(id pythia.TracePointID, key string) bool { return id == at("shop buy") && key == "queue" },
	})
	points, err := a.Points(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"queue"}, points[0].Attributes)
	require.True(t, points[0].AlwaysOn)
	require.Equal(t, attrs[:1], attrsOf(a.Next(), "buy"))
	require.NoError(t, a.EnableAttributes(t.Context(), at("shop buy"), "queue"))
	require.Equal(t, attrs, attrsOf(a.Next(), "buy"))
	require.NoError(t, a.DisableAttributes(t.Context(), at("shop buy"), "queue"))
	require.Equal(t, attrs[:1], attrsOf(a.Next(), "buy"))
	require.ErrorIs(t, a.EnableAttributes(t.Context(), at("shop buy"), "http.route"), pythia.ErrUnknownAttribute)
}
