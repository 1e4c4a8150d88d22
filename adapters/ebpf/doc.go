// Package ebpf makes trace points of the Linux kernel ones that Pythia switches like those of an application: system calls, waiting for something or for a
// processor, requests to disks, page faults, packets sent again. What happens in the kernel on behalf of a request becomes spans below the application's
// span that caused it, in the same trace.
//
//	kernel, err := ebpf.New(ebpf.Config{Provider: sdk}) // loads the programs; nothing is attached yet
//	sdk.RegisterSpanProcessor(kernel)                   // so that the kernel knows which goroutine serves which span
//	points, err := kernel.Controller(tracepoint.LeaseConfig{})
//	router, err := tracepoint.NewRouter(tracepoint.LeaseConfig{}, application, points)
//
// # Which request
//
// When a span starts that is recorded, by whatever library, the Kernel writes into memory that it shares with the kernel which goroutine serves it. At a
// point that is on, a program in the kernel finds the goroutine by the register in which compiled Go code keeps it, on whichever thread it runs. That no
// goroutine is taken for an earlier one is seen by its ID, when the event is read; what is not certain is left out, and counted. Where the Go runtime keeps
// the IDs is found out when the Kernel is made, in the program itself, so no table of Go's versions is needed, nor debugging information.
//
// A span that is handed on to another goroutine is still served by the one that started it, until it ends: [Kernel.Go] is for that.
//
// What a goroutine waits for in the Go runtime, such as a channel or a mutex, does not reach the kernel: the application's own points show it. Of what the
// kernel does later and in threads of its own, such as writing back a file that was not synced, it is not known whom it is for.
//
// # Spans
//
// A system call's span lasts from its entry to its exit, says in its attributes for how long it did not run and what it asked of disks, and has requests to
// disks as children, if their point is on too. Waiting has spans of its own where it is in no such call. Times are those of the
// application's spans. Spans are reported under the instrumentation scope "pythia/kernel/linux", by which Pythia knows their layer
// ([pythia.SpanPoint]), wherever they are exported to.
//
// # Cost
//
// While no point is on nothing is attached, and a span of the application costs an atomic load more. A program is attached for each kind of point of which
// one is on; then each system call of the machine takes some nanoseconds more, and a traced one about a tenth of a microsecond; making its span takes some
// microseconds, in a goroutine of the Kernel's. What happens faster than that is dropped, and counted (Stats).
//
// # What it needs
//
// Linux 5.18 or later on amd64 with BTF, and root or CAP_BPF and CAP_PERFMON. Elsewhere New fails with an [UnsupportedError] that says why, and the rest of
// Pythia works without; [Features] and the command "pythia doctor" say it too.
package ebpf
