package pythia_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

var errFake = errors.New("fake")

// byName groups workflows by their root's name, and leaves out those called "ignore".
type byName struct{}

func (byName) Group(t *pythia.Trace) (pythia.GroupKey, bool) {
	name := t.Spans[0].Point.Name
	return pythia.NewGroupKey(name), name != "ignore"
}

// tally is a localizer that counts workflows by group and makes up findings.
type tally struct {
	findings         int   // how many to make up
	mergeErr, locErr error // mergeErr is of merging with one that has seen something
	seen             map[pythia.GroupKey]int
	measure          pythia.Measure
}

func (l *tally) Measure() pythia.Measure { return l.measure }

func (l *tally) New() pythia.Localizer {
	return &tally{findings: l.findings, mergeErr: l.mergeErr, locErr: l.locErr, measure: l.measure, seen: map[pythia.GroupKey]int{}}
}

func (l *tally) Observe(key pythia.GroupKey, _ *pythia.Trace) { l.seen[key]++ }

func (l *tally) Merge(other pythia.Localizer) error {
	for k, n := range other.(*tally).seen {
		if l.mergeErr != nil {
			return l.mergeErr
		}
		l.seen[k] += n
	}
	return nil
}

func (l *tally) Localize(_ context.Context, baseline pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	var groups []*pythia.Group
	for _, k := range slices.Sorted(maps.Keys(l.seen)) {
		groups = append(groups, &pythia.Group{Key: k, Traces: l.seen[k]})
	}
	var findings []*pythia.Finding
	for i := range l.findings {
		f := &pythia.Finding{Rank: i + 1, Sample: &pythia.Sample{}}
		if baseline != nil {
			f.Change = &pythia.Change{BeforeTraces: baseline.(*tally).seen["a"]}
		}
		findings = append(findings, f)
	}
	return groups, findings, l.locErr
}

// explainer notes which findings it was asked about.
type explainer struct {
	asked []int
	do    func() error
}

func (e *explainer) Explain(f *pythia.Finding) ([]pythia.Explanation, error) {
	e.asked = append(e.asked, f.Rank)
	if e.do != nil {
		return nil, e.do()
	}
	return []pythia.Explanation{{Variable: fmt.Sprint("x", f.Rank)}}, nil
}

func engine(t *testing.T, c pythia.Config) *pythia.Engine {
	t.Helper()
	c.Grouper = byName{}
	if c.Localizer == nil {
		c.Localizer = &tally{findings: 15}
	}
	e, err := pythia.New(c)
	require.NoError(t, err)
	return e
}

// one makes a workflow whose root has the name, with a repair.
func one(t *testing.T, name string) *pythia.Trace {
	return build(t, span(name, "", 0, 10), span("late", name, 5, 20))
}

func report(t *testing.T, e *pythia.Engine) *pythia.Report {
	t.Helper()
	r, err := e.Report(t.Context())
	require.NoError(t, err)
	return r
}

func TestNewEngineNeedsParts(t *testing.T) {
	for _, c := range []pythia.Config{{}, {Grouper: byName{}}, {Localizer: &tally{}}} {
		_, err := pythia.New(c)
		require.ErrorContains(t, err, "defaults.Config")
	}
}

func TestEngineCountsItsInput(t *testing.T) {
	template := &tally{measure: pythia.UntilAnswered}
	e := engine(t, pythia.Config{Localizer: template})
	for _, name := range []string{"a", "b", "a", "ignore"} {
		e.Observe(one(t, name))
	}
	r := report(t, e)
	require.Equal(t, pythia.UntilAnswered, r.Measure)
	require.Equal(t, []*pythia.Group{{Key: "a", Traces: 2}, {Key: "b", Traces: 1}}, r.Groups)
	want := pythia.Input{Traces: 4, Spans: 8, Ignored: 1}
	want.Repairs.Add(pythia.RepairAsynchronous, 4)
	require.Equal(t, want, r.Input)
	require.Nil(t, r.Baseline)
	require.Empty(t, r.Findings)
	require.Nil(t, template.seen, "the template stays empty")
}

func TestEngineBaseline(t *testing.T) {
	e := engine(t, pythia.Config{})
	e.Observe(one(t, "a"))
	for _, name := range []string{"a", "a", "ignore"} {
		e.ObserveBaseline(one(t, name))
	}
	r := report(t, e)
	require.Equal(t, 1, r.Input.Traces)
	require.Equal(t, []int{3, 6, 1}, []int{r.Baseline.Traces, r.Baseline.Spans, r.Baseline.Ignored})
	require.Equal(t, 2, r.Findings[0].Change.BeforeTraces)
	e.ObserveBaseline(one(t, "a"))
	require.Equal(t, 3, r.Baseline.Traces, "a report does not change afterwards")
	require.Equal(t, 4, report(t, e).Baseline.Traces)
}

func TestEngineForkAndMerge(t *testing.T) {
	whole := engine(t, pythia.Config{})
	e := engine(t, pythia.Config{})
	forks := []*pythia.Engine{e, e.Fork(), e.Fork(), e.Fork()}
	for i := range 20 {
		name := []string{"a", "b", "ignore"}[i%3]
		whole.Observe(one(t, name))
		forks[i%4].Observe(one(t, name))
		if i%4 >= 2 { // the first two have seen no baseline
			whole.ObserveBaseline(one(t, name))
			forks[i%4].ObserveBaseline(one(t, name))
		}
	}
	for _, f := range forks[1:] {
		require.NoError(t, e.Merge(f))
	}
	require.Equal(t, report(t, whole), report(t, e))
	require.Empty(t, report(t, e.Fork()).Groups, "a fork is empty")
}

func TestEngineTopFindings(t *testing.T) {
	for top, want := range map[int]int{0: 10, 3: 3, 15: 15, 99: 15, -1: 15} {
		asked := &explainer{}
		r := report(t, engine(t, pythia.Config{TopFindings: top, Explainer: asked}))
		require.Len(t, r.Findings, want, "top %d", top)
		require.Len(t, asked.asked, want)
		for i, f := range r.Findings {
			require.Equal(t, i+1, f.Rank)
			require.Equal(t, fmt.Sprint("x", f.Rank), f.Explanations[0].Variable)
		}
	}
}

// unexplainable finds something without a sample.
type unexplainable struct{ tally }

func (l *unexplainable) New() pythia.Localizer { return l }

func (l *unexplainable) Localize(context.Context, pythia.Localizer) ([]*pythia.Group, []*pythia.Finding, error) {
	return nil, []*pythia.Finding{{Rank: 1}}, nil
}

func TestEngineExplainsSamplesOnly(t *testing.T) {
	asked := &explainer{}
	r := report(t, engine(t, pythia.Config{Localizer: &unexplainable{}, Explainer: asked}))
	require.Len(t, r.Findings, 1)
	require.Empty(t, asked.asked)
	r = report(t, engine(t, pythia.Config{})) // no explainer
	require.Nil(t, r.Findings[0].Explanations)
}

func TestEngineErrors(t *testing.T) {
	e := engine(t, pythia.Config{Localizer: &tally{locErr: errFake}})
	_, err := e.Report(t.Context())
	require.ErrorIs(t, err, errFake)

	e = engine(t, pythia.Config{Explainer: &explainer{do: func() error { return errFake }}})
	_, err = e.Report(t.Context())
	require.ErrorIs(t, err, errFake)
	require.ErrorContains(t, err, "finding 1")

	e = engine(t, pythia.Config{Localizer: &tally{mergeErr: errFake}})
	current, baselines := e.Fork(), e.Fork()
	current.Observe(one(t, "a"))
	require.ErrorIs(t, e.Merge(current), errFake)
	e.ObserveBaseline(one(t, "a"))
	baselines.ObserveBaseline(one(t, "a"))
	require.ErrorIs(t, e.Merge(baselines), errFake)
}

func TestEngineStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := &explainer{do: func() error { cancel(); return nil }}
	e := engine(t, pythia.Config{Explainer: asked})
	for range 2 { // while explaining, then from the start
		_, err := e.Report(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []int{1}, asked.asked)
	}
}

func TestEngineLogs(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	report(t, engine(t, pythia.Config{Logger: logger}))
	require.Contains(t, out.String(), "findings=15")
}
