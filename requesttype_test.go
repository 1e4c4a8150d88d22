package pythia_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia"
)

func TestRequestType(t *testing.T) {
	text := pythia.String
	for _, c := range []struct {
		name  string
		attrs []pythia.Attr
		want  string
	}{
		{"GET", []pythia.Attr{text("http.request.method", "GET"), text("http.route", "/cart/:id")}, "svc GET /cart/:id"},
		{"GET", []pythia.Attr{text("http.method", "GET"), text("http.route", "/cart")}, "svc GET /cart"},
		{"GET", []pythia.Attr{text("http.method", "old"), text("http.request.method", "new"), text("http.route", "/")}, "svc new /"},
		{"x", []pythia.Attr{text("http.route", "/cart")}, "svc /cart"},
		{"GET /a/1", []pythia.Attr{text("http.request.method", "GET")}, "svc GET /a/{id}"},
		{"x", []pythia.Attr{text("rpc.service", "shop.Cart"), text("rpc.method", "Add")}, "svc shop.Cart/Add"},
		{"x", []pythia.Attr{text("rpc.method", "Add")}, "svc Add"},
		{"x", []pythia.Attr{text("rpc.service", "shop.Cart")}, "svc x"},
		{"x", []pythia.Attr{text("messaging.operation.name", "poll"), text("messaging.destination.name", "orders")}, "svc poll orders"},
		{"x", []pythia.Attr{text("messaging.operation.type", "receive"), text("messaging.destination", "q/7")}, "svc receive q/{id}"},
		{"x", []pythia.Attr{text("messaging.destination.name", "orders/42"), text("messaging.destination.template", "orders/{order}")}, "svc orders/{order}"},
		{"x", []pythia.Attr{text("http.route", "/r"), text("rpc.method", "m"), text("messaging.destination", "d")}, "svc /r"},
		{"x", []pythia.Attr{text("http.route", "")}, "svc x"},
		{"poll", nil, "svc poll"},
		{"", nil, "svc "},
	} {
		trace := build(t, span("a", "", 0, 1, named(c.name), attrs(c.attrs...)))
		require.Equal(t, c.want, trace.RequestType)
		require.Equal(t, c.want, pythia.RequestType(trace))
	}
}

func TestRequestTypeIsOfTheFirstRoot(t *testing.T) {
	later, first := span("a", "", 5, 6), span("b", "", 1, 2)
	first.Point.Scope = ""
	require.Equal(t, "b", build(t, later, first, span("c", "b", 0, 1)).RequestType)
}

func TestRequestTypeThatTheRootStates(t *testing.T) {
	stated := attrs(pythia.String("http.route", "/p"), pythia.String(pythia.RequestTypeKey, "checkout"))
	require.Equal(t, "checkout", build(t, span("a", "", 0, 2, stated), span("b", "a", 0, 1)).RequestType, "as it is, with no service")
	require.Equal(t, "svc a", build(t, span("a", "", 0, 2), span("b", "a", 0, 1, stated)).RequestType, "it is the root that counts")
	require.Equal(t, "svc a", build(t, span("a", "", 0, 1, attrs(pythia.String(pythia.RequestTypeKey, "")))).RequestType)
	s := span("a", "", 0, 1)
	s.Process = &pythia.Process{Attrs: []pythia.Attr{pythia.String(pythia.RequestTypeKey, "batch")}}
	require.Equal(t, "svc a", build(t, s).RequestType, "a process has requests of several types")
}

func TestRequestTypeOf(t *testing.T) {
	s := span("a", "b", 0, 1, named("GET"), attrs(pythia.String("http.method", "GET"), pythia.String("http.route", "/cart")))
	require.Equal(t, "svc GET /cart", pythia.RequestTypeOf(&s))
	require.Empty(t, pythia.RequestTypeOf(new(pythia.Span)))
}

func TestRequestTypeUsesAttributesOfTheProcess(t *testing.T) {
	s := span("a", "", 0, 1)
	s.Process = &pythia.Process{Attrs: []pythia.Attr{pythia.String("http.route", "/p")}}
	require.Equal(t, "svc /p", build(t, s).RequestType)
}

func TestTemplate(t *testing.T) {
	for name, want := range map[string]string{
		"":      "",
		"poll":  "poll",
		"12345": "12345", // no path
		"reply_11c0feda-a51f-4dbc-a90f-55fcea67fc08": "reply_{id}",
		"GET 12345?x=1":        "GET 12345?x=1",
		"/":                    "/",
		"GET /":                "GET /",
		"GET /users/42":        "GET /users/{id}",
		"GET /users/42/":       "GET /users/{id}/",
		"GET /users/42/orders": "GET /users/{id}/orders",
		"GET /users?page=42":   "GET /users",
		"GET /users/42?q=/a/1": "GET /users/{id}",
		"12/34":                "12/{id}", // what precedes the first slash is no segment
		"/v2/images/11c0feda-a51f-4dbc-a90f-55fcea67fc08": "/v2/images/{id}",
		"/v2/images/11C0FEDA-A51F-4DBC-A90F-55FCEA67FC08": "/v2/images/{id}",
		"/blobs/0a1b2c3d":             "/blobs/{id}",
		"/blobs/0a1b2c3":              "/blobs/0a1b2c3", // seven digits may be a word
		"/blobs/deadbeefdeadbeef":     "/blobs/{id}",
		"/blobs/deadbeef":             "/blobs/deadbeef",
		"/2026-11-23":                 "/{id}",
		"/feed/cafe/face/decade/a/-/": "/feed/cafe/face/decade/a/-/",
		"/v2.1/servers":               "/v2.1/servers",
		"/v2/3.14/x86_64/sha256":      "/v2/3.14/x86_64/sha256",
		"/objekte/größe/№5":           "/objekte/größe/№5",
	} {
		require.Equal(t, want, pythia.Template(name))
		require.Equal(t, want, pythia.Template(want), "a template stays as it is")
	}
}
