//go:build linux && amd64

package ebpf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cilium/ebpf/link"
	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
)

// switches are those of all points.
type switches struct {
	// wanted is what requests go by; nil while no point is on. It never changes; switching replaces it.
	wanted atomic.Pointer[wanted]

	mu          sync.Mutex // guards what follows
	kernel      *Kernel
	on          map[pythia.TracePointID]pythia.Selection
	links       map[string]link.Link // by program
	generations [2]uint32            // how many times the programs of a kind were attached
	switchedOn  [64]uint32           // how many times each point was switched on
	bits        uint64               // of those that are on
	closed      bool
}

var errClosed = errors.New("ebpf: the kernel's trace points are closed")

// byRuntime is added to the places of system calls that the Go runtime makes, as bpf/points.bpf.c has it.
const byRuntime = 0x80

// wanted are the points that are on, a bit for each.
type wanted struct {
	all      uint64 // for all requests
	matching []matching
}

// matching are points that are on for some requests.
type matching struct {
	matcher tracepoint.Matcher
	points  uint64
}

// points returns those that are on for the request of a span that begins.
func (w *wanted) points(ctx context.Context, span trace.Span) uint64 {
	points := w.all
	for i := range w.matching {
		if m := &w.matching[i]; m.matcher.MatchBelow(ctx, span) {
			points |= m.points
		}
	}
	return points
}

func (s *switches) init(k *Kernel) {
	s.kernel, s.on, s.links = k, make(map[pythia.TracePointID]pythia.Selection), make(map[string]link.Link)
}

// change switches points one by one, and then has the kernel do what is wanted.
func (s *switches) change(ctx context.Context, ids []pythia.TracePointID, to func(pythia.TracePointID)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	var errs []error
	for _, id := range ids {
		if s.kernel.point(id) == nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: pythia.ErrUnknownPoint})
			continue
		}
		to(id)
	}
	failed := s.apply()
	for _, id := range unique(ids) {
		if err := failed[id]; err != nil {
			errs = append(errs, &pythia.PointError{ID: id, Err: err})
		}
	}
	return errors.Join(errs...)
}

func unique(ids []pythia.TracePointID) []pythia.TracePointID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, pythia.TracePointID.Compare)
	return slices.Compact(ids)
}

func (k *Kernel) point(id pythia.TracePointID) *point {
	for i := range k.points {
		if k.points[i].id() == id {
			return &k.points[i]
		}
	}
	return nil
}

// apply attaches what is needed, tells programs and requests what is on, and detaches what is not needed any more. It returns why points could not be
// switched on; those are off.
func (s *switches) apply() map[pythia.TracePointID]error {
	failed := make(map[pythia.TracePointID]error)
	for i := range s.kernel.points {
		p := &s.kernel.points[i]
		if _, on := s.on[p.id()]; !on {
			continue
		}
		if err := s.attach(p.programs); err != nil {
			failed[p.id()] = err
			delete(s.on, p.id())
		}
	}
	s.publish()
	for name, l := range s.links {
		if !s.needs(name) {
			if err := l.Close(); err != nil { // it cannot fail, but for a link that is closed
				s.kernel.log.Error("ebpf: a program stays attached", "program", name, "error", err)
			}
			delete(s.links, name)
		}
	}
	if len(s.links) == 0 {
		s.kernel.reader.pause()
	} else {
		s.kernel.reader.resume()
	}
	return failed
}

// attach attaches the programs of a point.
func (s *switches) attach(programs []string) error {
	for _, name := range slices.Backward(programs) { // what ends something before what begins it
		if s.links[name] != nil {
			continue
		}
		if kind := kindOf(name); kind != none { // first: what was under way when it was detached is not known to have ended
			s.generations[kind]++
			if err := s.kernel.programs.Variables["generations"].Set(s.generations); err != nil {
				return fmt.Errorf("ebpf: attaching %s: %w", name, err)
			}
		}
		l, err := link.AttachTracing(link.TracingOptions{Program: s.kernel.programs.Programs[name]})
		if err != nil {
			return fmt.Errorf("ebpf: attaching %s: %w", name, err)
		}
		s.links[name] = l
	}
	return nil
}

// kindOf returns the kind of programs that a program is of which must not be taken for having been there all the time when it was not, as bpf/points.bpf.c
// has them. Of system calls it is the points that tell.
func kindOf(program string) int {
	return slices.IndexFunc([][]string{schedulerPrograms, blockPrograms}, func(kind []string) bool { return slices.Contains(kind, program) })
}

func (s *switches) needs(program string) bool {
	for id := range s.on {
		if slices.Contains(s.kernel.point(id).programs, program) {
			return true
		}
	}
	return false
}

// publish tells programs and requests what is on.
func (s *switches) publish() {
	var numbers [512]uint8
	var bits uint64
	w := new(wanted)
	for id, selection := range s.on {
		p := s.kernel.point(id)
		bit := uint64(1) << p.place
		bits |= bit
		if p.syscall >= 0 {
			numbers[p.syscall] = uint8(p.place + 1)
			if p.byRuntime {
				numbers[p.syscall] |= byRuntime
			}
		}
		if len(selection.RequestTypes) == 0 && selection.OneIn <= 1 {
			w.all |= bit
			continue
		}
		w.matching = append(w.matching, matching{tracepoint.NewMatcher(selection), bit})
	}
	for i := range s.switchedOn {
		if bits&^s.bits>>i&1 == 1 {
			s.switchedOn[i]++
		}
	}
	s.bits = bits
	for _, v := range []struct {
		name  string
		value any
	}{{"switched_on", s.switchedOn}, {"points", bits}, {"syscalls", numbers}} {
		if err := s.kernel.programs.Variables[v.name].Set(v.value); err != nil { // memory that is shared: it cannot fail
			s.kernel.log.Error("ebpf: the kernel was not told what is on", "error", err)
		}
	}
	if bits == 0 {
		w = nil
	}
	s.wanted.Store(w)
}

func (s *switches) attached() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.links)
}

// close switches everything off for ever. It returns false if that was done before.
func (s *switches) close() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.closed = true
	if s.kernel != nil {
		clear(s.on)
		s.apply()
	}
	return true
}

// switchboard switches the points, without leases.
type switchboard struct{ kernel *Kernel }

func (b switchboard) Points(ctx context.Context) ([]pythia.TracePoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return describe(b.kernel.points), nil
}

func (b switchboard) Enable(ctx context.Context, ids ...pythia.TracePointID) error {
	return b.EnableOnly(ctx, pythia.Selection{}, ids...)
}

func (b switchboard) EnableOnly(ctx context.Context, selection pythia.Selection, ids ...pythia.TracePointID) error {
	s := &b.kernel.switches
	selection.RequestTypes = slices.Clone(selection.RequestTypes)
	return s.change(ctx, ids, func(id pythia.TracePointID) { s.on[id] = selection })
}

func (b switchboard) Disable(ctx context.Context, ids ...pythia.TracePointID) error {
	s := &b.kernel.switches
	return s.change(ctx, ids, func(id pythia.TracePointID) { delete(s.on, id) })
}

// atSource is what an event takes in the kernel, at most; tests hold it.
const atSource = 140 * time.Nanosecond

// HitCost is what an event takes: in the kernel, and to make its span, which is measured, all kinds alike.
func (b switchboard) HitCost(id pythia.TracePointID) (pythia.HitCost, bool) {
	average := b.kernel.reader.cost.Average()
	if average == 0 || b.kernel.point(id) == nil {
		return pythia.HitCost{}, false
	}
	return pythia.HitCost{CPU: average + atSource}, true
}
