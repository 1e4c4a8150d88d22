package pythia

import (
	"regexp"
	"strings"
)

// RequestType names what kind of request a workflow was, from its first root, by OpenTelemetry's semantic conventions: method and
// http.route; rpc.service and rpc.method; messaging.operation and destination; else the span's own name. The service comes first. Path segments that
// look like identifiers (UUIDs, hexadecimal, numbers) become "{id}".
func RequestType(t *Trace) string {
	s := &t.Spans[t.roots[0]]
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

// Template replaces what looks like an identifier in an operation's name by "{id}", and drops a query string:
// "GET /v2/images/11c0feda-a51f-4dbc-a90f-55fcea67fc08?x=1" becomes "GET /v2/images/{id}".
// UUIDs are found anywhere; numbers and hexadecimal only as segments of a path, since names may well hold numbers.
func Template(name string) string {
	name = uuid.ReplaceAllLiteralString(name, "{id}")
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
