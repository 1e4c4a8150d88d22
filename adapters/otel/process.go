package otel

import (
	"sync"

	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/process"
)

const maxProcesses = 1024 // each provider has one resource

// processes remembers what was made of resources, so that the spans of a process share one.
type processes struct {
	mu         sync.Mutex
	byResource map[*resource.Resource]*pythia.Process
}

func (ps *processes) of(r *resource.Resource) *pythia.Process {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p, ok := ps.byResource[r]; ok {
		return p
	}
	if ps.byResource == nil || len(ps.byResource) >= maxProcesses {
		ps.byResource = make(map[*resource.Resource]*pythia.Process)
	}
	p := newProcess(r)
	ps.byResource[r] = p
	return p
}

func newProcess(r *resource.Resource) *pythia.Process {
	p := process.From(listAttrs(r.Attributes()))
	return &p
}
