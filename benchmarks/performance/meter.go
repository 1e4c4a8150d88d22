package main

import (
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// cost is what some work took.
type cost struct {
	cpu, wall     time.Duration // cpu is user and system time of all threads, the garbage collector's too
	allocs, bytes float64       // of the heap
	collections   int
}

// meter is what the process had used when the work began.
type meter struct {
	cpu    time.Duration
	began  time.Time
	memory runtime.MemStats
}

// start begins a measurement. What was left behind before is collected first, for it is not the work's.
func start() (*meter, error) {
	runtime.GC()
	m := new(meter)
	runtime.ReadMemStats(&m.memory)
	m.began = time.Now()
	var err error
	m.cpu, err = cpuTime()
	return m, err
}

// stop ends it.
func (m *meter) stop() (cost, error) {
	cpu, err := cpuTime()
	wall := time.Since(m.began)
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	return cost{
		cpu: cpu - m.cpu, wall: wall, collections: int(after.NumGC - m.memory.NumGC),
		allocs: float64(after.Mallocs - m.memory.Mallocs), bytes: float64(after.TotalAlloc - m.memory.TotalAlloc),
	}, err
}

// metered says what some work takes.
func metered(work func() error) (cost, error) {
	m, err := start()
	if err != nil {
		return cost{}, err
	}
	if err := work(); err != nil {
		return cost{}, err
	}
	return m.stop()
}

// cpuTime is what all threads of the process have used.
func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("asking for the CPU time used: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// heap returns the bytes that are in use after everything else was collected.
func heap() float64 {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
