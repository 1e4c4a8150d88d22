package main

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
)

const (
	wideSpans, mostWide = 120_000, 50e-3 // seconds for the critical path of a wide trace of so many spans
	vastSpans, mostVast = 1_000_000, 1.0 // and of a deep and wide one
)

// paths is what single long traces take: building the workflow, and its critical path.
type paths struct {
	Wide, Vast oneTrace
	Shapes     []shapeGrowth
}

// oneTrace is what a trace of a size took, in seconds, and what a mere copy of its spans does.
type oneTrace struct {
	Spans, Sections     int
	built, walked, both spread
	copied              float64
}

// shapeGrowth is how the times grow with the spans of a trace of some shape.
type shapeGrowth struct {
	Name          string
	built, walked growth
}

func (l *lab) measurePaths(h *hardware) (*paths, error) {
	p := new(paths)
	for _, s := range shapes() {
		g := shapeGrowth{s.name, growth{Name: s.name + ": NewTrace"}, growth{Name: s.name + ": CriticalPath"}}
		for _, n := range pick(l, []int{1_000, 10_000, 120_000, 300_000, 1_000_000}, []int{1_000, 3_000, 9_000}) {
			l.progress.begin("path: %s, %d spans", s.name, n)
			one, err := l.measureTrace(s.spans(n), h)
			if err != nil {
				return nil, err
			}
			g.built.add(float64(n), one.built.Median)
			g.walked.add(float64(n), one.walked.Median)
			switch {
			case s.name == "wide" && n <= wideSpans:
				p.Wide = *one
			case s.name == "deep and wide":
				p.Vast = *one
			}
		}
		p.Shapes = append(p.Shapes, g)
	}
	return p, nil
}

// measureTrace times [pythia.NewTrace] and the critical path of a trace apart.
func (l *lab) measureTrace(spans []pythia.Span, h *hardware) (*oneTrace, error) {
	one := &oneTrace{Spans: len(spans), copied: float64(len(spans)) * float64(unsafe.Sizeof(spans[0])) / h.CopyBytesPerSecond}
	copies := 1 + 20_000/len(spans) // of a short trace, so that it takes long enough to be measured
	var traces []*pythia.Trace
	var err error
	one.built, err = l.timedOf(func() (func() error, int) {
		all := slices.Repeat([][]pythia.Span{nil}, copies)
		for i := range all {
			all[i] = slices.Clone(spans) // NewTrace takes over what it is given
		}
		return func() (err error) { traces, err = built(all); return err }, copies
	})
	if err != nil {
		return nil, err
	}
	if got := traces[0]; len(got.Spans) != len(spans) || got.Repairs != (pythia.Repairs{}) {
		return nil, fmt.Errorf("of %d spans %d were kept, repairs: %v", len(spans), len(got.Spans), got.Repairs)
	}
	one.walked, err = l.timedOf(func() (func() error, int) {
		all := slices.Repeat([][]pythia.Span{nil}, copies)
		for i := range all {
			all[i] = slices.Clone(spans)
		}
		fresh, _ := built(all) // nobody has asked these for their path yet; there is no error: it was built before
		return func() error { one.Sections = walked(fresh); return nil }, copies
	})
	one.both = spread{one.built.Median + one.walked.Median, one.built.Least + one.walked.Least, one.built.Most + one.walked.Most, one.built.Rounds}
	return one, err
}

func built(all [][]pythia.Span) (traces []*pythia.Trace, err error) {
	for _, spans := range all {
		t, err := pythia.NewTrace("trace", spans)
		if err != nil {
			return nil, err
		}
		traces = append(traces, t)
	}
	return traces, nil
}

// walked asks for the critical paths and returns how many sections the last one has.
func walked(traces []*pythia.Trace) (sections int) {
	for _, t := range traces {
		sections = len(t.CriticalPath(pythia.UntilWorkDone))
	}
	return sections
}

func (p *paths) bars() []bar {
	beside := "CRISP's Go port, published: 10 min 37 s for 119,680 spans"
	wide, vast := fmt.Sprintf("critical path of %s spans, wide", whole(p.Wide.Spans)), fmt.Sprintf("critical path of %s spans, deep and wide", whole(p.Vast.Spans))
	all := []bar{
		atMost(wide, p.Wide.walked, mostWide), atMost(wide+", with building the trace", p.Wide.both, mostWide),
		atMost(vast, p.Vast.walked, mostVast), atMost(vast+", with building the trace", p.Vast.both, mostVast),
	}
	all[1].Beside = beside
	for i := range p.Shapes {
		all = append(all, p.Shapes[i].walked.bar("critical path, growth with spans: "+p.Shapes[i].Name))
	}
	return all
}

// Table has a line for each of the traces that there is a bar for.
func (p *paths) Table() string {
	t := markdown.Table{Heads: []string{"trace", "spans", "sections", "NewTrace", "CriticalPath", "both, a span", "a copy of its spans", "both, times the copy"}, Left: 1}
	for _, one := range []struct {
		name string
		oneTrace
	}{{"wide", p.Wide}, {"deep and wide", p.Vast}} {
		t.Add(one.name, whole(one.Spans), whole(one.Sections), one.built.text(seconds()), one.walked.text(seconds()),
			duration(one.both.Median/float64(one.Spans)), duration(one.copied), ratio(one.both.Median/one.copied))
	}
	return t.String()
}

// Growth says with which exponent the times grow.
func (p *paths) Growth() string {
	t := markdown.Table{Heads: []string{"shape", "NewTrace", "CriticalPath", "n log n would be"}, Left: 1}
	for i := range p.Shapes {
		s := &p.Shapes[i]
		t.Add(s.Name, s.built.Text(), s.walked.Text(), fmt.Sprintf("%.2f", s.built.linearithmic()))
	}
	return t.String()
}
