// Package pythia finds out why requests that should perform alike do not.
//
// It takes the traces of a distributed application as workflows ([Trace], built by [NewTrace] from spans in any order), puts those together that
// are expected to perform alike ([Grouper]), finds the places of their workflows where the durations vary ([Localizer]), and the
// variables that go with the variation ([Explainer]). An [Engine] runs these steps; the package defaults wires the default ones:
//
//	config, err := defaults.Config(pythia.UntilWorkDone)
//	engine, err := pythia.New(config)
//	engine.Observe(trace) // for every trace
//	report, err := engine.Report(ctx)
//
// Beside a running application, an Engine with a [LoopConfig] also decides which trace points are on: it switches on, by a [TracePointController],
// what a [SearchStrategy] proposes from a [SearchSpace] for the place that varies, looks again, and switches off what did not help:
//
//	config, err := defaults.Live(controller)
//	engine, err := pythia.New(config)
//	go engine.Run(ctx) // and engine.Observe(trace) for every trace, by adapters/otel for example
//
// This package holds the domain types, the contracts and the Engine, and imports the standard library only. The algorithms are in grouping,
// localize, cca, searchspace and strategy, which meet in the types of this package; trace points are declared with tracepoint; reports are written
// by render; traces come in through adapters, in modules of their own.
//
// # Units
//
// Times are Unix times in nanoseconds, as int64, in fields whose names end in Nanos. Results are float64 seconds, in fields whose names end in
// Seconds. Shares are fractions: 0.83 is 83 %.
//
// # Concurrency
//
// A Trace does not change once built and may be shared. An Engine with a loop is safe for concurrent use. One without belongs to one goroutine; engines made by [Engine.Fork] take the
// traces of one goroutine each, and are then merged, with the result that one engine would have had.
//
// # Failure modes
//
// Spans are never refused for what they say: what is wrong with them is repaired as [Repair] documents, counted, and reported. Too few
// requests is an answer, [Group.TooFew].
//
// The method is that of Ates et al., "An automated, cross-layer instrumentation framework for diagnosing performance problems in
// distributed applications", SoCC 2019, and Toslali et al., "Automating instrumentation choices for performance problems in distributed
// applications with VAIF", SoCC 2021. What differs, and why, is in docs/architecture.md.
package pythia
