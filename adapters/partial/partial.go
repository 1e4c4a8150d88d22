// Package partial holds what one record of a trace file tells: spans of one or more traces, which need not be all of them.
//
// It is what the decoders of the formats hand to whoever puts traces together. Its values are plain data without locks: one
// goroutine at a time.
package partial

import "github.com/pythia-trace/pythia"

// maxReasons bounds how many reasons for rejecting something a record keeps.
const maxReasons = 100

// Trace holds spans of one trace, as far as one record tells.
type Trace struct {
	ID string
	// RequestType is the tracer's word for the kind of request; empty where it has none.
	RequestType string
	Spans       []pythia.Span
	// Join, if not nil, is to be called once with all the spans of the trace, before the trace is built: it settles what can
	// only be settled with all of them at hand.
	Join func(spans []pythia.Span)
}

// Build makes the workflow, taking the spans for all there are. It takes ownership of them.
func (t Trace) Build() (*pythia.Trace, error) { return t.build(pythia.NewTrace) }

// BuildWith is Build, by a builder: the workflow is good until that builds another one.
func (t Trace) BuildWith(b *pythia.TraceBuilder) (*pythia.Trace, error) { return t.build(b.Build) }

func (t Trace) build(newTrace func(string, []pythia.Span) (*pythia.Trace, error)) (*pythia.Trace, error) {
	if t.Join != nil && len(t.Spans) > 0 {
		t.Join(t.Spans)
	}
	built, err := newTrace(t.ID, t.Spans)
	if err != nil {
		return nil, err
	}
	if t.RequestType != "" {
		built.RequestType = t.RequestType
	}
	return built, nil
}

// Record is what one record held.
type Record struct {
	Traces []Trace
	// Rejected counts what was left out: spans, points.
	Rejected int
	// Reasons says why, for the first 100.
	Reasons []error
}

// Reject counts something left out.
func (r *Record) Reject(reason error) {
	r.Rejected++
	if len(r.Reasons) < maxReasons {
		r.Reasons = append(r.Reasons, reason)
	}
}
