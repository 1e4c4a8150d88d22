package localize

import (
	"cmp"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// analysis is what one call of Localize works on.
type analysis struct {
	config      Config
	now, before *catalogue // before is nil without a baseline
	words       lexicon
	groups      []*groupAnalysis
	*workspace
}

// groupAnalysis is a group with what is derived from its moments and its sample.
type groupAnalysis struct {
	settledGroup
	in            *analysis
	*pythia.Group                   // by itself: what is made of the analysis must not keep all of it
	exemplars     []*exemplar       // by time
	totals        []float64         // seconds, as exemplars
	ascending     []float64         // the same in order, until the modes are found: all that asks for the distribution would sort them
	modeOf        []int             // as exemplars
	variance      float64           // n²·Var(T), ns²
	edges         []edgeShare       // in order of what they are
	unacceptable  bool              // says one of the metrics
	dipP          float64           // of the totals, not corrected
	columns       []pythia.Variable // built when first asked for
	varying       []float64         // see varyingTotals; built when first asked for
	varyingCut    []float64         // the same, winsorised
	sums          []partsSeries     // see seriesOf
	rows          []edgeRow         // by edge; see rowsOf
	rowsAt        []int32           // where the rows of each edge begin; one more, where they end
	totalP        float64           // of the total being as in the baseline; see compare
	shifts        []shift           // against the baseline, by index in the accumulator
}

// edgeShare is an edge's contribution to the variance of its group.
type edgeShare struct {
	index int32 // in the accumulator
	key   *edgeKey
	edgeInfo
	nanos      float64 // Σx
	count      float64 // Σc
	share      float64 // Cov(x,T)/Var(T)
	countShare float64 // μ·Cov(c,T)/Var(T)
	perCall    float64 // μ in nanoseconds
	steady     bool    // see steadyShare
}

// steadyShare is the share of a group's workflows that must pass an edge, or have its operation, for it to be a steady one. That some workflows have an
// operation and others do not says that they are different requests; a steady one that is passed repeatedly is a loop, and blamed for its
// iterations, and one that all have but few wait for, in parallel to others, is blamed for being waited for.
const steadyShare = 0.9

// stake is the seconds that the edge adds to the group's standard deviation, over all its requests, by taking longer and, if steady,
// by being passed more often.
func (g *groupAnalysis) stake(e *edgeShare) float64 {
	share := e.share
	if !e.steady {
		share -= e.countShare
	}
	return share * g.StakeSeconds()
}

// fewestTraces is how many workflows a group must have for anything to be said of it.
const fewestTraces = 8

func newAnalysis(v, before *Variance, settled []settledGroup) *analysis {
	a := &analysis{config: v.config, now: v.observer.catalogue, workspace: workspaces.Get().(*workspace)}
	a.hull.reserve(largestSample(settled))
	if before != nil {
		a.before = before.observer.catalogue
	}
	for _, s := range settled {
		a.groups = append(a.groups, a.analyse(s))
	}
	a.findModes()
	slices.SortStableFunc(a.groups, func(x, y *groupAnalysis) int {
		return cmp.Compare(y.StakeSeconds(), x.StakeSeconds())
	})
	return a
}

func largestSample(settled []settledGroup) (n int) {
	for _, s := range settled {
		n = max(n, len(s.sample.heap))
	}
	return n
}

func (a *analysis) analyse(s settledGroup) *groupAnalysis {
	g := &groupAnalysis{settledGroup: s, in: a, exemplars: s.sample.byTime(), variance: s.total.variance()}
	n := float64(s.total.n)
	g.Group = &pythia.Group{
		Key: s.key, RequestType: s.requestType, Traces: int(s.total.n), TooFew: int(s.total.n) < fewestTraces,
		MeanSeconds: s.total.t.float() / n / 1e9, StdDevSeconds: math.Sqrt(g.variance) / n / 1e9,
	}
	if g.MeanSeconds > 0 {
		g.CoV = g.StdDevSeconds / g.MeanSeconds
	}
	q := s.durations.quantiles(a.now.bins, s.total.n, []float64{.5, .95, .99})
	g.P50Seconds, g.P95Seconds, g.P99Seconds = q[0], q[1], q[2]
	if s.before != nil {
		n := float64(s.before.total.n)
		g.Before = pythia.Before{
			Traces: int(s.before.total.n), MeanSeconds: s.before.total.t.float() / n / 1e9,
			StdDevSeconds: math.Sqrt(s.before.total.variance()) / n / 1e9,
		}
	}
	g.totals = totalsOf(g.exemplars)
	g.score()
	g.decompose()
	return g
}

// score asks the metrics.
func (g *groupAnalysis) score() {
	g.ascending = ascending(g.totals)
	_, g.dipP = g.in.hull.test(g.ascending)
	g.Scores = make([]pythia.Score, 0, len(g.in.config.Metrics))
	for _, m := range g.in.config.Metrics {
		score := g.scoreBy(m.Metric)
		g.Scores = append(g.Scores, pythia.Score{Metric: m.Metric.Name(), Value: score})
		g.unacceptable = g.unacceptable || score > m.Acceptable
	}
}

// scoreBy returns what a metric says. Those of this package know no order of the durations, and are spared sorting them again.
func (g *groupAnalysis) scoreBy(m pythia.VariationMetric) float64 {
	switch m.(type) {
	case Multimodality:
		return 1 - g.dipP
	case StdDev, CoV:
		return m.Score(g.ascending)
	}
	return m.Score(g.totals)
}

// totalsOf returns the durations of a sample, in its order.
func totalsOf(sample []*exemplar) []float64 {
	totals := make([]float64, len(sample))
	for i, x := range sample {
		totals[i] = seconds(x.total)
	}
	return totals
}

func seconds(nanos int64) float64 { return float64(nanos) / 1e9 }

// decompose finds the edges' shares. Edges are ordered by what they are, for the numbers that the accumulator gives them depend on which workflow came
// first, and with them the order of floating-point sums would.
func (g *groupAnalysis) decompose() {
	order := g.in.now.order(g.accumulator)
	g.edges = g.in.workspace.edges.take(len(order))
	for at, i := range order {
		g.edges[at] = g.shareOf(i)
	}
	g.findSteady()
}

// shareOf describes the i-th edge of the accumulator.
func (g *groupAnalysis) shareOf(i int32) edgeShare {
	m, key := g.moments(i), &g.accumulator.edges[i].key
	e := edgeShare{index: i, key: key, edgeInfo: g.in.now.describe(key), nanos: m.x.float(), count: m.count().float()}
	e.perCall = e.nanos / e.count
	e.steady = float64(m.traces) >= steadyShare*float64(g.total.n)
	if g.variance > 0 {
		all, count := m.parts(g.total)
		e.share, e.countShare = all/g.variance, count/g.variance
	}
	return e
}

// findSteady finds, among the edges that not all workflows pass, those whose operation most of the sample has, on the critical path or not.
func (g *groupAnalysis) findSteady() {
	var presence map[int32]float64
	for i := range g.edges {
		e := &g.edges[i]
		if e.steady {
			continue
		}
		if presence == nil {
			presence = g.presence()
		}
		e.steady = presence[g.in.words.word(e.owner.String())] >= steadyShare*float64(len(g.exemplars))
	}
}

// presence counts the workflows of the sample that have each operation.
func (g *groupAnalysis) presence() map[int32]float64 {
	presence := make(map[int32]float64)
	for _, x := range g.exemplars {
		for c := range x.spansByPoint {
			presence[g.in.words.of(x.words, c.word)]++
		}
	}
	return presence
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// modeLevel is the significance, corrected for the number of groups, at which a group counts as multimodal.
const modeLevel = 0.05

// findModes tests all groups for multimodality together, and splits those in which it is significant.
func (a *analysis) findModes() {
	p := make([]float64, len(a.groups))
	for i, g := range a.groups {
		p[i] = 1
		if !g.TooFew {
			p[i] = g.dipP
		}
	}
	adjusted := benjaminiHochberg(p, len(p))
	for i, g := range a.groups {
		g.DipP = adjusted[i]
		g.setModes(adjusted[i] <= modeLevel)
		g.ascending = nil
	}
}

func (g *groupAnalysis) setModes(multimodal bool) {
	level := 0.0 // one mode
	if multimodal {
		level = modeLevel
	}
	for _, m := range modesOf(g.ascending, level, g.in.hull) {
		g.Modes = append(g.Modes, pythia.Mode{CenterSeconds: m.Center, LowSeconds: m.Low, HighSeconds: m.High, Share: m.Share})
	}
	g.modeOf = make([]int, len(g.totals))
	for i, t := range g.totals {
		for k := len(g.Modes) - 1; k > 0; k-- {
			if t >= g.Modes[k].LowSeconds {
				g.modeOf[i] = k
				break
			}
		}
	}
}

// unacceptable reports whether the group varies more than it may.
func (a *analysis) unacceptable(g *groupAnalysis) bool {
	return !g.TooFew && g.unacceptable && g.StdDevSeconds > a.config.NegligibleStdDev.Seconds()
}

// described returns the groups as they are reported, and ends the analysis.
func (a *analysis) described() []*pythia.Group {
	groups := make([]*pythia.Group, len(a.groups))
	for i, g := range a.groups {
		groups[i] = g.Group
	}
	return groups
}
