package replay_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/strategy/strategytest"
)

// peer is what a world records on calls to third parties whether asked to or not. Replayed, it is an attribute like others, off until asked for.
const peer = "peer.service"

// pointsOf returns the points of a world that can be switched, and which are always on.
func pointsOf(t *testing.T, c pythia.TracePointController) (points []pythia.TracePoint, skeleton map[pythia.TracePointID]bool) {
	all, err := c.Points(t.Context())
	require.NoError(t, err)
	skeleton = make(map[pythia.TracePointID]bool)
	for _, p := range all {
		if p.AlwaysOn {
			skeleton[p.ID] = true
		} else {
			points = append(points, p)
		}
	}
	return points, skeleton
}

// playWorld returns a world's workflows of some time.
func playWorld(w *strategytest.World, d time.Duration) []*pythia.Trace {
	var traces []*pythia.Trace
	w.Run(d, func(trace *pythia.Trace) { traces = append(traces, trace) })
	return traces
}

// bright makes a world record all there is, but for the attributes that entries record when asked to: a skeleton is replayed with all that was recorded.
func bright(t *testing.T, w *strategytest.World) *strategytest.World {
	points, _ := pointsOf(t, w)
	for _, p := range points {
		require.NoError(t, w.Enable(t.Context(), p.ID))
		require.NoError(t, w.EnableAttributes(t.Context(), p.ID, p.Attributes...))
	}
	return w
}

// choice is a point switched on, for requests of some types only if there are any, with some attributes.
type choice struct {
	id         pythia.TracePointID
	selection  pythia.Selection
	attributes []string
}

func choose(r *rand.Rand, points []pythia.TracePoint, types []string) (chosen []choice) {
	odds := r.Float64()
	for _, p := range points {
		if r.Float64() > odds {
			continue
		}
		c := choice{id: p.ID}
		if r.IntN(2) == 0 {
			c.selection.RequestTypes = types[r.IntN(len(types)):]
		}
		for _, key := range p.Attributes {
			if r.IntN(2) == 0 {
				c.attributes = append(c.attributes, key)
			}
		}
		chosen = append(chosen, c)
	}
	return chosen
}

// switches is what worlds and replayed applications both offer.
type switches interface {
	pythia.TracePointController
	pythia.Selector
	pythia.AttributeSwitcher
}

func enableChosen(t *testing.T, c switches, chosen []choice) {
	for _, p := range chosen {
		require.NoError(t, c.EnableOnly(t.Context(), p.selection, p.id))
		require.NoError(t, c.EnableAttributes(t.Context(), p.id, p.attributes...))
	}
}

// enablePeers asks a replayed application for what worlds record anyway.
func enablePeers(t *testing.T, a *replay.Application) {
	points, _ := pointsOf(t, a)
	for _, p := range points {
		if slices.Contains(p.Attributes, peer) {
			require.NoError(t, a.EnableAttributes(t.Context(), p.ID, peer))
		}
	}
}

// told is what a trace says, but for its time and the name under which it was played.
func told(trace *pythia.Trace) (string, []pythia.Span) {
	id, _, _ := strings.Cut(trace.ID, "/")
	spans := slices.Clone(trace.Spans)
	for i := range spans {
		spans[i].StartNanos -= trace.StartNanos()
		spans[i].EndNanos -= trace.StartNanos()
	}
	return id + " " + trace.RequestType, spans
}

func toldOf(traces []*pythia.Trace) map[string][]pythia.Span {
	all := make(map[string][]pythia.Span)
	for _, trace := range traces {
		id, spans := told(trace)
		all[id] = spans
	}
	return all
}

// pass plays every recorded request once.
func pass(t *testing.T, a *replay.Application) (traces []*pythia.Trace) {
	for range a.Len() {
		reported := a.Next()
		require.NotNil(t, reported)
		require.Equal(t, a.Now().UnixNano(), reported.StartNanos())
		require.Equal(t, pythia.Repairs{}, reported.Repairs)
		traces = append(traces, reported)
	}
	return traces
}

// TestLikeLive: a world with some points on tells of its requests exactly what a replay of the same requests, recorded with everything on, tells with
// the same points on. What they do differ in, the tests say: the attributes of entries and [peer] above; which requests are the one in N, below; and
// those in flight when points are switched, of which a replay has none, so here worlds are switched before they begin.
func TestLikeLive(t *testing.T) {
	const long = 2 * time.Second
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			full := bright(t, strategytest.NewWorld(strategytest.WorldConfig{Seed: seed}))
			points, skeleton := pointsOf(t, full)
			a, err := replay.New(replay.Config{Traces: playWorld(full, long), Seed: seed})
			require.NoError(t, err)
			_, entries := pointsOf(t, a)
			require.Subset(t, skeleton, entries)
			require.Subset(t, full.RequestTypes(), a.RequestTypes())
			for subset := range uint64(4) {
				live := strategytest.NewWorld(strategytest.WorldConfig{Seed: seed})
				chosen := choose(rand.New(rand.NewPCG(seed, subset)), passedOnly(t, a, points), full.RequestTypes())
				enableChosen(t, live, chosen)
				enableChosen(t, a, chosen)
				enablePeers(t, a)
				require.Equal(t, toldOf(playWorld(live, long)), toldOf(pass(t, a)))
				for _, c := range chosen {
					require.NoError(t, a.Disable(t.Context(), c.id))
				}
			}
		})
	}
}

// passedOnly returns those of a world's points that the recorded requests pass: a replay has no others.
func passedOnly(t *testing.T, a *replay.Application, points []pythia.TracePoint) []pythia.TracePoint {
	recorded, _ := pointsOf(t, a)
	return slices.DeleteFunc(slices.Clone(points), func(p pythia.TracePoint) bool {
		return !slices.ContainsFunc(recorded, func(r pythia.TracePoint) bool { return r.ID == p.ID })
	})
}

// TestOneInSoMany: about one request in so many shows the points, the same at all of them, and the others nothing. Worlds draw by the trace's ID and
// replays anew in each pass, so which these are differs.
func TestOneInSoMany(t *testing.T) {
	const long, oneIn = 30 * time.Second, 4
	full := bright(t, strategytest.NewWorld(strategytest.WorldConfig{Points: 20}))
	points, skeleton := pointsOf(t, full)
	a, err := replay.New(replay.Config{Traces: playWorld(full, long), AlwaysOn: func(id pythia.TracePointID) bool { return skeleton[id] }})
	require.NoError(t, err)
	chosen := choose(rand.New(rand.NewPCG(1, 1)), passedOnly(t, a, points), full.RequestTypes())
	live := strategytest.NewWorld(strategytest.WorldConfig{Points: 20})
	hidden := toldOf(playWorld(strategytest.NewWorld(strategytest.WorldConfig{Points: 20}), long))
	enableChosen(t, live, chosen)
	shown := toldOf(playWorld(live, long))

	for i := range chosen {
		chosen[i].selection.OneIn = oneIn
	}
	enableChosen(t, a, chosen)
	enablePeers(t, a)
	drawn, times := make(map[string]int), 0
	for range 4 {
		for _, reported := range pass(t, a) {
			id, spans := told(reported)
			want := hidden[id]
			if len(spans) > len(want) {
				want = shown[id]
				drawn[id]++
			}
			if len(shown[id]) > len(hidden[id]) {
				times++
			}
			require.Equal(t, want, spans)
		}
	}
	all := 0
	for n := range maps.Values(drawn) {
		all += n
	}
	require.InDelta(t, 1./oneIn, float64(all)/float64(times), 0.04)
	require.Greater(t, len(drawn), all/2, "others in each pass")
}
