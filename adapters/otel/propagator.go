package otel

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.opentelemetry.io/otel/propagation"

	"github.com/pythia-trace/pythia/tracepoint"
)

const (
	header    = "pythia-request-type"
	maxHeader = 256 // bytes, after escaping
)

// Propagator carries a request's type from the process that took the request in to all others, in the header "pythia-request-type". Put it beside
// the application's propagators; those of the request's trace come first or last, as you like:
//
//	propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, pythiaotel.Propagator{})
//
// The value is percent-encoded and at most 256 bytes; a longer type is not sent. What comes in and is longer, wrongly encoded, no UTF-8 or not
// printable, is ignored, as is a type for a request that has one already. A public service should not believe the header: let it start a
// new root there (otelhttp.WithPublicEndpointFn), which gets a type of its own, or drop the header at the edge.
//
// W3C baggage would do as well, and pass through services without Pythia. But baggage is the application's: it is copied into attributes, sent
// to third parties, limited as a whole, and not on everywhere.
type Propagator struct{}

var _ propagation.TextMapPropagator = Propagator{}

// Inject writes the type of ctx's request.
func (Propagator) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	t := tracepoint.RequestType(ctx)
	if t == "" || len(t) > maxHeader {
		return
	}
	if escaped := escape(t); len(escaped) <= maxHeader {
		carrier.Set(header, escaped)
	}
}

// Extract returns a context with the type that the carrier holds.
func (Propagator) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	value := carrier.Get(header)
	if value == "" || len(value) > maxHeader || tracepoint.RequestType(ctx) != "" {
		return ctx
	}
	t, err := url.PathUnescape(value)
	if err != nil || !utf8.ValidString(t) || strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ctx
	}
	return inherit(ctx, t)
}

// Fields returns the header's name.
func (Propagator) Fields() []string { return []string{header} }

// escape encodes what a header's value must not hold, or might lose on the way: all but visible ASCII, the comma and what begins an escape.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f && c != '%' && c != ',' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
