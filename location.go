package pythia

import (
	"fmt"
	"strings"
)

// LocationKind says what lies between two events of a workflow.
type LocationKind string

// The kinds of location.
const (
	// LocationSpan is time that a span spent itself, its calls and children aside.
	LocationSpan LocationKind = "span"
	// LocationCall is time between a caller and its callee: the network, queues, and waiting to be served.
	LocationCall LocationKind = "call"
	// LocationGap is a stretch within a service where nothing is instrumented.
	LocationGap LocationKind = "gap"
)

// Event is the start or the end of a span at a trace point.
type Event struct {
	Point TracePointID
	End   bool
}

// String returns "start of X" or "end of X".
func (e Event) String() string {
	switch {
	case e.Point == TracePointID{} && e.End:
		return "end of the workflow"
	case e.Point == TracePointID{}:
		return "start of the workflow"
	case e.End:
		return "end of " + e.Point.String()
	}
	return "start of " + e.Point.String()
}

// Location is a place in the workflow that a finding names.
type Location struct {
	Kind LocationKind
	// Point is the span in which the time is spent; for a call, the caller's. It is zero for the time between several roots.
	Point TracePointID
	// Callee is the service called, for a call; empty if unknown.
	Callee string
	// Callees, for a span, are the services the calls to which lose the time that is held against it, ordered: set if that is most of the
	// time, lost alike around calls to several services, and so the caller's doing.
	Callees []string
	// From and To are the events that delimit the stretch. For the time of a span as a whole they are its start and end.
	From, To Event
	// Stack is the calling context of Point, outermost first, where most is at stake; of deep ones the innermost part.
	Stack []TracePointID
}

// String returns a sentence fragment that names the place.
func (l Location) String() string {
	service := l.Point.Scope
	if service == "" {
		service = "the client"
	}
	switch l.Kind {
	case LocationCall:
		callee := l.Callee
		if callee == "" {
			callee = "an unknown service"
		}
		return fmt.Sprintf("the call from %s to %s in %q", service, callee, l.Point.Name)
	case LocationGap:
		return fmt.Sprintf("nothing is instrumented in %s from the %s to the %s", service, l.From, l.To)
	}
	if len(l.Callees) > 0 {
		return fmt.Sprintf("%s, %q, around its calls to %s", service, l.Point.Name, strings.Join(l.Callees, ", "))
	}
	return fmt.Sprintf("%s, %q", service, l.Point.Name)
}
