package localize

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func start(service, name string) pythia.Event { return pythia.Event{Point: point(service, name)} }
func end(service, name string) pythia.Event {
	return pythia.Event{Point: point(service, name), End: true}
}

// Each workflow has one place that varies; the finding names it.
func TestLocation(t *testing.T) {
	rng := seeded(1)
	varying := func() float64 { return 10 + 50*rng.Float64() }
	client := func(w *workflow, attrs ...pythia.Attr) {
		w.in("api", "handle", func() {
			w.span(pythia.KindClient, "api", "request", func() { w.work(varying()) }, attrs...)
		})
	}
	request, handle := point("api", "request"), point("api", "handle")
	for _, c := range []struct {
		name string
		draw func(w *workflow)
		want pythia.Location
	}{
		{"a span without children",
			func(w *workflow) { w.in("api", "handle", func() { w.step("api", "parse", varying()) }) },
			pythia.Location{Kind: pythia.LocationSpan, Point: point("api", "parse"), From: start("api", "parse"), To: end("api", "parse")}},
		{"between two children",
			func(w *workflow) {
				w.in("api", "handle", func() { w.step("api", "a", 5); w.work(varying()); w.step("api", "b", 5) })
			},
			pythia.Location{Kind: pythia.LocationGap, Point: handle, From: end("api", "a"), To: start("api", "b")}},
		{"before the first child",
			func(w *workflow) { w.in("api", "handle", func() { w.work(varying()); w.step("api", "a", 5) }) },
			pythia.Location{Kind: pythia.LocationGap, Point: handle, From: start("api", "handle"), To: start("api", "a")}},
		{"after the last child",
			func(w *workflow) { w.in("api", "handle", func() { w.step("api", "a", 5); w.work(varying()) }) },
			pythia.Location{Kind: pythia.LocationGap, Point: handle, From: end("api", "a"), To: end("api", "handle")}},
		{"the way to another service",
			func(w *workflow) {
				w.in("api", "handle", func() {
					w.span(pythia.KindClient, "api", "request", func() {
						w.work(varying())
						w.span(pythia.KindServer, "db", "serve", func() { w.work(3) })
						w.work(2)
					}, pythia.String("peer.service", "not what the child says"))
				})
			},
			pythia.Location{Kind: pythia.LocationCall, Point: request, Callee: "db", From: start("api", "request"), To: start("db", "serve")}},
		{"a call whose attribute names the callee",
			func(w *workflow) { client(w, pythia.String("peer.service", "mail")) },
			pythia.Location{Kind: pythia.LocationCall, Point: request, Callee: "mail", From: start("api", "request"), To: end("api", "request")}},
		{"a call to a database",
			func(w *workflow) { client(w, pythia.String("db.system", "redis")) },
			pythia.Location{Kind: pythia.LocationCall, Point: request, Callee: "redis", From: start("api", "request"), To: end("api", "request")}},
		{"a call to nobody knows whom",
			func(w *workflow) { client(w) },
			pythia.Location{Kind: pythia.LocationCall, Point: request, From: start("api", "request"), To: end("api", "request")}},
		{"between several roots",
			func(w *workflow) { w.step("api", "first", 5); w.work(varying()); w.step("api", "second", 5) },
			pythia.Location{Kind: pythia.LocationGap, From: end("api", "first"), To: start("api", "second")}},
	} {
		t.Run(c.name, func(t *testing.T) { requireLocated(t, c.want, c.draw) })
	}
}

// requireLocated checks that all variation is found at one location.
func requireLocated(t *testing.T, want pythia.Location, draw func(*workflow)) {
	t.Helper()
	_, found := findings(t, Config{}, 100, draw)
	require.NotEmpty(t, found)
	require.Equal(t, pythia.ReasonHighVariance, found[0].Reason)
	require.InDelta(t, 1, found[0].VarianceShare, 1e-9)
	got := found[0].Location
	got.Stack = nil
	require.Equal(t, want, got)
}

// A place that is passed in several contexts is one place; the stack is that of the context with most at stake.
func TestLocationStack(t *testing.T) {
	rng := seeded(2)
	_, found := findings(t, Config{}, 200, func(w *workflow) {
		w.in("api", "handle", func() {
			w.in("api", "read", func() { w.step("api", "lock", 5*rng.Float64()) })
			w.in("api", "write", func() { w.step("api", "lock", 50*rng.Float64()) })
		})
	})
	require.Equal(t, point("api", "lock"), found[0].Location.Point)
	require.Equal(t, []pythia.TracePointID{point("api", "handle"), point("api", "write"), point("api", "lock")}, found[0].Location.Stack)
	require.Len(t, found, 1, "%v", placesOf(found))
}

// shareAt adds up what the edges of a point carry.
func shareAt(t *testing.T, v *Variance, p pythia.TracePointID) (share, countShare float64) {
	t.Helper()
	groups := newAnalysis(v, nil, v.settle(nil)).groups
	require.Len(t, groups, 1)
	for _, e := range groups[0].edges {
		if e.owner == p {
			share, countShare = share+e.share, countShare+e.countShare
		}
	}
	return share, countShare
}

// More iterations are not slower iterations.
func TestLoops(t *testing.T) {
	rng := seeded(3)
	for _, c := range []struct {
		name      string
		count     func() int
		ms        func() float64
		wantCount float64
	}{
		{"more iterations", func() int { return 1 + rng.IntN(8) }, func() float64 { return 10 }, 1},
		{"slower iterations", func() int { return 4 }, func() float64 { return 1 + 18*rng.Float64() }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := localizer(t, Config{})
			for i := range 300 {
				w := begin(i)
				w.in("api", "handle", func() {
					for range c.count() {
						w.step("api", "iteration", c.ms())
					}
					w.work(rng.Float64())
				})
				observe(v, w.trace())
			}
			share, countShare := shareAt(t, v, point("api", "iteration"))
			require.InDelta(t, 1, share, 0.02)
			require.InDelta(t, c.wantCount*share, countShare, 0.01)
			_, found := localize(t, v)
			for _, f := range ofReason(found, pythia.ReasonHighVariance) {
				require.Equal(t, point("api", "iteration"), f.Location.Point)
				require.InDelta(t, c.wantCount*f.VarianceShare, f.CountShare, 0.01, "a reader must see which it is")
			}
		})
	}
}

// That some workflows pass a place and others do not is not the fault of the place, which takes 40 ms whenever it is passed.
func TestDetourIsNotBlamed(t *testing.T) {
	rng := seeded(4)
	_, found := findings(t, Config{}, 300, func(w *workflow) {
		w.in("api", "handle", func() {
			if rng.IntN(2) == 0 {
				w.step("api", "detour", 40)
			}
			w.step("api", "parse", 5+4*rng.Float64())
		})
	})
	require.Equal(t, []string{`high_variance: api, "parse"`}, placesOf(found))
}

func TestCountsAreVariables(t *testing.T) {
	rng := seeded(5)
	_, found := findings(t, Config{}, 100, func(w *workflow) {
		w.in("api", "handle", func() {
			for range 1 + rng.IntN(5) {
				w.step("api", "iteration", 10*rng.ExpFloat64())
			}
		}, pythia.Number("size", rng.Float64()), pythia.String("zone", string(rune('a'+rng.IntN(2)))), pythia.Number("always", 3))
	})
	var names []string
	for _, v := range found[0].Sample.Variables {
		names = append(names, v.Name)
	}
	require.Equal(t, []string{"api handle: size", "api handle: zone", "count of api iteration"}, names)
}
