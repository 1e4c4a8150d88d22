package tracepoint

import (
	"context"
	"math"

	"github.com/pythia-trace/pythia"
)

// Matcher decides whether a selection takes the request of a context. It is safe for concurrent use; the zero Matcher takes all.
//
// One request in N is decided by a number computed from the value of [WithRequestID] or else from the trace ID, the same at every point of every
// process: the requests below 1/N of the range are taken. So those of one in 100 are among those of one in 10. A request that has
// neither is not taken: nothing could make the points below decide alike.
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
		}
	}
	return m
}

// Match reports whether the selection takes the request of ctx.
func (m Matcher) Match(ctx context.Context) bool {
	if m.types != nil {
		if _, ok := m.types[RequestType(ctx)]; !ok {
			return false
		}
	}
	if m.below == 0 {
		return true
	}
	n, ok := requestNumber(ctx)
	return ok && n < m.below
}
