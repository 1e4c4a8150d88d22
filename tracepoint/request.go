package tracepoint

import (
	"context"
	"hash/fnv"

	"go.opentelemetry.io/otel/trace"
)

type (
	requestTypeKey struct{}
	requestIDKey   struct{}
)

// WithRequestType says what kind of request ctx belongs to, such as "GET /cart", for points that are on for some types only. The process that takes a
// request in sets it; adapters/otel carries it to the others.
func WithRequestType(ctx context.Context, requestType string) context.Context {
	return context.WithValue(ctx, requestTypeKey{}, requestType)
}

// RequestType returns the type that [WithRequestType] has set; empty if none was.
func RequestType(ctx context.Context) string {
	t, _ := ctx.Value(requestTypeKey{}).(string)
	return t
}

// WithRequestID identifies the request of ctx where its trace ID does not: above its first span, or where a request has several traces. It takes
// precedence over the trace ID, so use it in all processes of a system or in none.
func WithRequestID(ctx context.Context, id string) context.Context {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return context.WithValue(ctx, requestIDKey{}, mix(h.Sum64()))
}

// requestNumber returns a number that is the same wherever the request is seen and uniform over requests; false if ctx tells no request.
func requestNumber(ctx context.Context) (uint64, bool) {
	if n, ok := ctx.Value(requestIDKey{}).(uint64); ok {
		return n, true
	}
	id := trace.SpanContextFromContext(ctx).TraceID()
	if !id.IsValid() {
		return 0, false
	}
	var n uint64
	for _, b := range id[8:] { // the half that is random in W3C's IDs and in those of AWS X-Ray
		n = n<<8 | uint64(b)
	}
	return mix(n), true
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014): samplers compare the trace ID itself, and what they keep must look uniform.
func mix(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
