package osprofiler

import (
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
)

func (d *Decoder) span(base string, pr pair) pythia.Span {
	p := pr.start
	s := pythia.Span{ID: p.TraceID, StartNanos: p.nanos, EndNanos: p.nanos, Unfinished: pr.stop == nil}
	if p.ParentID != base {
		s.ParentID = p.ParentID
	}
	var scratch [16]pythia.Attr
	attrs := d.flat.Append(scratch[:0], p.Info)
	if pr.stop != nil {
		s.EndNanos = pr.stop.nanos
		n := len(attrs)
		attrs = override(d.flat.Append(attrs, pr.stop.Info), n)
	}
	attrs, host := take(attrs, "host")
	service := d.service(p)
	s.Process = d.strings.Process(pythia.Process{Service: service, Host: host})
	s.Point = pythia.TracePointID{Layer: pythia.LayerApp, Scope: service}
	attrs, s.Point.Name, s.Kind = d.operation(strings.TrimSuffix(p.Name, "-start"), attrs)
	s.Failed = slices.ContainsFunc(attrs, func(a pythia.Attr) bool { return a.Key == "etype" || a.Key == "exception" })
	s.Attrs = pythia.AttrsOf(slices.Clone(attrs)...)
	return s
}

// override lets the attributes from n on, the stop's, replace those of the start with the same key.
func override(attrs []pythia.Attr, n int) []pythia.Attr {
	kept := n
	for _, a := range attrs[n:] {
		i := slices.IndexFunc(attrs[:n], func(b pythia.Attr) bool { return b.Key == a.Key })
		if i < 0 {
			i = kept
			kept++
		}
		attrs[i] = a
	}
	return attrs[:kept]
}

// take removes an attribute and returns its value.
func take(attrs []pythia.Attr, key string) ([]pythia.Attr, string) {
	i := slices.IndexFunc(attrs, func(a pythia.Attr) bool { return a.Key == key })
	if i < 0 {
		return attrs, ""
	}
	value := attrs[i].Value.String()
	return slices.Delete(attrs, i, i+1), value
}

func find(attrs []pythia.Attr, key string) string {
	for i := range attrs {
		if attrs[i].Key == key {
			return attrs[i].Value.String()
		}
	}
	return ""
}

// service names the service with its project in front.
func (d *Decoder) service(p *notification) string {
	if p.Project == "" || strings.HasPrefix(p.Service, p.Project) {
		return d.strings.String(p.Service)
	}
	d.name = append(append(d.name[:0], p.Project...), '-')
	return d.strings.Bytes(append(d.name, p.Service...))
}

// operation names what a span does. The function's name is not kept as an attribute: nothing but the name would hold it.
func (d *Decoder) operation(what string, attrs []pythia.Attr) ([]pythia.Attr, string, pythia.SpanKind) {
	kind := pythia.KindInternal
	if what == "wsgi" {
		kind = pythia.KindServer
	}
	d.name = append(d.name[:0], what...)
	attrs, function := take(attrs, "function.name")
	switch {
	case function != "":
		d.name = append(append(d.name, ' '), function...)
	default:
		if path := find(attrs, "request.path"); path != "" {
			d.name = append(append(d.name, ' '), find(attrs, "request.method")...)
			d.name = append(append(d.name, ' '), pythia.Template(path)...)
		}
	}
	return attrs, d.strings.Bytes(d.name), kind
}
