package pythia

import (
	"regexp"
	"strings"
)

// RequestTypeKey is the attribute by which a span states the type of the request that it begins, in the application's own words. adapters/otel records it
// where the application has given the request a type.
const RequestTypeKey = "pythia.request_type"

// RequestType names what kind of request a workflow was: what [RequestTypeOf] says of its first root.
func RequestType(t *Trace) string { return RequestTypeOf(&t.Spans[t.roots[0]]) }

// RequestTypeOf names the kind of request that begins with a span. If the span states it ([RequestTypeKey]), that is it. Else it is found by
// OpenTelemetry's semantic conventions: method and http.route; rpc.service and rpc.method; messaging.operation and destination; else the span's own
// name. The service comes first. Path segments that look like identifiers (UUIDs, hexadecimal, numbers) become "{id}".
//
// Only the scope and the name of the span's point, its attributes and those of its process count; RequestTypeKey counts on the span only.
func RequestTypeOf(s *Span) string {
	if stated, ok := lookup(s.Attrs, RequestTypeKey); ok && stated.String() != "" {
		return stated.String()
	}
	if s.Point.Scope == "" {
		return operationName(s)
	}
	return s.Point.Scope + " " + operationName(s)
}

func operationName(s *Span) string {
	if route := text(s, "http.route"); route != "" {
		return join(text(s, "http.request.method", "http.method"), route)
	}
	if service, method := text(s, "rpc.service"), text(s, "rpc.method"); method != "" {
		return strings.TrimPrefix(service+"/"+method, "/")
	}
	if destination := text(s, "messaging.destination.template", "messaging.destination.name", "messaging.destination"); destination != "" {
		return join(text(s, "messaging.operation.name", "messaging.operation.type", "messaging.operation"), Template(destination))
	}
	return Template(s.Point.Name)
}

func text(s *Span, keys ...string) string {
	for _, k := range keys {
		if v, ok := s.Attr(k); ok {
			return v.String()
		}
	}
	return ""
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

var uuid = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

const uuidLength = 36

// Template replaces what looks like an identifier in an operation's name by "{id}", and drops a query string:
// "GET /v2/images/11c0feda-a51f-4dbc-a90f-55fcea67fc08?x=1" becomes "GET /v2/images/{id}".
// UUIDs are found anywhere; numbers and hexadecimal only as segments of a path, since names may well hold numbers.
func Template(name string) string {
	if len(name) >= uuidLength && strings.IndexByte(name, '-') >= 0 {
		name = uuid.ReplaceAllLiteralString(name, "{id}")
	}
	if !strings.Contains(name, "/") {
		return name
	}
	if i := strings.IndexByte(name, '?'); i >= 0 {
		name = name[:i]
	}
	var b strings.Builder
	for i, segment := range strings.Split(name, "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		if i > 0 && looksLikeID(segment) {
			segment = "{id}"
		}
		b.WriteString(segment)
	}
	return b.String()
}

// looksLikeID holds for numbers, and for hexadecimal of 8 digits and more with or without dashes. A word of letters a–f only
// ("feedbeef") must be longer to count.
func looksLikeID(s string) bool {
	digits, letters := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			letters++
		case c != '-':
			return false
		}
	}
	if letters == 0 {
		return digits > 0
	}
	return digits > 0 && digits+letters >= 8 || letters >= 16
}
