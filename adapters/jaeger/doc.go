// Package jaeger reads the JSON that Jaeger's user interface and its query API give: {"data": [trace, ...]}, or one trace on its own.
// There is no library for it with types of its own; the format is the API's, https://www.jaegertracing.io/docs/latest/architecture/apis/.
//
// Times are microseconds. Every trace is whole. A span's parent is its first CHILD_OF reference within the trace, else its first FOLLOWS_FROM; all other
// references become links. The tag span.kind gives the kind, error (or otel.status_code ERROR) marks the span as failed, and both stay attributes. The tag
// otel.scope.name (or otel.library.name) says whether a span is of a layer below the application ([pythia.SpanPoint]). Tags keep their types, also where a
// number was written as a string; logs become events, named by their field "event". A process's tags hostname and ip, and OpenTelemetry's names for the
// same, give its host; a span whose process is not listed has none.
//
// Spans without an ID or a start are left out and counted with their reason; so are fields of the wrong type, which then count as absent. A document
// that is not JSON is an error.
package jaeger
