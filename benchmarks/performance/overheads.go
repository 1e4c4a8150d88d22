package main

import (
	"fmt"
	"time"

	"github.com/pythia-trace/pythia/benchmarks/internal/markdown"
	"github.com/pythia-trace/pythia/benchmarks/internal/overhead"
)

const (
	mostOff       = 0.005 // of what a bare request takes
	mostSkeleton  = 0.25  // of what the SDK adds to it
	spansOff      = 20    // points of a request
	overheadTime  = 4 * time.Minute
	overheadQuick = 2 * time.Second
)

// overheads is what an application pays.
type overheads struct {
	*overhead.Result
	atomic float64 // seconds for an atomic load
}

func (l *lab) measureOverhead(h *hardware) (*overheads, error) {
	l.progress.begin("overhead: a service, at full load")
	r, err := overhead.Measure(l.ctx, overhead.Options{Time: pick(l, overheadTime, overheadQuick)})
	if err != nil {
		return nil, err
	}
	return &overheads{r, h.AtomicSeconds}, nil
}

// estimated writes an estimate with its interval.
func estimated(e overhead.Estimate, in units) string {
	return spread{e.Value, e.Low, e.High, 1}.text(in)
}

func (o *overheads) bars() []bar {
	beyond := o.Of(overhead.Off).Ratio
	beyond.Value, beyond.Low, beyond.High = beyond.Value-1, beyond.Low-1, beyond.High-1
	share := func(what, beside string, e overhead.Estimate, bound float64) bar {
		return bar{What: what, Beside: beside, Asked: "≤ " + percent(bound), Figure: estimated(e, shares()), value: e.Value, bound: bound}
	}
	return []bar{
		share("a service with all points off: what the points take", "the request without any", o.Off, mostOff),
		share("a service with all points off: at full load", "the request without any", beyond, mostOff),
		share("a service with the skeleton: what it adds", "what the SDK adds, sampling all", o.SkeletonToSDK, mostSkeleton),
		share("a service with the skeleton: what it adds at full load", "what the SDK adds, sampling all", o.SkeletonToSDKAtLoad, mostSkeleton),
	}
}

// Table says what the variants take.
func (o *overheads) Table() string {
	t := markdown.Table{Heads: []string{"", "spans recorded a request", "added by instrumentation", "CPU time of a request", "times bare", "requests/s"}, Left: 1}
	for _, v := range o.Variants {
		t.Add(v.Name, count(v.Spans), estimated(v.Added, seconds()), duration(v.CPU), fmt.Sprintf("%.4f (%.4f–%.4f)", v.Ratio.Value, v.Ratio.Low, v.Ratio.High),
			count(v.PerSecond))
	}
	return t.String()
}

// Limit compares points that are off with what the hardware needs for them.
func (o *overheads) Limit() string {
	off := o.Of(overhead.Off).Added.Value
	return fmt.Sprintf("A point that is off takes %s in a loop of nothing else, and an atomic load %s. For %d of them a request takes %s, "+
		"beside %s for the atomic loads alone: %s.",
		duration(o.PointOff), duration(o.atomic), spansOff, duration(off), duration(spansOff*o.atomic), ratio(off/spansOff/o.atomic))
}

// Ended says why the measurement ended.
func (o *overheads) Ended() string {
	if o.Precise {
		return "until the intervals were narrow enough"
	}
	return "until the time was up"
}
