package pythia

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	usageRoot  = TracePointID{Name: "root"}
	usagePoint = TracePointID{Name: "point"}
)

// usageTrace is a workflow that passes the point so often.
func usageTrace(t *testing.T, times int) *Trace {
	spans := []Span{{ID: "r", Point: usageRoot, EndNanos: 1000}}
	for i := range times {
		spans = append(spans, Span{ID: fmt.Sprint(i), ParentID: "r", Point: usagePoint, StartNanos: int64(i), EndNanos: int64(i + 1)})
	}
	trace, err := NewTrace("t", spans)
	require.NoError(t, err)
	return trace
}

var switchableUsage = map[TracePointID]bool{usagePoint: true}

// profile and observe add a workflow at a time.
func (u *usage) profile(t *Trace, switchable map[TracePointID]bool) {
	var p passes
	p.profile(t, switchable)
	u.add(&p)
}

func (u *usage) observe(t *Trace, on []TracePointID, switchable map[TracePointID]bool) {
	var p passes
	p.observe(t, switchable, pointsOn(on...))
	u.add(&p)
}

func pointsOn(ids ...TracePointID) *pointSet {
	s := newPointSet(nil)
	for _, id := range ids {
		s.ids[id] = true
	}
	return s
}

// TestUsageForgets: after a change, old workflows count ever less, and numbers stay bounded.
func TestUsageForgets(t *testing.T) {
	var u usage
	on := []TracePointID{usagePoint}
	once, thrice := usageTrace(t, 1), usageTrace(t, 3)
	for range 100 * memory {
		u.observe(once, on, switchableUsage)
	}
	require.InDelta(t, 1, u.perRequest()[usagePoint], 1e-9)
	require.LessOrEqual(t, u.Points[usagePoint].Workflows, float64(2*memory))
	for range 6 * memory {
		u.observe(thrice, on, switchableUsage)
	}
	require.InDelta(t, 3, u.perRequest()[usagePoint], 0.1, "after six times the memory")
	require.NotContains(t, u.perRequest(), usageRoot, "always-on points cost nothing more")
}

// TestUsageIsAMean over the workflows that could show the point: fully traced ones, and those for which it was on.
func TestUsageIsAMean(t *testing.T) {
	var u usage
	passes := []int{2, 0, 1, 0, 0, 3}
	sum := 0
	for i, n := range passes {
		sum += n
		if i%2 == 0 {
			u.profile(usageTrace(t, n), switchableUsage)
		} else {
			u.observe(usageTrace(t, n), []TracePointID{usagePoint}, switchableUsage)
		}
	}
	require.InDelta(t, float64(sum)/float64(len(passes)), u.perRequest()[usagePoint], 1e-9)
	require.InDelta(t, float64(sum)/float64(len(passes)), u.full(), 1e-9)
	require.Equal(t, 3, u.Profiled)
}

// TestUsageOfAPointNeverPassed is nothing: it was on, and nobody came by.
func TestUsageOfAPointNeverPassed(t *testing.T) {
	var u usage
	u.observe(usageTrace(t, 0), []TracePointID{usagePoint}, switchableUsage)
	rate, seen := u.perRequest()[usagePoint]
	require.True(t, seen)
	require.Zero(t, rate)
}

// TestUsageCountsWhatIsOn: spans at points that are off for the type are those of a switch in progress.
func TestUsageCountsWhatIsOn(t *testing.T) {
	var u usage
	u.observe(usageTrace(t, 3), nil, switchableUsage)
	require.Empty(t, u.Points)
}

// TestUsageAddsManyAtOnce as it would one by one.
func TestUsageAddsManyAtOnce(t *testing.T) {
	var at, byOne usage
	var many passes
	on := pointsOn(usagePoint)
	for i, n := range []int{0, 0, 1, 0, 2, 0, 0, 3, 1} {
		trace := usageTrace(t, n)
		if i < 6 {
			many.profile(trace, switchableUsage)
			byOne.profile(trace, switchableUsage)
			continue
		}
		many.observe(trace, switchableUsage, on)
		byOne.observe(trace, []TracePointID{usagePoint}, switchableUsage)
	}
	at.add(&many)
	require.Equal(t, byOne, at)
	require.Equal(t, 3, at.SinceNew)
}

// TestUsageProfilesUntilNothingIsNew counts the workflows in a row without a new point.
func TestUsageProfilesUntilNothingIsNew(t *testing.T) {
	var u usage
	for range 5 {
		u.profile(usageTrace(t, 0), switchableUsage)
	}
	require.Equal(t, 5, u.SinceNew)
	u.profile(usageTrace(t, 1), switchableUsage)
	require.Equal(t, 0, u.SinceNew)
	u.profile(usageTrace(t, 1), switchableUsage)
	require.Equal(t, 1, u.SinceNew)
	require.Equal(t, 7, u.Profiled)
}

// TestUsageSurvivesARestart, in the same bytes whatever the order of the map.
func TestUsageSurvivesARestart(t *testing.T) {
	var u usage
	for i := range 20 {
		u.put(TracePointID{Name: fmt.Sprint(i)}, pointUsage{Spans: float64(i), Bytes: math.Pi, Workflows: 3, Profiled: 1})
	}
	saved := u.save()
	require.Equal(t, u, saved.restore())
	require.IsIncreasing(t, func() (names []string) {
		for _, id := range saved.IDs {
			names = append(names, id.Name)
		}
		return names
	}())
}

func TestUsageSizesSpans(t *testing.T) {
	small := Span{Point: usagePoint}
	large := Span{
		Point: usagePoint, Attrs: AttrsOf(String("key", "a long value of an attribute"), Number("n", 1)), Links: make([]Link, 2),
		Events: []SpanEvent{{Name: "event", Attrs: []Attr{Bool("b", true)}}},
	}
	require.Greater(t, small.size(), 50)
	require.Greater(t, large.size(), small.size()+80+28)
}
