// Package otel makes a trace point of each span that an application starts by OpenTelemetry, with no change in the application and no fork of the
// SDK. Before:
//
//	sdk := sdktrace.NewTracerProvider(...)
//	otel.SetTracerProvider(sdk)
//	otel.SetTextMapPropagator(propagation.TraceContext{})
//
// After:
//
//	provider, err := pythiaotel.New(pythiaotel.Config{Provider: sdk, Scope: "cart"})
//	otel.SetTracerProvider(provider)
//	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, pythiaotel.Propagator{}))
//	controller, err := provider.Controller(tracepoint.LeaseConfig{})
//	defer controller.Close()
//
// and sdktrace.WithSpanProcessor([NewProcessor]...), if an Engine in the same process is to see the workflows.
//
// # Points
//
// A point is a span name of a service: its ID has Config.Scope and the name. It becomes known when the first such span starts, or is
// declared in the Config, and is off until a controller enables it.
//
// A name that is given later, by SetName, becomes a point when such a span has been recorded. Whether a span is recorded is decided when it starts,
// so enabling the later name enables all spans that start as those did. Those that are off show nothing of their later names.
//
// # The skeleton
//
// Groups are formed by what is always on: by default, the entry points of each service, which are spans of kind server and consumer, and those
// whose parent is in another process. Config.AlwaysOn decides otherwise. The root of a trace is recorded in any case, whatever its point is: it holds
// the request together. To record fewer requests, not fewer spans of each, use the SDK's Sampler.
//
// # What off means
//
// A span that is off hides, it does not break. It is in the context that Start returns, with the span context of the nearest ancestor that is
// on or, if that lies in another process, with that one's; so spans below, propagators and logs see that ancestor. But it is not that span: End, and
// all that is set on it or on the span found in the context, do nothing. Its links are lost. Under any set of points that are on, also if it
// changes meanwhile, each trace is connected and has one root.
//
// The TracerProvider of a span, on or off, is the Provider. A span that is on can be read as a sdktrace.ReadOnlySpan; see [Unwrap].
//
// # Which requests
//
// A request's type is determined where it comes in, by the name and the attributes that its first span has at its start, as [pythia.RequestType] does
// when the trace is complete; the Processor, and all that reads the trace later, find the same type. An application's own word
// (tracepoint.WithRequestType before the root) takes precedence; the root tells it in the attribute [pythia.RequestTypeKey], by which all readers go.
// [Propagator] carries the type on. [WithRoute] helps where the route would be known too late.
//
// # Costs
//
// Off costs a look-up by name, which is less than OpenTelemetry's own no-op provider takes; nothing is allocated where the context is the very one that
// Start has returned, else the new context. On costs 48 bytes more than the SDK's span, and some hundredths of its time. The first span of a request
// costs some hundred nanoseconds more, as the request's type is determined. The folder benchmarks measures all cases.
// Memory is bounded by Config.MaxPoints. [Provider.SpanCost] says what enabled spans really cost.
//
// # Limits
//
// ChildSpanCount of the SDK's spans counts only the children that are started with the very context that Start has returned: in contexts derived
// from it, the SDK does not recognise its span. A context that was made anew with
// only the span in it has lost the request's type. Attributes that are set after the start do not change the type. Where a service of another vendor
// begins the trace, and its spans are read too, the trace's type is by its root, which the processes with Pythia have not seen.
//
// # Concurrency and failure modes
//
// All types are safe for concurrent use. Starting and ending spans never fails. Names beyond the bound are counted; what propagators get and
// cannot use is ignored; spans that come too late, and traces beyond the bounds, are counted by [Processor.Stats].
package otel
