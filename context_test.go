package pythia_test

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

// chain makes a trace of spans that each contain the next, at points named by single letters, and returns the last span's index.
func chain(t *testing.T, points string) (*pythia.Trace, int) {
	t.Helper()
	var spans []pythia.Span
	parent := ""
	for i, p := range points {
		id := string(rune('0' + i))
		spans = append(spans, span(id, parent, int64(i), int64(100-i), named(string(p))))
		parent = id
	}
	return build(t, spans...), len(spans) - 1
}

func TestRecursionIsFolded(t *testing.T) {
	for _, c := range []struct{ points, folded string }{
		{"A", "A"},
		{"AB", "AB"},
		{"AA", "A"},
		{"AAAAB", "AB"},
		{"ABA", "A"},
		{"ABAB", "AB"},
		{"ABAC", "AC"},
		{"ABACB", "AB"},
		{"ABACAD", "AD"},
		{"ABCBD", "ABD"},
		{"ABCBDC", "ABC"},
	} {
		trace, last := chain(t, c.points)
		same, end := chain(t, c.folded)
		require.Equal(t, same.Context(end), trace.Context(last), c.points)
		require.Equal(t, same.Stack(end, 100), trace.Stack(last, 100), c.points)
		names := ""
		for _, p := range trace.Stack(last, 100) {
			names += p.Name
		}
		require.Equal(t, c.folded, names)
	}
}

func TestRecursionAmongSiblings(t *testing.T) {
	// The second B is not below the first: it is no recursion.
	trace := build(t, span("a", "", 0, 100), span("b1", "a", 1, 10, named("b")), span("c", "a", 20, 50), span("b2", "c", 21, 30, named("b")))
	require.NotEqual(t, trace.Context(1), trace.Context(3))
	require.Len(t, trace.Stack(3, 100), 3)
}

func TestContextIsTheStackOfPoints(t *testing.T) {
	trace, last := chain(t, "ABC")
	context := pythia.RootContext
	for _, p := range trace.Stack(last, 100) {
		context = context.Child(p)
	}
	require.Equal(t, context, trace.Context(last))
}

// TestContextOfStack: stacks are hashed four points at a time, and texts of any lengths side by side.
func TestContextOfStack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	text := func() string { return strings.Repeat("a\xff", r.IntN(6)) + strings.Repeat("\x00ü", r.IntN(6)) }
	for range 20_000 {
		var stack []pythia.TracePointID
		want := pythia.RootContext
		for range r.IntN(14) {
			p := pythia.TracePointID{Layer: pythia.Layer(r.IntN(256)), Scope: text(), Name: text()}
			stack, want = append(stack, p), want.Child(p)
		}
		require.Equal(t, want, pythia.ContextOf(stack), "%q", stack)
	}
}

func TestContextTellsPointsApart(t *testing.T) {
	points := []pythia.TracePointID{
		{}, {Name: "ab"}, {Scope: "ab"}, {Scope: "a", Name: "b"}, {Layer: pythia.LayerKernel, Scope: "a", Name: "b"},
		{Layer: pythia.LayerHypervisor, Scope: "a", Name: "b"}, {Scope: "a b"}, {Name: "a b"},
	}
	seen := map[pythia.ContextID]pythia.TracePointID{pythia.RootContext: {}}
	for _, p := range points {
		c := pythia.RootContext.Child(p)
		require.NotContains(t, seen, c, "%+v", p)
		seen[c] = p
	}
	ab := pythia.RootContext.Child(points[1]).Child(points[2])
	require.NotEqual(t, pythia.RootContext.Child(points[2]).Child(points[1]), ab)
}

// TestContextIsStable: what another process, or an older version, has written down must still be found. The constant was computed by
// an FNV-1a of its own; those of all layers are compared with the standard library's.
func TestContextIsStable(t *testing.T) {
	context := pythia.RootContext.Child(pythia.TracePointID{Scope: "frontend", Name: "GET /cart"})
	require.Equal(t, pythia.ContextID(0x9db3c34754210629), context)
	for layer := range 256 {
		point, context := fnv.New64a(), fnv.New64a()
		_, _ = point.Write(append([]byte{byte(layer)}, "\x00\x00\x00\x00\x00\x00\x00scope\xffname\xff"...))
		_, _ = context.Write(binary.LittleEndian.AppendUint64(nil, point.Sum64()))
		want := pythia.TracePointID{Layer: pythia.Layer(layer), Scope: "scope", Name: "name"}
		require.EqualValues(t, context.Sum64(), pythia.RootContext.Child(want))
	}
}
