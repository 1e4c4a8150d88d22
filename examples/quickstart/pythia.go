package main

import (
	"context"

	"github.com/pythia-trace/pythia"
	pythiaotel "github.com/pythia-trace/pythia/adapters/otel"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/tracepoint"
)

// watch runs Pythia beside a system until ctx is done. onCycle is told what each step did, and may ask the Engine for its report.
//
// This, and what newService does, is all that it takes.
func watch(ctx context.Context, s *system, o options, onCycle func(*pythia.Engine, *pythia.Cycle)) error {
	router, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, s.controllers...)
	if err != nil {
		return err
	}
	config, err := defaults.Live(router)
	if err != nil {
		return err
	}
	var engine *pythia.Engine
	config.Loop.Interval, config.Loop.MinRequests = o.interval, o.minRequests // far less than the defaults: nobody wants to wait here
	config.Loop.Budget = o.budget
	config.Loop.OnCycle = func(c *pythia.Cycle) { onCycle(engine, c) }
	if engine, err = pythia.New(config); err != nil {
		return err
	}
	processor, err := pythiaotel.NewProcessor(pythiaotel.ProcessorConfig{Observer: engine, ReuseTraces: true, Linger: o.interval / 10})
	if err != nil {
		return err
	}
	for _, service := range s.services {
		service.sdk.RegisterSpanProcessor(processor)
	}
	return engine.Run(ctx)
}
