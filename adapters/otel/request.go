package otel

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/attribute"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

const (
	maxRequestTypes = 10_000
	maxCachedKey    = 512 // bytes
)

// inherited marks a context whose request has come to its type without the application: so a new root gets a type of its own.
type inherited struct {
	context.Context
	requestType string
}

type inheritedKey struct{}

// Value returns the type for its key.
func (c *inherited) Value(key any) any {
	if key == (inheritedKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// inherit sets the type that a request has come to.
func inherit(ctx context.Context, requestType string) context.Context {
	return tracepoint.WithRequestType(&inherited{ctx, requestType}, requestType)
}

// classify gives the request of a span that comes from outside a type, unless it has one. stated is the type that the application has set, for
// the trace's root to tell.
func (p *Provider) classify(ctx context.Context, root bool, name string, attributes []attribute.KeyValue) (inner context.Context, stated string) {
	known := tracepoint.RequestType(ctx)
	switch {
	case known == "", root && hasInherited(ctx, known):
		return inherit(ctx, p.types.of(p.scope, name, attributes)), ""
	case root:
		return ctx, known
	}
	return ctx, ""
}

// hasInherited reports whether a request has come to its type without the application.
func hasInherited(ctx context.Context, known string) bool {
	mark, _ := ctx.Value(inheritedKey{}).(*inherited)
	return mark != nil && known == mark.requestType
}

// typeKeys are the attributes that [pythia.RequestTypeOf] looks at.
var typeKeys = []attribute.Key{
	pythia.RequestTypeKey, "http.route", "http.request.method", "http.method", "rpc.service", "rpc.method",
	"messaging.destination.template", "messaging.destination.name", "messaging.destination",
	"messaging.operation.name", "messaging.operation.type", "messaging.operation",
}

// requestTypes remembers the types of requests that came in before.
type requestTypes struct{ byKey byName[string] }

// of returns the type that [pythia.RequestType] gives a trace whose root has the name and attributes.
func (r *requestTypes) of(scope, name string, attributes []attribute.KeyValue) string {
	var space [256]byte
	key := append(space[:0], name...)
	for i := range attributes {
		if a := &attributes[i]; slices.Contains(typeKeys, a.Key) {
			key = append(append(append(append(key, 0), a.Key...), 0), a.Value.String()...)
		}
	}
	if t, ok := r.byKey.find(key); ok {
		return t
	}
	compute := func() string { return requestType(scope, name, attributes) }
	if len(key) > maxCachedKey {
		return compute()
	}
	if t, ok := r.byKey.get(string(key), compute); ok {
		return t
	}
	return compute()
}

// requestType asks the root package, so that a selection and the Engine's groups always speak of the same types.
func requestType(scope, name string, attributes []attribute.KeyValue) string {
	var attrs []pythia.Attr
	for _, a := range slices.Backward(attributes) { // the last one of a key counts, as it does in the SDK
		if slices.Contains(typeKeys, a.Key) && !slices.ContainsFunc(attrs, func(b pythia.Attr) bool { return b.Key == string(a.Key) }) {
			attrs = append(attrs, convertAttr(a))
		}
	}
	return pythia.RequestTypeOf(&pythia.Span{Point: pythia.TracePointID{Scope: scope, Name: name}, Attrs: pythia.AttrsOf(attrs...)})
}
