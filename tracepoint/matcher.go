package tracepoint

import (
	"context"
	"math"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
)

// Matcher decides whether a selection takes the request of a context. It is safe for concurrent use; the zero Matcher takes all.
//
// One request in N is decided by a number computed from the value of [WithRequestID] or else from the trace ID, the same at every point of every
// process: the requests below 1/N of the range are taken. So those of one in 100 are among those of one in 10. A request that has
// neither is not taken: nothing could make the points below decide alike.
//
// A request type with a route, "cart GET /items", also takes the requests of type "cart GET": much instrumentation starts the first span of a
// request before it knows the route, and such a request may turn out to be of that type. adapters/otel has WithRoute against it.
type Matcher struct {
	types map[string]struct{} // nil: all
	below uint64              // 0: all
}

// NewMatcher makes the matcher of a selection.
func NewMatcher(s pythia.Selection) Matcher {
	var m Matcher
	if s.OneIn > 1 {
		m.below = math.MaxUint64 / uint64(s.OneIn)
	}
	if len(s.RequestTypes) > 0 {
		m.types = make(map[string]struct{}, len(s.RequestTypes))
		for _, t := range s.RequestTypes {
			m.types[t] = struct{}{}
			if unrouted, ok := unrouted(t); ok {
				m.types[unrouted] = struct{}{}
			}
		}
	}
	return m
}

// unrouted returns what requests of a type are taken for while their route is not known; false if the type has none.
func unrouted(requestType string) (string, bool) {
	before, _, found := strings.Cut(requestType, " /")
	return before, found && isMethod(before[strings.LastIndexByte(before, ' ')+1:])
}

func isMethod(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Match reports whether the selection takes the request of ctx.
func (m Matcher) Match(ctx context.Context) bool {
	return m.MatchBelow(ctx, nil)
}

// MatchBelow is Match for who has the span of ctx at hand already, which saves to look it up; nil means to look it up.
func (m Matcher) MatchBelow(ctx context.Context, span trace.Span) bool {
	if m.types == nil && m.below == 0 {
		return true
	}
	r := within(ctx)
	if m.types != nil {
		t := ""
		if r != nil {
			t = r.requestType
		}
		if _, ok := m.types[t]; !ok {
			return false
		}
	}
	if m.below == 0 {
		return true
	}
	if r != nil && r.numbered {
		return r.number < m.below
	}
	if span == nil {
		span = trace.SpanFromContext(ctx)
	}
	id := span.SpanContext().TraceID()
	return id.IsValid() && traceNumber(id) < m.below
}
