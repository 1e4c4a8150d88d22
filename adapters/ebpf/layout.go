//go:build linux && amd64

package ebpf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// currentG returns the address of the running goroutine's g, with which the Go runtime describes it. It stays the same while the goroutine lives, and
// is another goroutine's later. Compiled code keeps it in register R14, where the kernel finds it.
func currentG() uintptr

// word reads the memory at an address, which must be that of a g: a g is never freed.
func word(address uintptr) uint64

// layout says where the Go runtime keeps what the kernel side asks for, in bytes from the beginning: in a g the goroutine's ID and the thread that runs it,
// its m; and in that the g that it runs.
type layout struct{ goid, m, curg uint64 }

// goroutineID returns the ID of the goroutine that a g describes now.
func (l layout) goroutineID(g uintptr) uint64 { return word(g + uintptr(l.goid)) }

const (
	sampledGoroutines = 32
	sizeOfG           = 512 // more or less: where to look
	sizeOfM           = 1024
)

// findLayout finds out where the runtime of this very program keeps things, by looking for what is known of some goroutines: their IDs, threads and
// addresses. So it needs no table of Go's versions, and no debugging information, which a program may lack. An error says that what was found is not clear.
func findLayout() (layout, error) {
	var all candidates
	for range sampledGoroutines {
		var found candidates
		var err error
		var done sync.WaitGroup
		done.Go(func() { found, err = look() })
		done.Wait()
		if err != nil {
			return layout{}, &UnsupportedError{Feature: "memory of the process, to find its goroutines", Cause: CauseRuntime, Err: err}
		}
		all = all.and(found)
	}
	if len(all.goids) != 1 || len(all.threads) != 1 {
		return layout{}, &UnsupportedError{
			Feature: "goroutines of " + runtime.Version(), Cause: CauseRuntime, Advice: "build the program with another version of Go, and tell us",
			Err: fmt.Errorf("%d places may hold a goroutine's ID, and %d its thread: %w", len(all.goids), len(all.threads), errNot),
		}
	}
	var l layout
	for l.goid = range all.goids {
	}
	for at := range all.threads {
		l.m, l.curg = at.m, at.curg
	}
	return l, nil
}

func knowsGoroutines() error {
	_, err := findLayout()
	return err
}

// candidates are places that may be those looked for.
type candidates struct {
	goids   map[uint64]bool
	threads map[threadPlace]bool
}

// threadPlace is where a g may have its m, and that its g.
type threadPlace struct{ m, curg uint64 }

func (c candidates) and(o candidates) candidates {
	if c.goids == nil {
		return o
	}
	for at := range c.goids {
		if !o.goids[at] {
			delete(c.goids, at)
		}
	}
	for at := range c.threads {
		if !o.threads[at] {
			delete(c.threads, at)
		}
	}
	return c
}

// look returns the candidates that the running goroutine leaves. It looks again if another thread has taken the goroutine over meanwhile.
func look() (candidates, error) {
	for {
		thread := unix.Gettid()
		found, err := lookIn(thread)
		if err != nil || unix.Gettid() == thread {
			return found, err
		}
	}
}

// lookIn is look while a thread runs the goroutine.
func lookIn(thread int) (candidates, error) {
	found := candidates{make(map[uint64]bool), make(map[threadPlace]bool)}
	g, id := currentG(), idFromStack()
	memory, err := readSelf(g, sizeOfG)
	if err != nil {
		return found, fmt.Errorf("reading what the Go runtime knows of a goroutine: %w", err)
	}
	low, high := memory[0], memory[1] // its stack, where copies of anything may lie
	for i, value := range memory {
		at := 8 * uint64(i)
		if value == id {
			found.goids[at] = true
		}
		if value%8 != 0 || uintptr(value) == g || low <= value && value < high {
			continue
		}
		m, err := readSelf(uintptr(value), sizeOfM)
		if err != nil || !slices.Contains(m, uint64(thread)) {
			continue // it is no address, or not that of an m, which knows the number of its thread
		}
		for i, w := range m {
			if uintptr(w) == g {
				found.threads[threadPlace{at, 8 * uint64(i)}] = true
			}
		}
	}
	return found, nil
}

// readSelf reads words of this process's memory. It fails where there is none.
func readSelf(address uintptr, size int) ([]uint64, error) {
	memory := make([]byte, size)
	local := []unix.Iovec{{Base: &memory[0], Len: uint64(size)}}
	n, err := unix.ProcessVMReadv(unix.Getpid(), local, []unix.RemoteIovec{{Base: address, Len: size}}, 0)
	if err != nil {
		return nil, err
	}
	words := make([]uint64, n/8)
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(memory[8*i:])
	}
	return words, nil
}

// idFromStack returns the ID of the running goroutine, as a trace of its stack begins: "goroutine 7 [running]".
func idFromStack() uint64 {
	var text [64]byte
	fields := bytes.Fields(text[:runtime.Stack(text[:], false)])
	id, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0 // which is that of none
	}
	return id
}
