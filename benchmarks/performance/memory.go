package main

import (
	"fmt"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/localize"
)

const (
	mostGroupBytes  = 4096
	mostSpansGrowth = 1.1 // times, from 10 to 100 million spans: flat, but for the quantile sketches that still see new durations
)

// memory is what groups take.
type memory struct {
	Rows     []groupsHeap
	Exemplar float64 // bytes of one
	PerGroup growth
	PerSpans []growth
	Capped   capped
	Sections int // of a trace's critical path
}

// groupsHeap is the heap that so many groups take after some numbers of spans.
type groupsHeap struct {
	Groups int
	spans  []float64
	heap   []float64 // of all groups, in bytes
	nanos  float64   // of CPU time for a span
}

// capped is what became of more groups than are kept.
type capped struct {
	Groups, Most  int
	Dropped       pythia.Dropped
	heap, without float64 // bytes, with more groups coming than are kept, and with just as many
}

func (l *lab) measureMemory() (*memory, error) {
	traces, err := prebuilt(pick(l, 32, 2))
	if err != nil {
		return nil, err
	}
	m := &memory{PerGroup: growth{Name: "bytes of all groups"}, Sections: len(traces[0].CriticalPath(pythia.UntilWorkDone))}
	sizes := pick(l, []int{1_000_000, 10_000_000, 30_000_000, 100_000_000}, []int{100_000, 200_000, 400_000})
	if m.Exemplar, err = l.measureExemplar(traces); err != nil {
		return nil, err
	}
	for _, groups := range pick(l, []int{1_000, 10_000, 100_000}, []int{1_000, 2_000, 4_000}) {
		row, err := l.measureGroups(groups, sizes, traces)
		if err != nil {
			return nil, err
		}
		m.Rows = append(m.Rows, *row)
		m.PerGroup.add(float64(groups), row.heap[1])
		g := growth{Name: whole(groups) + " groups", Sizes: row.spans, Values: row.heap}
		m.PerSpans = append(m.PerSpans, g)
	}
	return m, m.measureCap(l, traces)
}

// measureExemplar compares groups that keep one workflow with groups that keep eleven.
func (l *lab) measureExemplar(traces []*pythia.Trace) (float64, error) {
	l.progress.begin("memory: exemplars")
	const groups, more = 1_000, 10
	const spans = 3 * (1 + more) * groups * spansOfTrace // so that there are enough to choose from
	var taken [2]float64
	for i, size := range []int{1, 1 + more} {
		f, err := l.feed(groups, localize.Config{SampleSize: size, MaxGroups: 2 * groups}, traces)
		if err != nil {
			return 0, err
		}
		if taken[i], err = f.upTo(l, spans); err != nil {
			return 0, err
		}
	}
	return (taken[1] - taken[0]) / groups / more, nil
}

func (l *lab) measureGroups(groups int, sizes []int, traces []*pythia.Trace) (*groupsHeap, error) {
	f, err := l.feed(groups, localize.Config{SampleSize: 1, MaxGroups: 2 * groups}, traces)
	if err != nil {
		return nil, err
	}
	row := &groupsHeap{Groups: groups}
	for _, spans := range sizes {
		l.progress.begin("memory: %d groups, %d spans", groups, spans)
		before := f.at
		var taken float64
		took, err := metered(func() (err error) { taken, err = f.upTo(l, spans); return err })
		if err != nil {
			return nil, err
		}
		row.spans, row.heap = append(row.spans, float64(spans)), append(row.heap, taken)
		row.nanos = cpuNanos(took) / float64((f.at-before)*spansOfTrace)
	}
	return row, nil
}

// measureCap lets ten times as many groups come as are kept.
func (m *memory) measureCap(l *lab, traces []*pythia.Trace) error {
	m.Capped.Groups, m.Capped.Most = pick(l, 100_000, 3_000), pick(l, 10_000, 1_000)
	spans := 10 * m.Capped.Groups * spansOfTrace
	l.progress.begin("memory: %d groups of which %d are kept", m.Capped.Groups, m.Capped.Most)
	for _, run := range []struct {
		groups int
		heap   *float64
	}{{m.Capped.Most, &m.Capped.without}, {m.Capped.Groups, &m.Capped.heap}} {
		f, err := l.feed(run.groups, localize.Config{SampleSize: 2, MaxGroups: m.Capped.Most}, traces)
		if err != nil {
			return err
		}
		f.empty = heap() // the Grouper has the keys of all groups that come
		if *run.heap, err = f.upTo(l, spans); err != nil {
			return err
		}
		report, err := f.engine.Report(l.ctx)
		if err != nil {
			return err
		}
		m.Capped.Dropped = report.Dropped
	}
	return nil
}

func (m *memory) bars() (all []bar) {
	for _, r := range m.Rows {
		each := r.heap[1] / float64(r.Groups)
		all = append(all, bar{
			What: fmt.Sprintf("a group without exemplars, of %s after %s spans", whole(r.Groups), million(r.spans[1])), Beside: "–",
			Asked: "≤ " + size(mostGroupBytes), Figure: size(each - m.Exemplar), value: each - m.Exemplar, bound: mostGroupBytes,
		})
	}
	for _, r := range m.Rows {
		grown := r.heap[len(r.heap)-1] / r.heap[1]
		all = append(all, bar{
			What: fmt.Sprintf("memory of %s groups after %s spans", whole(r.Groups), million(r.spans[len(r.spans)-1])), Beside: "after " + million(r.spans[1]),
			Asked: "flat: ≤ " + ratio(mostSpansGrowth), Figure: ratio(grown), value: grown, bound: mostSpansGrowth,
		})
	}
	c := m.Capped
	return append(all, bar{
		What: fmt.Sprintf("memory when %s groups come, of which %s are kept", whole(c.Groups), whole(c.Most)), Beside: "when only these come",
		Asked: "capped: ≤ " + ratio(mostSpansGrowth), Figure: ratio(c.heap / c.without), value: c.heap / c.without, bound: mostSpansGrowth,
	})
}

// Table says what memory groups take, by the spans that were seen.
func (m *memory) Table() string {
	t := markdown.Table{Heads: []string{"groups"}, Left: 1}
	for _, spans := range m.Rows[0].spans {
		t.Heads = append(t.Heads, "after "+million(spans)+" spans")
	}
	t.Heads = append(t.Heads, "a group", "without its exemplar", "CPU time a span", "growth with spans")
	for i, r := range m.Rows {
		cells := []string{whole(r.Groups)}
		for _, h := range r.heap {
			cells = append(cells, size(h))
		}
		each := r.heap[len(r.heap)-1] / float64(r.Groups)
		t.Add(append(cells, size(each), size(each-m.Exemplar), duration(r.nanos*1e-9), m.PerSpans[i].Text())...)
	}
	return t.String()
}

// Sections is how many a critical path has, SpansOfTrace and Structures are as the code has them.
func (m *memory) SpansOfTrace() int { return spansOfTrace }
func (m *memory) Structures() int   { return structures }

// One is what an exemplar takes.
func (m *memory) One() string { return size(m.Exemplar) }

// Least is what the numbers themselves take that an exact decomposition cannot do without: for each edge a sum, a sum of squares and one of products with
// the total, of 128 bits each, and a count.
func (m *memory) Least() string { return size(float64(m.Sections) * (3*16 + 8)) }

// With and Without are what the capped groups take.
func (c capped) With() string    { return size(c.heap) }
func (c capped) Without() string { return size(c.without) }
