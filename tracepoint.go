package pythia

import "strings"

// Layer says where in the stack a trace point lies.
type Layer uint8

// The layers, from the top of the stack to the bottom.
const (
	LayerApp        Layer = iota // the application and its libraries
	LayerKernel                  // the operating system kernel
	LayerHypervisor              // the virtual machine monitor
)

// String returns "app", "kernel" or "hypervisor".
func (l Layer) String() string {
	switch l {
	case LayerApp:
		return "app"
	case LayerKernel:
		return "kernel"
	case LayerHypervisor:
		return "hypervisor"
	}
	return "unknown"
}

// TracePointID names a place in the code that can record an event or a span. It is comparable and serves as a map key.
type TracePointID struct {
	// Layer is the layer whose controller switches the point.
	Layer Layer
	// Scope is the program that holds the point: a service name, "linux", "qemu".
	Scope string
	// Name is the operation as the program calls it: "GET /cart", "inventory.Reserve", "sys_enter_fsync".
	Name string
}

// String returns "scope name", and for a point below the application "layer: scope name".
func (p TracePointID) String() string {
	s := p.Name
	if p.Scope != "" {
		s = p.Scope + " " + p.Name
	}
	if p.Layer != LayerApp {
		s = p.Layer.String() + ": " + s
	}
	return s
}

// Compare orders points by layer, then scope, then name.
func (p TracePointID) Compare(q TracePointID) int {
	if p.Layer != q.Layer {
		return int(p.Layer) - int(q.Layer)
	}
	if c := strings.Compare(p.Scope, q.Scope); c != 0 {
		return c
	}
	return strings.Compare(p.Name, q.Name)
}
