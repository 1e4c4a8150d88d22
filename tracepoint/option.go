package tracepoint

import "go.opentelemetry.io/otel/trace"

// Option is a property of a point that [New] declares: an [Attribute], [AlwaysOn] or [Kind].
type Option interface{ apply(*Point) }

type optionFunc func(*Point)

func (f optionFunc) apply(p *Point) { f(p) }

// AlwaysOn makes the point part of the skeleton: on for all requests as soon as it is in a registry, and never off. Groups are formed by
// what is always on.
func AlwaysOn() Option { return optionFunc(func(p *Point) { p.alwaysOn = true }) }

// Kind sets the kind of the point's spans, for those that serve or make a remote call. The default is internal.
func Kind(k trace.SpanKind) Option { return optionFunc(func(p *Point) { p.kind = k }) }
