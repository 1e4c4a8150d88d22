// Package otlp reads traces in OpenTelemetry's protocol: protobuf, and JSON of which every line of a file may hold a document.
//
// Times are nanoseconds. Integers become float64; lists and maps become JSON text, bytes base64, and numbers that are not finite text. A
// span without an end is unfinished. Spans of one resource share a process: service.name; the instance is service.instance.id, else
// k8s.pod.name, else container.id; the host is host.name, else host.id, else k8s.node.name; the other attributes stay the process's. The
// name of the instrumentation scope becomes the attribute otel.scope.name, and says whether a span is of a layer below the application
// ([pythia.SpanPoint]).
//
// Protobuf is read field by field, without the structures of the Collector's library in between, which JSON is read with. The strings of its spans are
// pieces of the message, which must not change any more, and their attributes stay encoded in it until somebody asks for them: who keeps a span or
// the value of an attribute keeps the message, so clone what is to stay ([strings.Clone]). Trace points, scopes and processes, of which there are few,
// are shared between messages and can be kept. With [Decoder.Split] and [Decoder.DecodeParts] spans can be held as they are on the wire, and decoded
// when their trace is complete.
//
// A record tells only part of a trace as a rule; its spans come grouped by trace ID. Spans without trace ID, span ID or start are left
// out and counted with their reason. JSON of which a span is wrong in itself loses that span, or the span its events if they alone
// are wrong; to [Decoder.DecodeProto], a message that is not protobuf anywhere, or nests attributes deeper than any program means to, is an error as a whole,
// while [Decoder.DecodeParts] leaves out the span that is wrong.
package otlp
