package main

import (
	"math"

	"github.com/pythia-trace/pythia/adapters/otlp"
	"github.com/pythia-trace/pythia/benchmarks/internal/load"
)

const (
	leastOverPdata  = 3   // times as fast as the collector's data model
	mostAllocations = 0.2 // of a span, which it must stay below
)

// decoding is what it takes to decode messages, and nothing else.
type decoding struct {
	Spans, Bytes int
	contest      *contest // us, pdata, copying
	PerTotal     growth
}

// pdata is the contestant, beside us.
const pdata = 1

// decode has our decoder decode messages, one goroutine's worth.
func decode(messages [][]byte) error {
	var d otlp.Decoder
	for _, m := range messages {
		if _, err := d.DecodeProto(m); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) measureDecoding() (*decoding, error) {
	t := load.Shop(pick(l, 10_000, 500), 1)
	d := &decoding{Spans: t.Spans, Bytes: t.Bytes, PerTotal: growth{Name: "spans in all"}}
	l.progress.begin("decoding: %d spans, beside pdata", t.Spans)
	buffer := make([]byte, 1<<20)
	var err error
	d.contest, err = l.compete(
		contestant{name: "Pythia: spans with attributes, ready for a trace", run: func() error { return decode(t.Messages) }},
		contestant{name: "Collector, pdata", run: func() error { return decodePdata(t.Messages) }},
		contestant{name: "a copy of the bytes", run: func() error { copyAll(buffer, t.Messages); return nil }},
	)
	if err != nil {
		return nil, err
	}
	for _, requests := range pick(l, []int{100, 500, 2_000, 10_000, 40_000}, []int{50, 200, 800}) {
		t := load.Shop(requests, 1)
		l.progress.begin("decoding: %d spans", t.Spans)
		took, err := l.timed(func() error { return decode(t.Messages) })
		if err != nil {
			return nil, err
		}
		d.PerTotal.add(float64(t.Spans), took.Median/float64(t.Spans))
	}
	return d, nil
}

func (d *decoding) bars() []bar {
	allocated := d.contest.of(us, allocations).times(1 / float64(d.Spans))
	return []bar{
		timesAsFast("decoding alone", "pdata", d.contest.ratio(pdata, us, cpuNanos), leastOverPdata),
		{
			What: "decoding alone: allocations a span", Beside: "–", Asked: "< 0.2", Figure: allocated.text(counts()),
			value: allocated.Median, bound: math.Nextafter(mostAllocations, 0),
		},
	}
}

// Table says what the contestants take for a span.
func (d *decoding) Table() string { return contestTable(d.contest, d.Spans, us) }
