package pythia

import (
	"errors"
	"sync"
)

// ErrNoSpans is returned for a trace without a single span.
var ErrNoSpans = errors.New("pythia: a trace needs at least one span")

// NoParent is the parent of a root in [Trace.Parent].
const NoParent = -1

// Trace is a workflow: what one request did, across services and layers. Build it with [NewTrace]; it does not change
// afterwards and is safe for concurrent use.
type Trace struct {
	ID string
	// RequestType is what kind of request it was: the tracer's word for it, else as [RequestType] finds it.
	RequestType string
	// Spans are ordered by start, then by ID. Indices into it identify spans in all methods.
	Spans []Span
	// Repairs counts what was put right.
	Repairs Repairs

	parent     []int32
	childStart []int32 // children of i are childList[childStart[i]:childStart[i+1]]
	childList  []int32
	roots      []int32
	contexts   []ContextID
	origin     []int32 // the span that stands for the context; see enter
	workEnd    []int64 // when the last thing that a span caused had ended

	points, services Fingerprint

	paths [2]struct {
		once     sync.Once
		sections []Section
	}
}

// Parent returns the index of span i's parent, [NoParent] for a root.
func (t *Trace) Parent(i int) int { return int(t.parent[i]) }

// Children returns the indices of span i's children, ordered by start.
func (t *Trace) Children(i int) []int32 { return t.childList[t.childStart[i]:t.childStart[i+1]] }

// Roots returns the indices of the spans without a parent, ordered by start.
func (t *Trace) Roots() []int32 { return t.roots }

// Context returns the calling context of span i.
func (t *Trace) Context(i int) ContextID { return t.contexts[i] }

// StartNanos is when the first span started, as Unix time in nanoseconds.
func (t *Trace) StartNanos() int64 { return t.Spans[0].StartNanos }

// WorkEnd is when the last thing that span i caused had ended, itself included, as Unix time in nanoseconds: what it handed over may go on when
// it has ended.
func (t *Trace) WorkEnd(i int) int64 { return t.workEnd[i] }

// PointSet tells which trace points the workflow passes, however often and in whatever order.
func (t *Trace) PointSet() Fingerprint { return t.points }

// ServiceSet tells which services the workflow involves.
func (t *Trace) ServiceSet() Fingerprint { return t.services }
