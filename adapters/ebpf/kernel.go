//go:build linux && amd64

package ebpf

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"golang.org/x/sys/unix"

	"github.com/pythia-trace/pythia/tracepoint"
)

//go:generate go tool bpf2go -cc clang-19 -strip llvm-strip-19 -target amd64 -type event -cflags "-O2 -g -Wall -Werror -I/usr/include/x86_64-linux-gnu" points bpf/points.bpf.c

// event is something that has happened in the kernel, as the programs report it.
type event = pointsEvent

// Kernel has the trace points of the Linux kernel, for the goroutines of this process that serve requests.
//
// It is also a span processor of OpenTelemetry's SDK: give it to the provider (RegisterSpanProcessor), and what happens in the kernel on behalf of the
// goroutine that has started a span becomes a span below that one, with the same provider. A goroutine serves the span that it has started last and
// that has not ended; with [Kernel.Go] others serve it too. Nothing has to be changed in the application, and no goroutine be locked to a thread.
//
// It is safe for concurrent use. Nothing is attached to the kernel while no point is on, and nothing stays there when the process ends, however it does.
type Kernel struct {
	log        *slog.Logger
	points     []point
	programs   *ebpf.Collection
	memory     []byte
	goroutines *goroutines
	spans      *spanMaker
	reader     *reader
	switches   switches
}

// New loads the programs, which takes some tenths of a second; attached they are while points are on. Where the kernel or the process does not allow it, the
// error is an [UnsupportedError]; the rest of Pythia does without.
func New(c Config) (*Kernel, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	l, err := findLayout()
	if err != nil {
		return nil, err
	}
	k := &Kernel{log: c.Logger}
	if err := k.load(l); err != nil {
		return nil, errors.Join(explain(err), k.Close())
	}
	k.spans = newSpanMaker(c.Provider, k.points)
	r := &reader{goroutines: k.goroutines, log: k.log, drops: k.dropped}
	if err := r.start(k.programs.Maps["events"], k.spans); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	k.reader = r
	k.switches.init(k)
	return k, nil
}

// explain says why the programs could not be loaded, as far as it can be found out.
func explain(err error) error {
	if unsupported := Supported(); unsupported != nil {
		return unsupported
	}
	return fmt.Errorf("ebpf: loading the programs: %w", err)
}

func (k *Kernel) load(l layout) error {
	if err := mayUse(); err != nil {
		return err
	}
	spec, err := loadPoints()
	if err != nil {
		return err
	}
	if err := k.leaveOut(spec); err != nil {
		return err
	}
	for name, value := range map[string]uint64{
		"goid_at": l.goid, "m_at": l.m, "curg_at": l.curg, "wake_at": uint64(spec.Maps["events"].MaxEntries) / 4,
	} {
		if err := spec.Variables[name].Set(value); err != nil {
			return err
		}
	}
	if k.programs, err = ebpf.NewCollection(spec); err != nil {
		return err
	}
	if err := k.identify(); err != nil {
		return err
	}
	const size = numberOfBuckets * int(unsafe.Sizeof(bucket{}))
	k.memory, err = unix.Mmap(k.programs.Maps["goroutines"].FD(), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("ebpf: sharing memory with the kernel: %w", err)
	}
	k.goroutines = newGoroutines(l, unsafe.Slice((*bucket)(unsafe.Pointer(&k.memory[0])), numberOfBuckets))
	return nil
}

// leaveOut does without the points whose tracepoints this kernel does not have.
func (k *Kernel) leaveOut(spec *ebpf.CollectionSpec) error {
	types, err := btf.LoadKernelSpec()
	if err != nil {
		return err
	}
	for name, p := range spec.Programs {
		if p.Type != ebpf.Tracing {
			continue
		}
		var tracepoint *btf.Typedef
		if types.TypeByName("btf_trace_"+p.AttachTo, &tracepoint) != nil {
			delete(spec.Programs, name)
		}
	}
	lacks := func(name string) bool { return spec.Programs[name] == nil }
	k.points = allPoints()
	if slices.ContainsFunc(blockPrograms, lacks) { // then system calls do not tell what they asked of disks
		for i := range k.points {
			if p := &k.points[i]; p.syscall >= 0 {
				p.programs = slices.DeleteFunc(slices.Clone(p.programs), func(name string) bool { return slices.Contains(blockPrograms, name) })
			}
		}
	}
	k.points = slices.DeleteFunc(k.points, func(p point) bool { return slices.ContainsFunc(p.programs, lacks) })
	return nil
}

// identify tells the programs which process they are for: by the ID that it has in the first namespace, which it does not know itself in a container.
func (k *Kernel) identify() error {
	id, err := k.programs.Programs["identify"].Run(&ebpf.RunOptions{})
	if err != nil {
		return fmt.Errorf("ebpf: asking the kernel which process this is: %w", err)
	}
	return k.programs.Variables["process"].Set(id)
}

// Controller makes the controller of the points, for the router beside the application's own. It implements [pythia.LeasedSelector] and [pythia.Coster]. A
// point that goes on is on for spans that start from then on. Several controllers may share a Kernel; the last call decides.
func (k *Kernel) Controller(c tracepoint.LeaseConfig) (*tracepoint.Leases, error) {
	return tracepoint.NewLeases(switchboard{k}, c)
}

// Stats returns the counts so far.
func (k *Kernel) Stats() Stats {
	return Stats{
		Events: int(k.reader.events.Load()), Doubtful: int(k.reader.doubtful.Load()), Dropped: k.dropped(), Unplaced: int(k.goroutines.missed.Load()),
		Attached: k.switches.attached(),
	}
}

func (k *Kernel) dropped() int {
	var n uint64
	if k.programs.Variables["dropped"].Get(&n) != nil {
		return 0
	}
	return int(n)
}

// Close switches all points off, makes spans of what has happened until then, and lets go of everything. The Kernel cannot be used any more, but as a span
// processor that does nothing.
func (k *Kernel) Close() error {
	if !k.switches.close() {
		return nil
	}
	return k.release()
}

// release lets go of what was loaded.
func (k *Kernel) release() error {
	var errs []error
	if k.reader != nil {
		errs = append(errs, k.reader.close())
	}
	if k.goroutines != nil {
		k.goroutines.forget(true)
	}
	if k.memory != nil {
		errs = append(errs, unix.Munmap(k.memory))
	}
	if k.programs != nil {
		k.programs.Close()
	}
	return errors.Join(errs...)
}
