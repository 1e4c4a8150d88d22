package load

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// What OpenTelemetry's batch span processor does by default.
const (
	batchSpans  = 512           // are exported at a time
	exportEvery = 5_000_000_000 // nanoseconds after the last export, those are exported that there are
)

// exporter is an instance's batch span processor, and its exporter.
type exporter struct {
	service      string
	number, node int
	due          int64 // when it exports even if it has few spans, as Unix time in nanoseconds
	traces       ptrace.Traces
	spans        ptrace.SpanSlice
}

// add takes a span that has ended.
func (e *exporter) add(span ptrace.Span, t *Traffic, now int64) {
	span.MoveTo(e.spans.AppendEmpty())
	t.Spans++
	if e.spans.Len() >= batchSpans {
		e.export(t)
		e.due = now + exportEvery
	}
}

// begin begins a message.
func (e *exporter) begin() {
	e.traces = ptrace.NewTraces()
	rs := e.traces.ResourceSpans().AppendEmpty()
	a := rs.Resource().Attributes()
	pod := e.service + "-6d4cf56db6-x2k9" + strconv.Itoa(e.number)
	a.PutStr("service.name", e.service)
	a.PutStr("service.version", "1.7.2")
	a.PutStr("service.namespace", "shop")
	a.PutStr("k8s.pod.name", pod)
	a.PutStr("k8s.node.name", "node-"+strconv.Itoa(e.node))
	a.PutStr("host.name", pod)
	a.PutStr("telemetry.sdk.name", "opentelemetry")
	a.PutStr("telemetry.sdk.language", "go")
	a.PutStr("telemetry.sdk.version", "1.47.0")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("go.opentelemetry.io/contrib/instrumentation")
	ss.Scope().SetVersion("0.62.0")
	e.spans = ss.Spans()
}

// export sends what there is. Marshalling plain data does not fail.
func (e *exporter) export(t *Traffic) {
	if e.spans.Len() == 0 {
		return
	}
	message, err := new(ptrace.ProtoMarshaler).MarshalTraces(e.traces)
	if err != nil {
		panic(err)
	}
	t.Messages = append(t.Messages, message)
	t.Bytes += len(message)
	e.begin()
}
