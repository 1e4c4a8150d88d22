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
	var said said
	said.read(s)
	if stated := said.first(saysType); stated != "" {
		return stated
	}
	switch way, operation := said.operation(s.Point.Name); {
	case s.Point.Scope == "":
		if way == "" {
			return operation
		}
		return way + " " + operation
	case way == "":
		return s.Point.Scope + " " + operation
	default:
		return s.Point.Scope + " " + way + " " + operation
	}
}

// What attributes say of a request, by OpenTelemetry's semantic conventions, today's and those before.
const (
	saysType = iota
	saysRoute
	saysMethod
	saidMethod
	saysRPCService
	saysRPCMethod
	saysTemplate
	saysDestination
	saidDestination
	saysOperation
	saysOperationType
	saidOperation

	sayings
	saysNothing = -1
)

func saidBy(key string) int {
	switch key {
	case RequestTypeKey:
		return saysType
	case "http.route":
		return saysRoute
	case "http.request.method":
		return saysMethod
	case "http.method":
		return saidMethod
	case "rpc.service":
		return saysRPCService
	case "rpc.method":
		return saysRPCMethod
	case "messaging.destination.template":
		return saysTemplate
	case "messaging.destination.name":
		return saysDestination
	case "messaging.destination":
		return saidDestination
	case "messaging.operation.name":
		return saysOperation
	case "messaging.operation.type":
		return saysOperationType
	case "messaging.operation":
		return saidOperation
	}
	return saysNothing
}

// said is what a span's attributes say, and where they say nothing those of its process.
type said struct {
	texts [sayings]string
	there [sayings]bool
}

// read goes through the attributes once: they may have to be decoded.
func (s *said) read(span *Span) {
	for a := range span.Attrs.All() {
		s.add(&a)
	}
	if span.Process == nil {
		return
	}
	s.there[saysType] = true // a process has requests of several types
	for i := range span.Process.Attrs {
		s.add(&span.Process.Attrs[i])
	}
}

func (s *said) add(a *Attr) {
	if i := saidBy(a.Key); i != saysNothing && !s.there[i] {
		s.texts[i], s.there[i] = a.Value.String(), true
	}
}

// first returns the text of the first that is there.
func (s *said) first(of ...int) string {
	for _, i := range of {
		if s.there[i] {
			return s.texts[i]
		}
	}
	return ""
}

// operation returns what was done, and in what way if that is said: "GET", "receive".
func (s *said) operation(name string) (way, operation string) {
	if route := s.first(saysRoute); route != "" {
		return s.first(saysMethod, saidMethod), route
	}
	if service, method := s.first(saysRPCService), s.first(saysRPCMethod); method != "" {
		return "", strings.TrimPrefix(service+"/"+method, "/")
	}
	if destination := s.first(saysTemplate, saysDestination, saidDestination); destination != "" {
		return s.first(saysOperation, saysOperationType, saidOperation), Template(destination)
	}
	return "", Template(name)
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
