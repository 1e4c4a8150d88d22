package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/benchmarks/internal/load"
	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/defaults"
)

// maxOpenSpans bounds the spans of traces that are not complete yet; ten seconds of the traffic fit in twice.
const maxOpenSpans = 200_000

const (
	leastOverCounting = 2 // times as fast as the spanmetrics connector
	leastOverGrouping = 8 // and as the groupbytrace processor
)

// pipeline is what it takes to go from bytes to groups.
type pipeline struct {
	Requests, Spans, Bytes, Messages int
	Groups, Split                    int // split are the traces that were taken for complete too soon
	MaxOpenSpans                     int
	Seen                             int            // spans that the Engine has seen before
	seen                             *pythia.Engine // which it then has
	Wait                             time.Duration  // that groupbytrace waits
	contest                          *contest       // us, counting, grouping, copying
	cores                            *contest       // by cores, from one
	hotspots                         *hotspots
	PerTotal, PerLength, PerGroups   growth
}

// The contestants.
const (
	us = iota
	counting
	grouping
	copying
)

// analyse reads traffic and has an Engine for each core observe it, as a user would, and returns what they
// have seen together, and how many traces came in parts, since they were taken for complete too soon. Each of the Engines has seen already what another one
// has, if that is not nil.
func analyse(ctx context.Context, t *stored, workers int, seen *pythia.Engine) (all *pythia.Engine, split int, err error) {
	c, err := defaults.Config(pythia.UntilWorkDone)
	if err != nil {
		return nil, 0, err
	}
	if all, err = pythia.New(c); err != nil {
		return nil, 0, err
	}
	engines := []*pythia.Engine{all}
	for len(engines) < workers {
		engines = append(engines, all.Fork())
	}
	for _, e := range engines {
		if seen == nil {
			break
		}
		if err := e.Merge(seen); err != nil {
			return nil, 0, err
		}
	}
	options := tracefile.Options{Workers: workers, MaxOpenSpans: maxOpenSpans, ReuseTraces: true, Stdin: t.reader()}
	stats, err := tracefile.Read(ctx, []string{"-"}, options, func(worker int, t *pythia.Trace) { engines[worker].Observe(t) })
	if err != nil {
		return nil, 0, err
	}
	if stats.Spans != t.Spans || stats.Rejected != 0 {
		return nil, 0, fmt.Errorf("of %d spans %d were read, %d rejected", t.Spans, stats.Spans, stats.Rejected)
	}
	for _, e := range engines[1:] {
		if err := all.Merge(e); err != nil {
			return nil, 0, err
		}
	}
	return all, stats.Traces - t.Requests, nil
}

func (l *lab) measurePipeline() (*pipeline, error) {
	t := store(load.Config{Requests: pick(l, 20_000, 1_000), Seed: 1})
	p := &pipeline{Requests: t.Requests, Spans: t.Spans, Bytes: t.Bytes, Messages: len(t.Messages), MaxOpenSpans: maxOpenSpans}
	p.Wait = pick(l, 10*time.Second, 2*time.Second)
	var err error
	if p.Groups, p.Split, err = l.groups(t); err != nil {
		return nil, err
	}
	if err := p.warmUp(l); err != nil {
		return nil, err
	}
	l.progress.begin("pipeline: %d spans, beside spanmetrics and groupbytrace", t.Spans)
	if err := onCores(1, func() error { p.contest, err = l.compete(p.contestants(l.ctx, t)...); return err }); err != nil {
		return nil, err
	}
	l.progress.begin("pipeline: where the time goes")
	profile := func() error { _, _, err := analyse(l.ctx, t, 1, p.seen); return err }
	if err := onCores(1, func() error { p.hotspots, err = profiled(pick(l, 20, 2), profile); return err }); err != nil {
		return nil, err
	}
	if err := p.measureCores(l, t); err != nil {
		return nil, err
	}
	return p, p.measureGrowth(l)
}

// warmUp has an Engine see other requests of the shop first. A fresh one keeps nearly all that comes for its samples; one that has run for a while does not.
func (p *pipeline) warmUp(l *lab) error {
	for seed := range uint64(pick(l, 10, 1)) {
		l.progress.begin("pipeline: warming up, %d", seed+1)
		t := store(load.Config{Requests: p.Requests, Seed: seed + 2})
		p.Seen += t.Spans
		var err error
		if p.seen, _, err = analyse(l.ctx, t, 1, p.seen); err != nil {
			return err
		}
	}
	return nil
}

// groups is how many there are in the end, and how many traces came in parts.
func (l *lab) groups(t *stored) (groups, split int, err error) {
	e, split, err := analyse(l.ctx, t, 1, nil)
	if err != nil {
		return 0, 0, err
	}
	report, err := e.Report(l.ctx)
	if err != nil {
		return 0, 0, err
	}
	return len(report.Groups), split, nil
}

func (p *pipeline) contestants(ctx context.Context, t *stored) []contestant {
	buffer := make([]byte, 1<<20)
	return []contestant{
		us: {
			name: "Pythia: decoded, assembled, critical path, groups and edges updated",
			run:  func() error { _, _, err := analyse(ctx, t, 1, p.seen); return err },
		},
		counting: {
			name: "Collector, spanmetrics connector: decoded and counted",
			run:  func() error { return spanMetrics(ctx, t.Messages) },
		},
		grouping: {
			name:  "Collector, groupbytrace processor: decoded and assembled",
			run:   func() error { return groupByTrace(ctx, t.Messages, t.Spans, t.Requests, p.Wait) },
			again: p.waitLonger,
		},
		copying: {
			name: "a copy of the bytes, which no program can do without",
			run:  func() error { copyAll(buffer, t.Messages); return nil },
		},
	}
}

// longestWait is for a machine that is about as busy as it can be.
const longestWait = 2 * time.Minute

// waitLonger has groupbytrace wait for longer, if that is what went wrong: the machine is busy, and the messages take long to come in.
func (p *pipeline) waitLonger(err error) bool {
	if !errors.Is(err, errTooSoon) || p.Wait >= longestWait {
		return false
	}
	p.Wait *= 2
	return true
}

// copyAll copies messages, one after the other into the same place: the least that reading them takes.
func copyAll(to []byte, messages [][]byte) {
	for _, m := range messages {
		copy(to, m)
	}
}

// onCores does something with as many cores. Where several share the work, memory that goes from one core's cache to the other's costs both.
func onCores(cores int, do func() error) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	return do()
}

// measureCores has as many workers as cores do the same work, one core and then more.
func (p *pipeline) measureCores(l *lab, t *stored) error {
	var contestants []contestant
	for cores := 1; cores <= l.machine.Cores; cores *= 2 {
		contestants = append(contestants, contestant{name: fmt.Sprintf("cores: %d", cores), run: func() error {
			return onCores(cores, func() error { _, _, err := analyse(l.ctx, t, cores, p.seen); return err })
		}})
	}
	l.progress.begin("pipeline: with 1 to %d cores", l.machine.Cores)
	var err error
	p.cores, err = l.compete(contestants...)
	return err
}

// measureGrowth varies one thing at a time: how much there is in all, how long the traces are, how many groups they fall into.
func (p *pipeline) measureGrowth(l *lab) error {
	p.PerTotal, p.PerLength, p.PerGroups = growth{Name: "spans in all"}, growth{Name: "spans a trace"}, growth{Name: "request types"}
	spans := pick(l, 200_000, 4_000)
	for _, n := range pick(l, []int{10_000, 30_000, 100_000, 300_000, 1_000_000}, []int{1_000, 3_000, 9_000}) {
		if err := p.growBy(l, &p.PerTotal, load.Config{Requests: n / 20}, func(t *stored) int { return t.Spans }); err != nil {
			return err
		}
	}
	for _, items := range pick(l, []int{1, 5, 15, 50, 150, 500, 1_500}, []int{1, 5, 30}) {
		c := load.Config{Requests: max(1, spans*2/13/items), Items: items}
		if err := p.growBy(l, &p.PerLength, c, func(t *stored) int { return t.Spans / t.Requests }); err != nil {
			return err
		}
	}
	for _, kinds := range pick(l, []int{1, 4, 16, 64, 256, 1024}, []int{1, 4, 16}) {
		if err := p.growBy(l, &p.PerGroups, load.Config{Requests: spans / 20, Kinds: kinds}, func(*stored) int { return 5 * kinds }); err != nil {
			return err
		}
	}
	return nil
}

// growBy measures the CPU time of a span in some traffic.
func (p *pipeline) growBy(l *lab, g *growth, c load.Config, size func(*stored) int) error {
	c.Seed = 1
	t := store(c)
	l.progress.begin("pipeline: %s, %d", g.Name, size(t))
	took, err := l.timed(func() error { _, _, err := analyse(l.ctx, t, 1, nil); return err })
	if err != nil {
		return err
	}
	g.add(float64(size(t)), took.Median/float64(t.Spans))
	return nil
}

func (p *pipeline) bars() []bar {
	return []bar{
		timesAsFast("OTLP bytes to groups and edges", "spanmetrics", p.contest.ratio(counting, us, cpuNanos), leastOverCounting),
		timesAsFast("OTLP bytes to groups and edges", "groupbytrace", p.contest.ratio(grouping, us, cpuNanos), leastOverGrouping),
	}
}

// Table says what the contestants take for a span.
func (p *pipeline) Table() string { return contestTable(p.contest, p.Spans, us) }

// Samples is how many the profile has.
func (p *pipeline) Samples() int { return p.hotspots.samples }

// Hotspots says where the time goes.
func (p *pipeline) Hotspots() string {
	return p.hotspots.table(p.contest.of(us, cpuNanos).Median / float64(p.Spans))
}

// Cores says how the work is shared between cores.
func (p *pipeline) Cores() string {
	t := markdown.Table{Heads: []string{"cores and workers", "spans/s", "of it by one core", "CPU time a span", "times as fast as one"}, Left: 1}
	for i := range p.cores.names {
		cores := 1 << i
		perSecond := p.cores.of(i, func(c cost) float64 { return float64(p.Spans) / c.wall.Seconds() })
		t.Add(whole(cores), perSecond.text(counts()), count(perSecond.Median/float64(cores)), p.cores.of(i, cpuNanos).times(1e-9/float64(p.Spans)).text(seconds()),
			p.cores.ratio(0, i, wallNanos).text(ratios()))
	}
	return t.String()
}

// contestTable says what contestants take for each of so many spans, and how many times as much as one of them.
func contestTable(c *contest, spans int, beside int) string {
	t := markdown.Table{Heads: []string{"", "CPU time a span", "spans/s of a core", "times ours", "allocations a span", "bytes a span", "collections"}, Left: 1}
	for i, name := range c.names {
		nanos := c.of(i, cpuNanos).times(1 / float64(spans))
		t.Add(name, nanos.times(1e-9).text(seconds()), count(1e9/nanos.Median), c.ratio(i, beside, cpuNanos).text(ratios()),
			count(c.of(i, allocations).Median/float64(spans)), count(c.of(i, bytesTaken).Median/float64(spans)), count(c.of(i, collected).Median))
	}
	return t.String()
}
