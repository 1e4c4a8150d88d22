// Package process finds out from attributes where spans ran, by OpenTelemetry's semantic conventions and, for the host, the names
// that Jaeger's own clients use.
package process

import "github.com/pythia-trace/pythia"

var (
	serviceKeys  = [...]string{"service.name"}
	instanceKeys = [...]string{"service.instance.id", "k8s.pod.name", "container.id"}
	hostKeys     = [...]string{"host.name", "host.id", "k8s.node.name", "hostname", "ip"}
)

// From describes a process by its attributes. The first attribute of each list above that is there gives the field; all others
// stay attributes. It takes ownership of the slice.
func From(attrs []pythia.Attr) pythia.Process {
	var p pythia.Process
	p.Service, attrs = take(attrs, serviceKeys[:])
	p.Instance, attrs = take(attrs, instanceKeys[:])
	p.Host, attrs = take(attrs, hostKeys[:])
	if len(attrs) > 0 {
		p.Attrs = attrs
	}
	return p
}

func take(attrs []pythia.Attr, keys []string) (string, []pythia.Attr) {
	for _, key := range keys {
		for i, a := range attrs {
			if a.Key == key && a.Value.String() != "" {
				return a.Value.String(), append(attrs[:i], attrs[i+1:]...)
			}
		}
	}
	return "", attrs
}
