// Package osprofiler reads what OSProfiler, the tracer of OpenStack, records.
//
// Three shapes are read: a trace as a list of notifications with some context, {"base_id", "type", "points": [...]}, where "type" names
// the kind of request and may be absent; a bare JSON list of notifications; and the tree that `osprofiler trace show --json` prints. They are
// whole traces: the notifications of one base ID make one.
//
// A span is a pair of notifications X-start and X-stop with one trace_id, which is the span's ID. A span whose parent is the base ID is a
// root; a trace may have several. What it does is named after X, and after the function or request where the notification has one:
// "rpc nova.compute.manager.ComputeManager.build_and_run_instance", "wsgi POST /v2.1/servers", "db". Requests are of [pythia.KindServer].
// The scope is the service, preceded by its project unless it starts with it: "nova-compute", "glance-api". Everything else that the two
// notifications say becomes attributes with dotted names, such as "db.statement"; where both say it, the stop's word counts. An
// exception ("etype") marks the span as failed.
//
// Timestamps are UTC and exact to the microsecond. The tree gives whole milliseconds from the start of the trace instead where it was
// printed without raw payloads; such times are placed relative to an exact one, else to 1970.
//
// What cannot be used is left out and counted with its reason: a notification without ID or readable timestamp, a stop without
// a start. A start without a stop is an unfinished span.
package osprofiler
