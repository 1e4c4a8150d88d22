package pythia

// TraceBuilder builds one trace after the other in the same memory, for those who are done with a trace before they build the next: beside what
// [NewTrace] takes to work a trace out, memory that is new each time costs as much again. The zero value is ready to use, by one goroutine.
type TraceBuilder struct {
	builder builder
	trace   Trace
}

// Build is [NewTrace], but for the trace being good only until the next call: it, and whatever its methods have returned, changes then.
func (b *TraceBuilder) Build(id string, spans []Span) (*Trace, error) {
	if len(spans) == 0 {
		return nil, ErrNoSpans
	}
	b.trace.restart(id, spans)
	b.builder.Trace = &b.trace
	b.builder.build()
	return &b.trace, nil
}

// restart makes another trace of one that nobody uses any more, with the memory of its paths.
func (t *Trace) restart(id string, spans []Span) {
	paths := [...][]Section{t.paths[0].sections[:0], t.paths[1].sections[:0]}
	*t = Trace{ID: id, Spans: spans}
	for m := range paths {
		t.paths[m].sections = paths[m]
	}
}

// traceMemory is the memory of what a trace keeps for each span.
type traceMemory struct {
	small    []int32
	contexts []ContextID
	times    []int64
}

// zeros returns n zeros, in the memory of a slice if that is large enough.
func zeros[T any](memory []T, n int) []T {
	if cap(memory) < n {
		return make([]T, n)
	}
	memory = memory[:n]
	clear(memory)
	return memory
}
