package localize

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pythia-trace/pythia"
)

// part is an edge's contribution to a place within one group. An edge can belong to two places: see blame.
type part struct {
	edge   *edgeShare
	weight float64 // of the edge, in (0,1]
	stake  float64 // seconds
}

// placeInGroup is a place with all that contributes to it in one group.
type placeInGroup struct {
	group *groupAnalysis
	stake float64
	parts []part
}

// place is a place over all groups, its groups ordered by stake.
type place struct {
	key    placeKey
	stake  float64
	groups []*placeInGroup
}

// weigh gives the stake of an edge in its group: for variation, what its taking longer adds to the standard deviation; for a change, what it
// adds to the mean.
type weigh func(g *groupAnalysis, e *edgeShare) float64

// places adds up the stakes of all edges by place, most at stake first.
func (a *analysis) places(include func(*groupAnalysis) bool, w weigh) []*place {
	b := newBlame(a.groups, include, w)
	index := make(map[placeKey]*place)
	for _, g := range a.groups {
		if !include(g) {
			continue
		}
		for i := range g.edges {
			e := &g.edges[i]
			stake := w(g, e)
			callers := b.callersShare(e)
			addPart(index, e.place(e.key), g, part{e, 1 - callers, (1 - callers) * stake})
			if callers > 0 {
				addPart(index, e.callersPlace(), g, part{e, callers, callers * stake})
			}
		}
	}
	return sorted(index)
}

func addPart(index map[placeKey]*place, key placeKey, g *groupAnalysis, p part) {
	if p.weight == 0 {
		return
	}
	at := index[key]
	if at == nil {
		at = &place{key: key}
		index[key] = at
	}
	if n := len(at.groups); n == 0 || at.groups[n-1].group != g {
		at.groups = append(at.groups, &placeInGroup{group: g})
	}
	in := at.groups[len(at.groups)-1]
	in.parts = append(in.parts, p)
	in.stake += p.stake
	at.stake += p.stake
}

func sorted(index map[placeKey]*place) []*place {
	places := make([]*place, 0, len(index))
	for _, p := range index {
		slices.SortStableFunc(p.groups, func(x, y *placeInGroup) int { return cmp.Compare(y.stake, x.stake) })
		places = append(places, p)
	}
	slices.SortFunc(places, func(x, y *place) int {
		return cmp.Or(cmp.Compare(y.stake, x.stake), x.key.point.Compare(y.key.point), cmp.Compare(x.key.callee, y.key.callee),
			compareBool(x.key.call, y.key.call))
	})
	return places
}

// dominance is how much of a place's stake one edge must carry for the edge to be named instead of the span.
const dominance = 0.6

// narrow returns the parts that a finding names: the single edge that dominates, else all.
func (p *placeInGroup) narrow() []part {
	byEdge := p.byStake()
	if byEdge[0].stake >= dominance*p.stake && byEdge[0].weight > 0.5 {
		return byEdge[:1]
	}
	return byEdge
}

// byStake returns the parts, the one with most at stake first.
func (p *placeInGroup) byStake() []part {
	parts := slices.Clone(p.parts)
	slices.SortStableFunc(parts, func(x, y part) int { return cmp.Compare(y.stake, x.stake) })
	return parts
}

// locate names the place that parts make up; the first part is the one with most at stake.
func (c *catalogue) locate(key placeKey, parts []part) pythia.Location {
	e := parts[0].edge
	l := pythia.Location{Kind: pythia.LocationSpan, Point: key.point, Callee: key.callee, Stack: c.stack(e.key.owner)}
	l.From, l.To = pythia.Event{Point: key.point}, pythia.Event{Point: key.point, End: true}
	if n := len(l.Stack); n > 1 && e.owner != key.point {
		l.Stack = slices.Clip(l.Stack[:n-1]) // the caller's
	}
	if len(parts) == 1 && e.owner == key.point {
		l.From, l.To = c.events(e.key)
	}
	if !key.call {
		l.Callees = calleesOf(parts)
	}
	switch {
	case key.call:
		l.Kind = pythia.LocationCall
	case l.From.Point != key.point || l.To.Point != key.point || key.point == pythia.TracePointID{}:
		l.Kind = pythia.LocationGap
	}
	return l
}

// calleesOf returns the services that the parts call, if most of what is at stake is in calls.
func calleesOf(parts []part) []string {
	var inCalls, all float64
	callees := make(map[string]struct{})
	for _, p := range parts {
		all += p.stake
		if p.edge.key.flags.has(flagCall) {
			inCalls += p.stake
			callees[p.edge.callee] = struct{}{}
		}
	}
	if inCalls <= all/2 {
		return nil
	}
	return slices.Sorted(maps.Keys(callees))
}

// seriesOf returns, for each workflow of the group's sample, the seconds spent on the parts, and the same less what is explained by their being
// passed or not. They are there for as long as the analysis.
func (g *groupAnalysis) seriesOf(parts []part) (all, varying []float64) {
	for i := range g.sums {
		if s := &g.sums[i]; s.of(parts) {
			return s.all, s.varying
		}
	}
	n := len(g.exemplars)
	both := g.in.workspace.sums.take(2 * n)
	all, varying = both[:n:n], both[n:]
	for _, p := range parts {
		for _, r := range g.rowsOf(p.edge.index) {
			all[r.row] += p.weight * float64(r.nanos) / 1e9
		}
	}
	g.varyingOf(parts, varying)
	g.sums = append(g.sums, partsSeries{parts, all, varying})
	return all, varying
}

// partsSeries is kept, since the same parts are looked at again: a place may vary or be slow, and be narrowed to the only edge that it has.
type partsSeries struct {
	parts        []part
	all, varying []float64
}

func (s *partsSeries) of(parts []part) bool {
	return slices.EqualFunc(s.parts, parts, func(a, b part) bool { return a.edge == b.edge && a.weight == b.weight })
}

// varyingOf adds the second of these to series, which it returns.
func (g *groupAnalysis) varyingOf(parts []part, series []float64) []float64 {
	for _, p := range parts {
		for _, r := range g.rowsOf(p.edge.index) {
			series[r.row] += p.weight * (float64(r.nanos) - p.edge.expected(r.count)) / 1e9
		}
	}
	return series
}

// edgeRow is what one workflow of the sample spent on an edge.
type edgeRow struct {
	row, count int32
	nanos      int64
}

// rowsOf returns the workflows of the sample that pass an edge, in order. The table is made once, in one piece.
func (g *groupAnalysis) rowsOf(edge int32) []edgeRow {
	if g.rows == nil {
		g.readRows()
	}
	return g.rows[g.rowsAt[edge]:g.rowsAt[edge+1]]
}

func (g *groupAnalysis) readRows() {
	read := g.readPaths()
	at := make([]int32, len(g.accumulator.edges)+2) // first, how many there are of the edge before the last
	for i := range read {
		at[read[i].edge+2]++
	}
	for i := range len(at) - 1 {
		at[i+1] += at[i]
	}
	// Now at[i+1] is where the rows of the i-th edge begin. It moves on as they are filled in, to where those of the next begin.
	g.rows = g.in.workspace.rows.take(len(read))
	for i := range read {
		next := &at[read[i].edge+1]
		g.rows[*next] = read[i].edgeRow
		*next++
	}
	g.rowsAt = at[:len(at)-1]
}

// readPaths reads what the workflows of the sample have passed, one after the other, in memory that is used again for the next group.
func (g *groupAnalysis) readPaths() []rowOfEdge {
	const perEdge = 4 // bytes of a path, at least: nobody measures edges of a few nanoseconds
	size := 0
	for _, x := range g.exemplars {
		size += len(x.path)
	}
	read := slices.Grow(g.in.read[:0], size/perEdge)
	for row, x := range g.exemplars {
		for s := range x.passed {
			read = append(read, rowOfEdge{edgeRow{int32(row), s.count, s.nanos}, s.edge})
		}
	}
	g.in.read = read
	return read
}

type rowOfEdge struct {
	edgeRow
	edge int32
}

// expected is what passing an edge that often takes on average, in nanoseconds; 0 for a steady one, whose iterations are to blame too.
func (e *edgeShare) expected(count int32) float64 {
	if e.steady {
		return 0
	}
	return float64(count) * e.perCall
}
