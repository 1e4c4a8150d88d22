package otel

import (
	"reflect"

	"go.opentelemetry.io/otel/trace"
)

// traits are what a span's options say of it, as far as it decides whether the span is on.
type traits struct {
	kind    trace.SpanKind
	newRoot bool
}

// The types of what options usually are.
var (
	attributesOption = reflect.TypeOf(trace.WithAttributes())
	spanOption       = reflect.TypeOf(trace.WithNewRoot()) // and the kind, and links
)

func traitsOf(options []trace.SpanStartOption) traits {
	t := traits{kind: trace.SpanKindInternal}
	for i, o := range options {
		switch reflect.TypeOf(o) { // which takes a fraction of the question whether it is one for events too
		case attributesOption:
			continue
		case spanOption:
		default:
			if _, ok := o.(trace.EventOption); ok {
				continue // attributes, the time: nothing that counts here, and to apply attributes allocates
			}
		}
		c := trace.NewSpanStartConfig(options[i : i+1]...)
		if kind := c.SpanKind(); kind != trace.SpanKindUnspecified {
			t.kind = trace.ValidateSpanKind(kind)
		}
		t.newRoot = t.newRoot || c.NewRoot()
	}
	return t
}
