package strategytest

import "github.com/pythia-trace/pythia"

// application is what the services are programmed to do. It does not change.
type application struct {
	operations []*operation // by index
	byID       map[pythia.TracePointID]*operation
	roots      []*operation // the entry points of the request types
	types      []string     // as pythia.RequestType names them
}

// operation is a place in a service's code, with its trace point.
type operation struct {
	index int
	id    pythia.TracePointID
	kind  pythia.SpanKind
	// entry operations take requests in. They are the skeleton.
	entry bool
	// level is how many operations lie between it and the entry above, plus one.
	level int
	// parents are the operations that call it, within its service.
	parents []*operation
	steps   []step
	// gaps are the parts of the self time before, between and after the steps.
	gaps []float64
	// medianNanos and sigma are of the lognormal self time.
	medianNanos, sigma float64
	thirdParty         string
	replicas           []*pythia.Process // shared by the service's operations
	always, switchable []attribute
	description        string
	source             string
}

// step is what runs in parallel.
type step []link

// link is a call to another operation.
type link struct {
	callee      *operation
	probability float64
	count       int // in sequence
	salt        uint64
}

func (o *operation) leaf() bool { return len(o.steps) == 0 }

// size is how many operations a call runs, at most.
func (o *operation) size() int {
	n := 1
	for _, s := range o.steps {
		for _, l := range s {
			n += l.count * l.callee.size()
		}
	}
	return n
}

// records returns the switchable attribute of a key.
func (o *operation) records(key string) bool {
	for _, a := range o.switchable {
		if a.key == key {
			return true
		}
	}
	return false
}

// above returns the operations on the way from the operation up to the entry, as far as there is only one way.
func (o *operation) above() []*operation {
	var up []*operation
	for len(o.parents) == 1 {
		o = o.parents[0]
		up = append(up, o)
	}
	return up
}
