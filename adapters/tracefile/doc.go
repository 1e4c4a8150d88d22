// Package tracefile reads traces from files of any size, in any of the formats that the packages beside it decode, and hands whole workflows to the
// caller from several goroutines.
//
// The format is found by looking at the content, never at the name: OpenTelemetry's OTLP as protobuf (one TracesData message, or such
// messages each preceded by its length in 4 bytes, big-endian, as the Collector's file exporter writes them) and as JSON; Jaeger's JSON;
// Zipkin's v2 JSON; OSProfiler's notifications and trees. JSON comes as one document, as several one after another, or as JSON lines;
// any of it gzipped or not.
//
// Input is read as a stream: of a list in a large document one element at a time is in memory. What grows with the input is the set of traces of
// which more spans may come, in OTLP and Zipkin; [Options.MaxOpenSpans] bounds it. Spans of OTLP protobuf are held as they are in the file, and decoded
// when their trace is closed. Jaeger and OSProfiler give whole traces. The spans of a trace may lie in several files.
//
// The strings of a trace's spans are pieces of what was read of it, and its attributes lie beside those of a few other traces: to keep little of many
// traces for long, clone what is kept.
//
// Bad input never stops the reading: what cannot be used is skipped, counted, and described with file and line in [Stats.Problems]. The
// same files give the same traces and the same statistics however many workers there are, unless MaxOpenSpans was exceeded.
package tracefile
