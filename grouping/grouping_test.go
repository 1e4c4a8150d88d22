package grouping_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/grouping"
)

func TestByRequestType(t *testing.T) {
	one, other := request(t, "stock Get"), request(t, "stock Get", "prices Get")
	require.Equal(t, pythia.GroupKey("web GET /"), keyOf(t, grouping.ByRequestType{}, one))
	require.Equal(t, keyOf(t, grouping.ByRequestType{}, one), keyOf(t, grouping.ByRequestType{}, other))
}

// TestWhatGroupersTellApart: each row compares a request to one that calls "stock Get" and "prices Get" one after the other.
func TestWhatGroupersTellApart(t *testing.T) {
	base := request(t, "stock Get", "prices Get")
	parallel := build(t, span("r", "", "web GET /", 0, 100), span("a", "r", "stock Get", 0, 90), span("b", "r", "prices Get", 10, 20))
	elsewhere := build(t, span("r", "", "web POST /", 0, 25), span("a", "r", "stock Get", 0, 10), span("b", "r", "prices Get", 10, 20))
	for name, c := range map[string]struct {
		trace *pythia.Trace
		apart []string
	}{
		"the same":             {request(t, "stock Get", "prices Get"), nil},
		"another order":        {request(t, "prices Get", "stock Get"), nil},
		"a loop":               {request(t, "stock Get", "stock Get", "stock Get", "prices Get"), nil},
		"three retries":        {request(t, "stock Get", "prices Get", "prices Get", "prices Get"), nil},
		"a point off":          {request(t, "stock Get", "prices Get", "prices get"), nil},
		"another point":        {request(t, "stock Get", "prices Get", "prices Put"), []string{"trace points", "critical path", "finest"}},
		"another service":      {request(t, "stock Get", "mail Get"), []string{"services", "trace points", "critical path", "finest"}},
		"in parallel":          {parallel, []string{"critical path"}},
		"another request type": {elsewhere, []string{"request type", "services", "trace points", "critical path", "finest"}},
		"a further point":      {request(t, "stock Get", "stock List", "prices Get"), []string{"trace points", "critical path", "finest"}},
	} {
		for grouper, g := range all() {
			if _, ok := g.(grouping.ByAttribute); ok {
				continue
			}
			same := keyOf(t, onSkeleton{g}, base) == keyOf(t, onSkeleton{g}, c.trace)
			require.Equal(t, !slices.Contains(c.apart, grouper), same, "%s: %s", grouper, name)
		}
	}
}

func TestByCriticalPathMeasure(t *testing.T) {
	trace := build(t, span("r", "", "web GET /", 0, 10), span("a", "r", "mail Send", 20, 30))
	done := keyOf(t, grouping.ByCriticalPath{Measure: pythia.UntilWorkDone}, trace)
	answered := keyOf(t, grouping.ByCriticalPath{Measure: pythia.UntilAnswered}, trace)
	require.Contains(t, string(done), "path:2#")
	require.Contains(t, string(answered), "path:1#")
}

func TestByCriticalPathBetweenRoots(t *testing.T) {
	trace := build(t, span("a", "", "web GET /", 0, 10), span("b", "", "web GET /", 20, 30))
	require.Contains(t, string(keyOf(t, grouping.ByCriticalPath{}, trace)), "path:1#")
}

func TestFinestLevels(t *testing.T) {
	trace := request(t, "stock Get", "prices Get", "prices get")
	key := keyOf(t, grouping.Finest{}, trace)
	levels := key.Levels()
	require.Len(t, levels, 3)
	require.Equal(t, "web GET /", levels[0])
	require.Contains(t, levels[1], "services:3#")
	require.Contains(t, levels[2], "points:4#")
	require.Contains(t, keyOf(t, onSkeleton{grouping.Finest{}}, trace).Levels()[2], "points:3#")
	require.Equal(t, keyOf(t, grouping.ByRequestType{}, trace), key.Truncate(1))
}

// TestKeysAreStable: keys written down by another process are still found. The constants are FNV-1a, computed elsewhere.
func TestKeysAreStable(t *testing.T) {
	key := keyOf(t, grouping.Finest{}, request(t, "stock Get"))
	require.Equal(t, pythia.NewGroupKey("web GET /", "services:2#e7ffdb7fef83604f", "points:2#503f54be3f0d4138"), key)
}

// TestSkeleton: hiding any points that are not always on, inner ones too, moves no request to another group.
func TestSkeleton(t *testing.T) {
	groupers := all()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		spans := randomSpans(r)
		whole, part := build(t, slices.Clone(spans)...), build(t, hide(spans, r)...)
		require.Less(t, len(part.Spans), len(whole.Spans))
		for name, g := range groupers {
			require.Equal(t, keyOf(t, onSkeleton{g}, whole), keyOf(t, onSkeleton{g}, part), "%s, seed %d", name, seed)
		}
	}
}

func TestByAttribute(t *testing.T) {
	acme := pythia.String("tenant", "acme")
	for want, spans := range map[string][]pythia.Span{
		"web GET / tenant=acme":   {span("a", "", "web GET /", 0, 9, acme), span("b", "a", "web x", 1, 2, pythia.String("tenant", "late"))},
		"web GET / tenant=below":  {span("a", "", "web GET /", 0, 9), span("b", "a", "web x", 1, 2, pythia.String("tenant", "below"))},
		"web GET / tenant=3":      {span("a", "", "web GET /", 0, 9, pythia.Number("tenant", 3))},
		"web GET / tenant=true":   {span("a", "", "web GET /", 0, 9, pythia.Bool("tenant", true))},
		"web GET / tenant=":       {span("a", "", "web GET /", 0, 9, pythia.String("tenant", ""))},
		"web GET / tenant=(none)": {span("a", "", "web GET /", 0, 9, pythia.String("region", "eu"))},
	} {
		require.Equal(t, want, keyOf(t, grouping.ByAttribute{Key: "tenant"}, build(t, spans...)).String())
	}
	process := span("a", "", "web GET /", 0, 9)
	process.Process = &pythia.Process{Attrs: []pythia.Attr{acme}}
	require.Equal(t, "web GET / tenant=acme", string(keyOf(t, grouping.ByAttribute{Key: "tenant"}, build(t, process))))
}

func TestByAttributeNested(t *testing.T) {
	trace := build(t, span("a", "", "web GET /", 0, 9, pythia.String("tenant", "acme"), pythia.String("region", "eu")))
	inner := grouping.ByAttribute{Key: "region", Within: grouping.Finest{}}
	levels := keyOf(t, grouping.ByAttribute{Key: "tenant", Within: inner}, trace).Levels()
	require.Len(t, levels, 3)
	require.Equal(t, "web GET / region=eu tenant=acme", levels[0])
	require.Equal(t, keyOf(t, grouping.Finest{}, trace).Levels()[1:], levels[1:])
}

// nothing leaves every request out.
type nothing struct{}

func (nothing) Group(*pythia.Trace) (pythia.GroupKey, bool) { return "ignored", false }

func TestByAttributeLeavesOutWhatItsGrouperDoes(t *testing.T) {
	key, ok := grouping.ByAttribute{Key: "tenant", Within: nothing{}}.Group(request(t))
	require.False(t, ok)
	require.Empty(t, key)
}

func TestGroupersTakeAnyTrace(t *testing.T) {
	unnamed := build(t, pythia.Span{ID: "a"}, pythia.Span{ID: "b", ParentID: "gone"})
	keys := make(map[pythia.GroupKey]bool)
	for _, name := range slices.Sorted(maps.Keys(all())) {
		keys[keyOf(t, all()[name], unnamed)] = true
	}
	require.Len(t, keys, len(all()))
}
