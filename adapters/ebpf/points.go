//go:build linux && amd64

package ebpf

import (
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"go.opentelemetry.io/otel/attribute"

	"github.com/pythia-trace/pythia"
)

// point is a trace point of the kernel.
type point struct {
	name, description string
	place             int        // its bit, as the programs have it
	programs          []string   // that have to be attached while it is on
	syscall           int        // its number; -1 if it is none
	byRuntime         bool       // the Go runtime makes it, too, on the stack of its scheduler
	attributes        attributes // of its events
}

// attributes makes something of an event's values.
type attributes func(e *event) []attribute.KeyValue

// The programs of each kind of point.
var (
	syscallPrograms    = slices.Concat([]string{"enter_syscall", "exit_syscall"}, schedulerPrograms, blockPrograms) // a call says what it waited for
	schedulerPrograms  = []string{"switch_threads", "wake_thread"}
	blockPrograms      = []string{"ask_block_io", "begin_block_io", "end_block_io"}
	faultPrograms      = []string{"fault_page"}
	retransmitPrograms = []string{"note_sender", "retransmit"}
)

// firstOther is the place of the first point that is no system call; bpf/points.bpf.c has these, too.
const firstOther = 48

// allPoints returns the points, ordered by place.
func allPoints() []point {
	var all []point
	for _, s := range syscalls {
		all = append(all, point{
			name: s.name, description: "system call: " + s.description, place: len(all), programs: syscallPrograms, syscall: s.number, attributes: s.attributes,
			byRuntime: slices.Contains(callsOfRuntime, s.number),
		})
	}
	for i, p := range []point{
		{name: "sched.blocked", description: "a thread sleeps until something happens, in no system call whose point is on", programs: schedulerPrograms},
		{
			name: "sched.runnable", description: "a thread could run, but no processor is free, in no system call whose point is on", programs: schedulerPrograms,
			attributes: ranInstead,
		},
		{name: "block.io", description: "a request to a disk, from issue to completion", programs: blockPrograms, attributes: diskAttributes},
		{name: "page_fault", description: "a page of memory is not there", programs: faultPrograms, attributes: faultAttributes},
		{
			name: "tcp.retransmit", description: "a packet is sent again on a connection, by who has sent on it last", programs: retransmitPrograms,
			attributes: ports,
		},
	} {
		p.place, p.syscall = firstOther+i, -1
		all = append(all, p)
	}
	return all
}

func (p *point) id() pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.LayerKernel, Scope: Scope, Name: p.name}
}

// describe returns points ordered by ID.
func describe(points []point) []pythia.TracePoint {
	described := make([]pythia.TracePoint, len(points))
	for i := range points {
		described[i] = pythia.TracePoint{ID: points[i].id(), Description: points[i].description}
	}
	slices.SortFunc(described, func(a, b pythia.TracePoint) int { return a.ID.Compare(b.ID) })
	return described
}

// syscalls are those that a request may wait for, or make many of.
var syscalls = []struct {
	name, description string
	number            int
	attributes        attributes
}{
	{"read", "read from a file or connection", unix.SYS_READ, transfer},
	{"write", "write to a file or connection", unix.SYS_WRITE, transfer},
	{"pread64", "read from a place of a file", unix.SYS_PREAD64, transfer},
	{"pwrite64", "write to a place of a file", unix.SYS_PWRITE64, transfer},
	{"readv", "read into several buffers", unix.SYS_READV, transferred},
	{"writev", "write several buffers", unix.SYS_WRITEV, transferred},
	{"openat", "open a file", unix.SYS_OPENAT, opened},
	{"close", "close a file or connection", unix.SYS_CLOSE, ofFile},
	{"fsync", "wait until a file is on disk", unix.SYS_FSYNC, ofFile},
	{"fdatasync", "wait until a file's contents are on disk", unix.SYS_FDATASYNC, ofFile},
	{"sync_file_range", "wait until a part of a file is on disk", unix.SYS_SYNC_FILE_RANGE, ofFile},
	{"fallocate", "reserve room for a file", unix.SYS_FALLOCATE, ofFile},
	{"ftruncate", "change a file's length", unix.SYS_FTRUNCATE, ofFile},
	{"flock", "lock a file", unix.SYS_FLOCK, ofFile},
	{"newfstatat", "look a file up", unix.SYS_NEWFSTATAT, failed},
	{"fstat", "ask about an open file", unix.SYS_FSTAT, ofFile},
	{"getdents64", "list a folder", unix.SYS_GETDENTS64, transferred},
	{"unlinkat", "delete a file", unix.SYS_UNLINKAT, failed},
	{"renameat", "rename a file", unix.SYS_RENAMEAT, failed},
	{"mkdirat", "make a folder", unix.SYS_MKDIRAT, failed},
	{"sendfile", "send a file", unix.SYS_SENDFILE, transferred},
	{"splice", "move data between files or connections", unix.SYS_SPLICE, transferred},
	{"copy_file_range", "copy a part of a file", unix.SYS_COPY_FILE_RANGE, transferred},
	{"socket", "make a socket", unix.SYS_SOCKET, opened},
	{"connect", "connect to somebody", unix.SYS_CONNECT, ofFile},
	{"accept4", "take a connection in", unix.SYS_ACCEPT4, opened},
	{"sendto", "send a message", unix.SYS_SENDTO, transfer},
	{"recvfrom", "receive a message", unix.SYS_RECVFROM, transfer},
	{"sendmsg", "send a message of several parts", unix.SYS_SENDMSG, transferred},
	{"recvmsg", "receive a message of several parts", unix.SYS_RECVMSG, transferred},
	{"epoll_wait", "wait for files or connections", unix.SYS_EPOLL_WAIT, counted},
	{"epoll_pwait", "wait for files or connections", unix.SYS_EPOLL_PWAIT, counted},
	{"poll", "wait for files or connections", unix.SYS_POLL, counted},
	{"ppoll", "wait for files or connections", unix.SYS_PPOLL, counted},
	{"futex", "wait for another thread, or wake it", unix.SYS_FUTEX, failed},
	{"nanosleep", "sleep", unix.SYS_NANOSLEEP, failed},
	{"sched_yield", "let others run", unix.SYS_SCHED_YIELD, failed},
	{"mmap", "map memory", unix.SYS_MMAP, nil},
	{"munmap", "unmap memory", unix.SYS_MUNMAP, failed},
	{"mprotect", "protect memory", unix.SYS_MPROTECT, failed},
	{"madvise", "say how memory is used", unix.SYS_MADVISE, failed},
	{"getrandom", "make random bytes", unix.SYS_GETRANDOM, failed},
	{"clone", "start a thread or process", unix.SYS_CLONE, failed},
	{"execve", "run another program", unix.SYS_EXECVE, failed},
	{"wait4", "wait for a process", unix.SYS_WAIT4, failed},
	{"waitid", "wait for a process", unix.SYS_WAITID, failed},
	{"io_uring_enter", "submit to a ring, or wait for it", unix.SYS_IO_URING_ENTER, failed},
}

// callsOfRuntime are those that the Go runtime makes on behalf of a goroutine.
var callsOfRuntime = []int{
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MPROTECT, unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_SCHED_YIELD, unix.SYS_CLONE,
	unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT,
}

// transfer is a system call of a file, a buffer and its length, which returns how many bytes there were.
func transfer(e *event) []attribute.KeyValue {
	return append(transferred(e), attribute.Int64("requested_bytes", e.Values[2]))
}

func transferred(e *event) []attribute.KeyValue {
	return result(e, "bytes", attribute.Int64("fd", int64(int32(e.Values[0]))))
}

func ofFile(e *event) []attribute.KeyValue {
	return append(failed(e), attribute.Int64("fd", int64(int32(e.Values[0]))))
}

func opened(e *event) []attribute.KeyValue { return result(e, "fd") }

func counted(e *event) []attribute.KeyValue { return result(e, "ready") }

// failed says how a system call failed, if it did.
func failed(e *event) []attribute.KeyValue {
	if e.Values[3] >= 0 {
		return nil
	}
	return result(e, "")
}

// waits says what a system call waited for.
func waits(e *event) []attribute.KeyValue {
	if e.Blocked == 0 && e.Runnable == 0 && e.DiskRequests == 0 {
		return nil
	}
	return []attribute.KeyValue{
		attribute.Float64("blocked_us", float64(e.Blocked)/1000), attribute.Float64("runnable_us", float64(e.Runnable)/1000),
		attribute.Int64("disk_requests", int64(e.DiskRequests)), attribute.Int64("disk_kib", int64(e.DiskKib)),
	}
}

// result adds what a system call returned, or how it failed.
func result(e *event, key string, more ...attribute.KeyValue) []attribute.KeyValue {
	if r := e.Values[3]; r >= 0 {
		return append(more, attribute.Int64(key, r))
	}
	name := unix.ErrnoName(unix.Errno(-e.Values[3]))
	if name == "" { // a call that is made again
		return more
	}
	return append(more, attribute.String("errno", name))
}

// ranInstead says who had the processor that a thread waited for.
func ranInstead(e *event) []attribute.KeyValue {
	var name [16]byte
	binary.NativeEndian.PutUint64(name[:8], uint64(e.Values[1]))
	binary.NativeEndian.PutUint64(name[8:], uint64(e.Values[2]))
	before, _, _ := strings.Cut(string(name[:]), "\x00")
	if e.Values[0] == 0 {
		before = "nobody" // it was asleep
	}
	return []attribute.KeyValue{attribute.String("ran_instead", strings.ToValidUTF8(before, "?"))}
}

// diskAttributes says what went to or came from where.
func diskAttributes(e *event) []attribute.KeyValue {
	device := unix.Mkdev(uint32(e.Values[0]>>32), uint32(e.Values[0]))
	return []attribute.KeyValue{
		attribute.String("device", deviceName(device)), attribute.Int64("sector", e.Values[1]), attribute.Int64("bytes", e.Values[2]),
		attribute.String("operation", operation(e.Values[3])),
	}
}

// operation names what a disk is asked for (REQ_OP of include/linux/blk_types.h).
func operation(op int64) string {
	switch op {
	case 0:
		return "read"
	case 1:
		return "write"
	case 2:
		return "flush"
	case 3:
		return "discard"
	}
	return "other"
}

func faultAttributes(e *event) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.Bool("write", e.Values[1] != 0)}
}

func ports(e *event) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.Int64("port", e.Values[0]), attribute.Int64("peer_port", e.Values[1])}
}
