package tracepoint

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"

	"go.opentelemetry.io/otel/trace"
)

// request is a context with what is known of its request. Both parts are in one value, so that to ask for them is to look through the contexts
// once.
type request struct {
	context.Context
	requestType string
	number      uint64 // computed from the ID
	numbered    bool   // there is one
}

type requestKey struct{}

// Value returns the request for its key.
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// String says what the context is, as those of package context do.
func (r *request) String() string { return fmt.Sprintf("%v.WithRequest(%q)", r.Context, r.requestType) }

// within returns what is known of ctx's request; nil if nothing is.
func within(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// with returns a request to be changed.
func with(ctx context.Context) *request {
	r := &request{Context: ctx}
	if known := within(ctx); known != nil {
		*r = *known
		r.Context = ctx
	}
	return r
}

// WithRequestType says what kind of request ctx belongs to, such as "GET /cart", for points that are on for some types only. The process that takes a
// request in sets it; adapters/otel carries it to the others.
func WithRequestType(ctx context.Context, requestType string) context.Context {
	r := with(ctx)
	r.requestType = requestType
	return r
}

// RequestType returns the type that [WithRequestType] has set; empty if none was.
func RequestType(ctx context.Context) string {
	if r := within(ctx); r != nil {
		return r.requestType
	}
	return ""
}

// WithRequestID identifies the request of ctx where its trace ID does not: above its first span, or where a request has several traces. It takes
// precedence over the trace ID, so use it in all processes of a system or in none.
func WithRequestID(ctx context.Context, id string) context.Context {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	r := with(ctx)
	r.number, r.numbered = mix(h.Sum64()), true
	return r
}

// traceNumber returns a number that is the same wherever the request is seen and uniform over requests.
func traceNumber(id trace.TraceID) uint64 {
	return mix(binary.BigEndian.Uint64(id[8:])) // the half that is random in W3C's IDs and in those of AWS X-Ray
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014): samplers compare the trace ID itself, and what they keep must look uniform.
func mix(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
