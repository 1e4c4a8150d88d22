package jaeger

import "encoding/json"

// document is either the API's answer or a trace on its own.
type document struct {
	Data []trace `json:"data"`
	trace
}

type trace struct {
	TraceID   string             `json:"traceID"`
	Spans     []span             `json:"spans"`
	Processes map[string]process `json:"processes"`
}

type span struct {
	TraceID       string      `json:"traceID"`
	SpanID        string      `json:"spanID"`
	ParentSpanID  string      `json:"parentSpanID"` // written before there were references
	OperationName string      `json:"operationName"`
	References    []reference `json:"references"`
	StartTime     int64       `json:"startTime"` // microseconds
	Duration      int64       `json:"duration"`  // microseconds
	Tags          []tag       `json:"tags"`
	Logs          []logEntry  `json:"logs"`
	ProcessID     string      `json:"processID"`
	Process       *process    `json:"process"` // instead of the ID, in what collectors store
}

type reference struct {
	RefType string `json:"refType"`
	TraceID string `json:"traceID"`
	SpanID  string `json:"spanID"`
}

type tag struct {
	Key   string          `json:"key"`
	Type  string          `json:"type"` // string, bool, int64, float64 or binary
	Value json.RawMessage `json:"value"`
}

type logEntry struct {
	Timestamp int64 `json:"timestamp"` // microseconds
	Fields    []tag `json:"fields"`
}

type process struct {
	ServiceName string `json:"serviceName"`
	Tags        []tag  `json:"tags"`
}
