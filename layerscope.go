package pythia

import "strings"

// layerScope begins the names of instrumentation scopes that say of which layer below the application a span is.
const layerScope = "pythia/"

// InstrumentationScope returns the instrumentation scope under which adapters report spans of a program below the application to OpenTelemetry, which has
// no notion of layers: "pythia/kernel/linux", "pythia/hypervisor/qemu". [SpanPoint] reads it.
func InstrumentationScope(l Layer, program string) string {
	return layerScope + l.String() + "/" + program
}

// SpanPoint returns the trace point of a span that came by OpenTelemetry: the service's, unless [InstrumentationScope] makes the instrumentation scope for a
// program of a layer below the application. It allocates nothing; the point has pieces of the strings.
func SpanPoint(instrumentationScope, service, name string) TracePointID {
	if rest, ours := strings.CutPrefix(instrumentationScope, layerScope); ours {
		for l := LayerKernel; l <= LayerHypervisor; l++ {
			if program, is := strings.CutPrefix(rest, l.String()); is && len(program) > 1 && program[0] == '/' {
				return TracePointID{Layer: l, Scope: program[1:], Name: name}
			}
		}
	}
	return TracePointID{Layer: LayerApp, Scope: service, Name: name}
}
