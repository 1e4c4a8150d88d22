// Package zipkin reads Zipkin's v2 JSON: a list of spans, a list of traces that are lists of spans, or single spans.
//
// Times are microseconds. A record tells only part of a trace as a rule; its spans come grouped by trace ID. The service is the local
// endpoint's name and the host its address; the remote endpoint's name becomes the attribute peer.service. Tags are strings and stay strings, also where
// they look like numbers; the tag "error" marks the span as failed unless it says "false". Annotations become events. A span without a duration is
// unfinished: Zipkin never writes 0.
//
// A server may report its half of a call under its client's span ID. Once all spans are there, [Join], which [partial.Trace] carries, gives the server
// an ID of its own and the client for a parent, and puts the server's children below it.
//
// Spans without trace ID, ID or timestamp are left out and counted with their reason. A record that is not JSON is an error.
package zipkin
