package pythiatest_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// recorder stands for the test that uses pythiatest, and notes what becomes of it.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	ctx      context.Context
	cleanups []func()
	failures []string
	logs     []string
	ended    bool // by FailNow
}

// record runs a test to its end, cleanups included.
func record(t testing.TB, test func(*recorder)) *recorder {
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{TB: t, ctx: ctx}
	var wg sync.WaitGroup
	wg.Go(func() { test(r) })
	wg.Wait()
	cancel()
	wg.Go(func() {
		for _, f := range slices.Backward(r.cleanups) {
			f()
		}
	})
	wg.Wait()
	return r
}

func (r *recorder) Helper() {}

func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Log(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprint(args...))
}

func (r *recorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprint(args...))
}

func (r *recorder) FailNow() {
	r.ended = true
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	r.FailNow()
}

// lines are the first ones of all failures.
func (r *recorder) lines() []string {
	var lines []string
	for _, f := range r.failures {
		line, _, _ := strings.Cut(f, "\n")
		lines = append(lines, line)
	}
	return lines
}
