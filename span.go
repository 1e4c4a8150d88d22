package pythia

// SpanKind is the role a span plays between processes, after OpenTelemetry.
type SpanKind uint8

// The span kinds.
const (
	KindInternal SpanKind = iota // neither sends nor receives; also: unknown
	KindServer                   // handles a request that somebody waits for
	KindClient                   // waits for somebody else's answer
	KindProducer                 // hands work over and does not wait
	KindConsumer                 // handles work that nobody waits for
)

// String returns the kind in lower case.
func (k SpanKind) String() string {
	switch k {
	case KindServer:
		return "server"
	case KindClient:
		return "client"
	case KindProducer:
		return "producer"
	case KindConsumer:
		return "consumer"
	}
	return "internal"
}

// Process is where spans ran. Spans of one process share one.
type Process struct {
	Service  string // the service's name
	Instance string // which of its replicas: a pod, a container, a process; may be empty
	Host     string // the machine, whose clock stamped the spans; may be empty
	Attrs    []Attr // what else is known of it
}

// Span is one timed operation of a workflow, as its tracer reported it.
type Span struct {
	ID       string
	ParentID string // empty for a root
	Point    TracePointID
	Kind     SpanKind
	// StartNanos and EndNanos are Unix times in nanoseconds.
	StartNanos, EndNanos int64
	// Process is shared between spans and must not be changed. Nil means a process of which only Point.Scope is known.
	Process *Process
	Attrs   Attrs
	Events  []SpanEvent
	Links   []Link
	Failed  bool // the tracer marked the operation as failed
	// Unfinished marks a span that was reported as started only. Its EndNanos is ignored: [NewTrace] sets it.
	Unfinished bool
}

// SpanEvent is a moment within a span that its tracer named.
type SpanEvent struct {
	Name      string
	TimeNanos int64 // Unix time in nanoseconds
	Attrs     []Attr
}

// Link says that a span goes back to another one that is not its parent: a message taken from a queue, a batch.
type Link struct{ TraceID, SpanID string }

// Attr returns the value of the span's attribute, else of its process.
func (s *Span) Attr(key string) (Value, bool) {
	if v, ok := s.Attrs.Lookup(key); ok || s.Process == nil {
		return v, ok
	}
	return lookup(s.Process.Attrs, key)
}

// DurationNanos is how long the span itself lasted, in nanoseconds.
func (s *Span) DurationNanos() int64 { return s.EndNanos - s.StartNanos }

func (s *Span) host() string {
	if s.Process == nil {
		return ""
	}
	if s.Process.Host != "" {
		return s.Process.Host
	}
	return s.Process.Instance
}
