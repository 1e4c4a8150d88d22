//go:build linux && amd64

package ebpf

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sys/unix"

	"github.com/pythia-trace/pythia/internal/race"
)

// checker checks that each event is under the span whose goroutine made it: system calls are made with a file descriptor that nobody has, which tells
// the request. It is a span processor.
type checker struct {
	parents sync.Map // from file descriptor to trace.SpanContext
	right   atomic.Int64
	wrong   atomic.Int64
	others  atomic.Int64 // of system calls that no test has made
}

func (c *checker) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (c *checker) Shutdown(context.Context) error                  { return nil }
func (c *checker) ForceFlush(context.Context) error                { return nil }

func (c *checker) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.Name() != "fstat" {
		return
	}
	for _, a := range s.Attributes() {
		if a.Key != "fd" {
			continue
		}
		parent, known := c.parents.Load(a.Value.AsInt64())
		switch {
		case !known:
			c.others.Add(1)
		case s.Parent().Equal(parent.(trace.SpanContext).WithRemote(true)):
			c.right.Add(1)
		default:
			c.wrong.Add(1)
		}
	}
}

// call makes a system call that fails at once, as nobody has such a file.
func call(fd int64) { _, _, _ = unix.Syscall(unix.SYS_FSTAT, uintptr(fd), 0, 0) }

const (
	firstFD = 1 << 20
	noFD    = 1 << 30 // of goroutines that serve no request
)

// requests serves requests in goroutines of their own, at the same time.
type requests struct {
	*bench
	check *checker
	next  atomic.Int64
	made  atomic.Int64 // system calls
	moved atomic.Int64 // requests that were seen on several threads
	most  int64        // events that may be under way; 0: any number
}

// serve makes some system calls, in a span, in one below it, and in a goroutine without one.
func (r *requests) serve(calls int) {
	tracer := r.sdk.Tracer("test")
	ctx, span := tracer.Start(context.Background(), "request")
	defer span.End()
	outer := r.begin(span)
	threads := map[int]bool{}
	for i := 0; i < calls; i += 10 {
		r.calls(outer, 4)
		_, below := tracer.Start(ctx, "below")
		r.calls(r.begin(below), 4)
		below.End()
		r.calls(outer, 2)
		switch rand.IntN(20) {
		case 0:
			time.Sleep(50 * time.Microsecond)
		case 1, 2, 3:
			runtime.Gosched()
		}
		threads[unix.Gettid()] = true
	}
	var child sync.WaitGroup
	child.Add(1)
	r.Go(ctx, func(context.Context) {
		defer child.Done()
		r.calls(outer, 10)
	})
	child.Wait()
	if len(threads) > 1 {
		r.moved.Add(1)
	}
}

// begin makes a file descriptor for a span.
func (r *requests) begin(s trace.Span) int64 {
	fd := firstFD + r.next.Add(1)
	r.check.parents.Store(fd, s.SpanContext())
	return fd
}

func (r *requests) calls(fd int64, n int) {
	for r.most > 0 && r.made.Load()-int64(r.Kernel.Stats().Events) > r.most {
		time.Sleep(time.Millisecond)
	}
	for range n {
		call(fd)
	}
	r.made.Add(int64(n))
}

// run serves requests, 100 at a time, beside goroutines that serve none, until so many system calls were made.
func (r *requests) run(calls int64, each int) {
	var all sync.WaitGroup
	var stop atomic.Bool
	for range 10 {
		all.Go(func() {
			for !stop.Load() {
				call(noFD)
				time.Sleep(time.Millisecond)
			}
		})
	}
	var serving sync.WaitGroup
	for range 100 {
		serving.Go(func() {
			for r.made.Load() < calls {
				var one sync.WaitGroup
				one.Go(func() { r.serve(each) }) // in a goroutine of its own: that of an earlier one is used again
				one.Wait()
			}
		})
	}
	serving.Wait()
	stop.Store(true)
	all.Wait()
}

// TestEveryEventIsUnderItsRequest: 100 requests at a time, on goroutines that move between threads, over a million events.
func TestEveryEventIsUnderItsRequest(t *testing.T) {
	calls := int64(1_000_000)
	if race.Enabled {
		calls = 50_000
	}
	check := new(checker)
	r := &requests{bench: newBench(t, check), check: check, most: 10_000}
	require.NoError(t, r.Enable(t.Context(), id("fstat")))
	r.run(calls, 200)
	require.NoError(t, r.Kernel.ForceFlush(t.Context()))
	t.Logf("%d system calls; right %d, wrong %d, others %d; %d of %d requests moved; %+v",
		r.made.Load(), check.right.Load(), check.wrong.Load(), check.others.Load(), r.moved.Load(), r.next.Load(), r.Kernel.Stats())
	require.Zero(t, r.Kernel.Stats().Dropped)
	require.Zero(t, r.Kernel.Stats().Unplaced)
	require.Zero(t, check.wrong.Load())
	require.Zero(t, check.others.Load())
	require.Equal(t, r.made.Load(), check.right.Load(), "each has its event")
	require.Positive(t, r.moved.Load())
}

// TestDropsAreCounted: more happens than can be reported.
func TestDropsAreCounted(t *testing.T) {
	check := new(checker)
	r := &requests{bench: newBench(t, check), check: check}
	require.NoError(t, r.Enable(t.Context(), id("fstat")))
	r.run(300_000, 1000)
	require.NoError(t, r.Kernel.ForceFlush(t.Context()))
	stats := r.Kernel.Stats()
	t.Logf("%d system calls, %+v", r.made.Load(), stats)
	require.Positive(t, stats.Dropped)
	require.Equal(t, r.made.Load(), int64(stats.Events+stats.Dropped))
	require.Equal(t, int64(stats.Events), check.right.Load())
	require.Zero(t, check.wrong.Load())
	_, known := r.HitCost(id("fstat"))
	require.False(t, known, "nobody has asked")
	require.NoError(t, r.Enable(t.Context(), id("fstat")))
	r.run(r.made.Load()+1, 1000)
	require.NoError(t, r.Kernel.ForceFlush(t.Context()))
	cost, known := r.HitCost(id("fstat"))
	require.True(t, known)
	require.InDelta(t, 5*time.Microsecond, cost.CPU, float64(50*time.Microsecond))
}

// TestGoroutineThatEndsWithAnOpenSpan: what comes after it, with its g, serves another request, or none.
func TestGoroutineThatEndsWithAnOpenSpan(t *testing.T) {
	check := new(checker)
	b := newBench(t, check)
	require.NoError(t, b.Enable(t.Context(), id("fstat")))
	for i := range 200 {
		var open trace.Span
		var done sync.WaitGroup
		fd := firstFD + int64(i)
		done.Go(func() {
			_, open = b.sdk.Tracer("test").Start(t.Context(), "request")
			check.parents.Store(fd, open.SpanContext())
			call(fd)
		})
		done.Wait()
		for range 20 {
			done.Go(func() { call(noFD) })
		}
		done.Wait()
		if i%2 == 0 {
			open.End()
		}
	}
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	t.Logf("right %d; %+v", check.right.Load(), b.Kernel.Stats())
	require.Zero(t, check.wrong.Load())
	require.Zero(t, check.others.Load())
	require.Positive(t, b.Kernel.Stats().Doubtful)
}
