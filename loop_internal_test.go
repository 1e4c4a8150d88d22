package pythia

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noLocalizer is for loops that observe nothing.
type noLocalizer struct{ Localizer }

func (noLocalizer) Measure() Measure { return UntilWorkDone }

// TestLoopKeepsSomeHistory: the latest diagnoses. What was copied to be saved does not change meanwhile.
func TestLoopKeepsSomeHistory(t *testing.T) {
	l := newLoop(Config{Localizer: noLocalizer{}}, LoopConfig{})
	for i := range mostHistory {
		l.file(&Diagnosis{RequestType: fmt.Sprint(i)})
	}
	saved, err := l.save()
	require.NoError(t, err)
	for i := range 5 {
		l.file(&Diagnosis{RequestType: fmt.Sprint(mostHistory + i)})
	}
	require.Len(t, l.history, mostHistory)
	require.Equal(t, "5", l.history[0].RequestType)
	require.Equal(t, fmt.Sprint(mostHistory+4), l.history[mostHistory-1].RequestType)
	for i, d := range saved.History {
		require.Equal(t, fmt.Sprint(i), d.RequestType)
	}
}

// TestLoopTellsOthersFromAType of that name, which an application may give.
func TestLoopTellsOthersFromAType(t *testing.T) {
	l := newLoop(Config{Localizer: noLocalizer{}}, LoopConfig{})
	own := l.watch(otherTypes)
	for i := range maxTypes - 1 {
		l.watch(fmt.Sprint(i))
	}
	others := l.watch("new")
	require.False(t, own.others)
	require.True(t, others.others)
	require.NotSame(t, own, others)
	require.Same(t, others, l.watch("newer"))
	require.Same(t, own, l.watch(otherTypes))

	own.diagnosis = &Diagnosis{Hypotheses: []Hypothesis{{Point: usagePoint}}}
	require.Equal(t, []batch{{Selection{RequestTypes: []string{otherTypes}}, []TracePointID{usagePoint}}}, batched(l.wanted()))
	others.diagnosis = own.diagnosis
	require.Equal(t, []batch{{Selection{}, []TracePointID{usagePoint}}}, batched(l.wanted()))
}

// TestLoopBatchesByTypes, whatever is in their names.
func TestLoopBatchesByTypes(t *testing.T) {
	on := func(types ...string) *switchedOn {
		s := &switchedOn{types: make(map[string]bool)}
		for _, name := range types {
			s.types[name] = true
		}
		return s
	}
	require.Equal(t, []batch{
		{Selection{RequestTypes: []string{"a", "b"}}, []TracePointID{{Name: "2"}, {Name: "3"}}},
		{Selection{RequestTypes: []string{"a\x00b"}}, []TracePointID{{Name: "1"}}},
	}, batched(map[TracePointID]*switchedOn{{Name: "1"}: on("a\x00b"), {Name: "2"}: on("a", "b"), {Name: "3"}: on("b", "a")}))
}

// TestLoopLetsGoOfWhatIsNotListed: it may be on all the same.
func TestLoopLetsGoOfWhatIsNotListed(t *testing.T) {
	l := newLoop(Config{Localizer: noLocalizer{}}, LoopConfig{})
	l.points = []PointState{{TracePoint: TracePoint{ID: usageRoot, AlwaysOn: true}}}
	l.on = map[TracePointID]*switchedOn{usagePoint: {}, usageRoot: {attributes: map[string]bool{"key": true}}}
	ids, attributes := l.letGo()
	require.Equal(t, []TracePointID{usagePoint}, ids)
	require.Equal(t, map[TracePointID][]string{usageRoot: {"key"}}, attributes)
}

// TestLoopRefusesADamagedHistory before the developer is to read it.
func TestLoopRefusesADamagedHistory(t *testing.T) {
	l := newLoop(Config{Localizer: noLocalizer{}}, LoopConfig{})
	for _, d := range []*Diagnosis{nil, {Findings: []*Finding{nil}}, {Findings: []*Finding{{}}}} {
		require.ErrorIs(t, l.restore(&savedState{History: []*Diagnosis{{}, d}}), errUnsound)
	}
	require.NoError(t, l.restore(&savedState{History: []*Diagnosis{{}, {Findings: []*Finding{{Group: &Group{}}}}}}))
}

// TestLoopWindowForgetsWhole when no step was made for that long, and stays suspended whatever else is switched.
func TestLoopWindowForgetsWhole(t *testing.T) {
	start := time.Unix(1000, 0)
	w := window{older: pane{total: moments{N: 1}}, newer: pane{total: moments{N: 2}}, begun: start}
	w.age(start.Add(59*time.Second), time.Minute)
	require.Equal(t, 2, w.total().N)
	w = window{older: pane{total: moments{N: 1}}, newer: pane{total: moments{N: 2}}, begun: start}
	w.age(start.Add(time.Minute), time.Minute)
	require.Zero(t, w.total().N)
	require.Equal(t, start.Add(time.Minute), w.begun)
	w.skip(start)
	require.Equal(t, start.UnixNano(), w.intake.slots[3].since)
	w.suspend()
	w.skip(start)
	require.True(t, w.suspended())
}

func TestLoopTakesNoNegativeHitCost(t *testing.T) {
	standard := HitCost{CPU: DefaultSpanCPU, Bytes: DefaultSpanBytes}
	require.Equal(t, standard, HitCost{CPU: -1, Bytes: -1}.orElse(standard))
	require.Equal(t, HitCost{CPU: 0, Bytes: DefaultSpanBytes}, HitCost{}.orElse(standard))
	require.Equal(t, HitCost{CPU: 1, Bytes: 2}, HitCost{CPU: 1, Bytes: 2}.orElse(standard))
}
