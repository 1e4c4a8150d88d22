package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
)

const (
	profiled   = 30 // requests of each type that were traced fully, before
	mostPasses = 40
)

// study is an application with Pythia beside it, and what has come of it so far.
type study struct {
	recorded []*pythia.Trace
	types    []*pythia.Group // most at stake first
	app      *replay.Application
	engine   *pythia.Engine
	cycles   []*pythia.Cycle
}

// run plays the recording until Pythia knows what makes the requests vary that have most at stake.
func run(ctx context.Context, w io.Writer) (*study, error) {
	s, err := newStudy(ctx)
	if err != nil {
		return nil, err
	}
	p := printer{w}
	p.setting(s)
	for range mostPasses {
		if err := s.pass(ctx); err != nil {
			return nil, err
		}
		if err := p.cycle(s); err != nil {
			return nil, err
		}
		if s.found() != nil {
			p.result(s)
			return s, nil
		}
	}
	return nil, fmt.Errorf("the search for what makes %s vary did not end in %d passes", s.varying(), mostPasses)
}

func newStudy(ctx context.Context) (*study, error) {
	recorded, err := load(ctx)
	if err != nil {
		return nil, err
	}
	s := &study{recorded: recorded}
	if s.types, err = latencies(ctx, recorded); err != nil {
		return nil, err
	}
	known := new(searchspace.CCT)
	for _, t := range replay.Sample(recorded, profiled, 1) {
		known.Observe(t)
	}
	if s.app, err = replay.New(replay.Config{Traces: recorded, Optional: ofQueue}); err != nil {
		return nil, err
	}
	s.engine, err = newEngine(s.app, known)
	return s, err
}

// latencies has the requests summed up by type.
func latencies(ctx context.Context, recorded []*pythia.Trace) ([]*pythia.Group, error) {
	config, err := defaults.Config(pythia.UntilWorkDone)
	if err != nil {
		return nil, err
	}
	config.Grouper, config.Explainer = grouping.ByRequestType{}, nil
	e, err := pythia.New(config)
	if err != nil {
		return nil, err
	}
	for _, t := range recorded {
		e.Observe(t)
	}
	report, err := e.Report(ctx)
	if err != nil {
		return nil, err
	}
	return report.Groups, nil
}

// varying is the request type with most at stake.
func (s *study) varying() string { return s.types[0].RequestType }

// census counts the calling contexts of the requests with most at stake.
func (s *study) census() *replay.Census { return replay.TakeCensus(s.recorded, s.varying(), nil) }

// pass plays all requests once and has the Engine make a decision.
func (s *study) pass(ctx context.Context) error {
	for range s.app.Len() {
		if reported := s.app.Next(); reported != nil {
			s.engine.Observe(reported)
		}
	}
	cycle, err := s.engine.Step(ctx)
	if err == nil {
		s.cycles = append(s.cycles, cycle)
	}
	return err
}

// last is the latest cycle.
func (s *study) last() *pythia.Cycle { return s.cycles[len(s.cycles)-1] }

// found is what came out, nil as long as the search goes on.
func (s *study) found() *pythia.Diagnosis {
	for _, d := range s.last().Concluded {
		if d.RequestType == s.varying() {
			return d
		}
	}
	return nil
}

// stand is what the search for a request type has come to, nil if there was none.
func (s *study) stand(requestType string) (d *pythia.Diagnosis) {
	for _, c := range s.cycles {
		for _, of := range [][]*pythia.Diagnosis{c.Concluded, c.Searching} {
			for _, now := range of {
				if now.RequestType == requestType {
					d = now
				}
			}
		}
	}
	return d
}

// switched returns the points that a search had on at some time, and those that it has on still.
func switched(d *pythia.Diagnosis) (ever, still map[pythia.TracePointID]bool) {
	ever, still = make(map[pythia.TracePointID]bool), make(map[pythia.TracePointID]bool)
	for i := range d.Hypotheses {
		if h := &d.Hypotheses[i]; len(h.Attributes) == 0 && h.Outcome != pythia.OutcomeFailed {
			ever[h.Point] = true
			still[h.Point] = still[h.Point] || h.On()
		}
	}
	return ever, still
}
