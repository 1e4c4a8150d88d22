//go:build linux && amd64

package ebpf

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sys/unix"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/tracepoint"
	"github.com/pythia-trace/pythia/tracepoint/tracepointtest"
)

func TestPlaces(t *testing.T) {
	require.LessOrEqual(t, len(syscalls), firstOther)
	require.Less(t, len(allPoints())-len(syscalls)+firstOther, 64)
}

func TestLayout(t *testing.T) {
	l, err := findLayout()
	require.NoError(t, err)
	t.Logf("%+v", l)
	require.Equal(t, idFromStack(), l.goroutineID(currentG()))
}

// bench is a Kernel under test.
type bench struct {
	*Kernel
	*tracepoint.Leases
	sdk      *sdktrace.TracerProvider
	recorded *tracetest.SpanRecorder
}

// needsKernel skips a test where the kernel's points are not to be had.
func needsKernel(t testing.TB) {
	if err := Supported(); err != nil {
		skip(t, err)
	}
}

// skip skips a test that lacks something, unless nothing may be lacking.
func skip(t testing.TB, why any) {
	if os.Getenv("PYTHIA_KERNEL") == "required" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// newBench gives the spans to a processor; nil means that they are recorded.
func newBench(t testing.TB, to sdktrace.SpanProcessor) *bench {
	needsKernel(t)
	b := new(bench)
	if to == nil {
		b.recorded = tracetest.NewSpanRecorder()
		to = b.recorded
	}
	b.sdk = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(to))
	var err error
	b.Kernel, err = New(Config{Provider: b.sdk})
	require.NoError(t, err)
	b.sdk.RegisterSpanProcessor(b.Kernel)
	b.Leases, err = b.Controller(tracepoint.LeaseConfig{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, b.Leases.Close())
		require.NoError(t, b.Kernel.Close())
		require.NoError(t, b.sdk.Shutdown(context.Background()))
	})
	return b
}

func id(name string) pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.LayerKernel, Scope: Scope, Name: name}
}

func TestSpansOfTheKernel(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("fsync"), id("write"), id("openat"), id("block.io"), id("sched.blocked"), id("sched.runnable")))
	ctx, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 1<<16))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	fd := int64(f.Fd())
	require.NoError(t, f.Close())
	span.End()
	require.NoError(t, b.Kernel.ForceFlush(ctx))
	spans := make(map[string][]sdktrace.ReadOnlySpan)
	for _, s := range b.recorded.Ended() {
		t.Log(s.Name(), s.StartTime(), s.EndTime().Sub(s.StartTime()), s.Attributes())
		spans[s.Name()] = append(spans[s.Name()], s)
		require.Equal(t, span.SpanContext().TraceID(), s.SpanContext().TraceID())
		require.False(t, s.EndTime().Before(s.StartTime()))
		if s.Name() == "request" {
			continue
		}
		point := pythia.SpanPoint(s.InstrumentationScope().Name, "service", s.Name())
		require.Equal(t, id(s.Name()), point)
		outer := span.(sdktrace.ReadOnlySpan)
		require.WithinRange(t, s.StartTime(), outer.StartTime().Add(-clockError), outer.EndTime().Add(clockError))
		require.WithinRange(t, s.EndTime(), outer.StartTime().Add(-clockError), outer.EndTime().Add(clockError))
	}
	for _, name := range []string{"openat", "write", "fsync"} {
		require.Len(t, spans[name], 1, name)
		require.Equal(t, span.SpanContext().SpanID(), spans[name][0].Parent().SpanID())
	}
	require.Subset(t, spans["write"][0].Attributes(), []attribute.KeyValue{
		attribute.Int64("fd", fd), attribute.Int("bytes", 1<<16), attribute.Int("requested_bytes", 1<<16),
	})
	waited := make(map[attribute.Key]float64)
	for _, a := range spans["fsync"][0].Attributes() {
		if a.Value.Type() == attribute.FLOAT64 {
			waited[a.Key] = a.Value.AsFloat64()
		} else {
			waited[a.Key] = float64(a.Value.AsInt64())
		}
	}
	require.Equal(t, float64(fd), waited["fd"])
	require.Positive(t, waited["blocked_us"], "it waits for the disk")
	require.Less(t, waited["blocked_us"]+waited["runnable_us"], float64(spans["fsync"][0].EndTime().Sub(spans["fsync"][0].StartTime()).Microseconds()))
	require.GreaterOrEqual(t, waited["disk_kib"], 64.0)
	t.Logf("%+v, held %d", b.Kernel.Stats(), b.spans.held)
	inside := 0
	for _, s := range spans["block.io"] {
		if s.Parent().SpanID() == spans["fsync"][0].SpanContext().SpanID() { // other calls may write something back, too
			inside++
		}
	}
	require.Positive(t, inside, "what happens in a system call is below it")
	require.LessOrEqual(t, inside, int(waited["disk_requests"]), "some become part of others")
	stats := b.Kernel.Stats()
	require.Equal(t, Stats{Events: len(b.recorded.Ended()) - 1, Attached: 7}, stats)
}

// TestWaitingOutsideOfSystemCalls: the kernel takes the processor away from a goroutine that computes.
func TestWaitingOutsideOfSystemCalls(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("sched.runnable")))
	require.Equal(t, 2, b.Kernel.Stats().Attached)
	var others sync.WaitGroup
	var stop atomic.Bool
	for range 2 * runtime.NumCPU() { // with threads of their own, or the goroutines would wait for one another
		others.Go(func() {
			runtime.LockOSThread()
			for !stop.Load() {
			}
		})
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2*runtime.NumCPU() + 2))
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	for began := time.Now(); time.Since(began) < 300*time.Millisecond; {
	}
	span.End()
	stop.Store(true)
	others.Wait()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	waited := time.Duration(0)
	for _, s := range b.recorded.Ended() {
		if s.Name() == "sched.runnable" {
			require.Equal(t, span.SpanContext().SpanID(), s.Parent().SpanID())
			waited += s.EndTime().Sub(s.StartTime())
		}
	}
	t.Logf("waited %v; %+v", waited, b.Kernel.Stats())
	require.Greater(t, waited, 20*time.Millisecond)
}

// clockError is what times of the kernel may differ by from those of the application: they are of another clock.
const clockError = 100 * time.Microsecond

// TestNothingIsOn: no span is below the application's, and nothing is attached.
func TestNothingIsOn(t *testing.T) {
	b := newBench(t, nil)
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	call(noFD)
	span.End()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.Len(t, b.recorded.Ended(), 1)
	require.Equal(t, Stats{}, b.Kernel.Stats())
}

// TestPointsForSomeRequests: a point can be on for requests of a type, and for one in so many.
func TestPointsForSomeRequests(t *testing.T) {
	b := newBench(t, nil)
	tracer := b.sdk.Tracer("test")
	require.NoError(t, b.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"slow"}}, id("fstat")))
	for _, requestType := range []string{"fast", "slow", ""} {
		_, span := tracer.Start(tracepoint.WithRequestType(t.Context(), requestType), requestType)
		call(noFD)
		span.End()
	}
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.Equal(t, 1, b.Kernel.Stats().Events)
	require.NoError(t, b.EnableOnly(t.Context(), pythia.Selection{OneIn: 4}, id("fstat")))
	for range 400 {
		_, span := tracer.Start(t.Context(), "request")
		call(noFD)
		span.End()
	}
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.InDelta(t, 100, b.Kernel.Stats().Events-1, 50)
}

// TestSpanThatAnotherGoroutineEnds: its goroutine then serves what it has served before.
func TestSpanThatAnotherGoroutineEnds(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("fstat")))
	tracer := b.sdk.Tracer("test")
	ctx, outer := tracer.Start(t.Context(), "outer")
	_, inner := tracer.Start(ctx, "inner")
	call(noFD)
	ended := make(chan struct{})
	go func() {
		inner.End()
		close(ended)
	}()
	<-ended
	call(noFD)
	outer.End()
	call(noFD)
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	var parents []trace.SpanID
	for _, s := range b.recorded.Ended() {
		if s.Name() == "fstat" {
			parents = append(parents, s.Parent().SpanID())
		}
	}
	require.Equal(t, []trace.SpanID{inner.SpanContext().SpanID(), outer.SpanContext().SpanID()}, parents)
	require.Zero(t, b.goroutines.open.Load())
}

// TestAnotherRequestInTheSameGoroutine: what is done for a request for which no point is on does not belong to the one that is open.
func TestAnotherRequestInTheSameGoroutine(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.EnableOnly(t.Context(), pythia.Selection{RequestTypes: []string{"slow"}}, id("fstat")))
	tracer := b.sdk.Tracer("test")
	_, slow := tracer.Start(tracepoint.WithRequestType(t.Context(), "slow"), "slow")
	call(noFD)
	_, fast := tracer.Start(tracepoint.WithRequestType(t.Context(), "fast"), "fast")
	call(noFD)
	fast.End()
	call(noFD)
	slow.End()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.Equal(t, 2, b.Kernel.Stats().Events)
}

// TestShutdown: spans whose ends nobody tells any more are served no more.
func TestShutdown(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("fstat")))
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	call(noFD)
	b.sdk.UnregisterSpanProcessor(b.Kernel) // which shuts it down
	call(noFD)
	span.End()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.Equal(t, 1, b.Kernel.Stats().Events)
	require.Zero(t, b.goroutines.open.Load())
}

func TestPageFaults(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("page_fault")))
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	const pages = 64
	memory, err := unix.Mmap(-1, 0, pages*os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	for i := range pages {
		memory[i*os.Getpagesize()] = 1
	}
	require.NoError(t, unix.Munmap(memory))
	span.End()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
	require.GreaterOrEqual(t, b.Kernel.Stats().Events, pages)
}

// TestRetransmits: the other end of a connection drops what it is sent.
func TestRetransmits(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, b.Enable(t.Context(), id("tcp.retransmit")))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	connection, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close()) }()
	other, err := listener.Accept()
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	raw, err := other.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	nothing := unix.SockFprog{Len: 1, Filter: &unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}} // passes 0 bytes of each packet
	require.NoError(t, raw.Control(func(fd uintptr) {
		require.NoError(t, unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &nothing))
	}))
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	_, err = connection.Write([]byte("lost"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return b.Kernel.Stats().Events > 0 }, 5*time.Second, 10*time.Millisecond)
	span.End()
	s := b.recorded.Ended()[0]
	require.Equal(t, "tcp.retransmit", s.Name())
	require.Equal(t, span.SpanContext().SpanID(), s.Parent().SpanID())
	require.Equal(t, []attribute.KeyValue{
		attribute.Int("port", connection.LocalAddr().(*net.TCPAddr).Port), attribute.Int("peer_port", listener.Addr().(*net.TCPAddr).Port),
	}, s.Attributes())
}

// observed is a controller that tells whether a point is on.
type observed struct {
	*tracepoint.Leases
	*tracepointtest.Clock
	kernel *Kernel
}

func (o observed) On(id pythia.TracePointID) bool {
	o.kernel.switches.mu.Lock()
	defer o.kernel.switches.mu.Unlock()
	_, on := o.kernel.switches.on[id]
	return on
}

func TestConformance(t *testing.T) {
	tracepointtest.Conformance(t, func(t *testing.T) pythia.TracePointController {
		b, clock := newBench(t, nil), new(tracepointtest.Clock)
		leases, err := b.Controller(tracepoint.LeaseConfig{Clock: clock})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, leases.Close()) })
		return observed{leases, clock, b.Kernel}
	})
}

func TestMistakes(t *testing.T) {
	_, err := New(Config{})
	require.ErrorContains(t, err, "set Config.Provider")
	b := newBench(t, nil)
	var wrong *pythia.PointError
	require.ErrorAs(t, b.Enable(t.Context(), id("fsync"), id("nothing")), &wrong)
	require.Equal(t, id("nothing"), wrong.ID)
	require.Equal(t, 7, b.Kernel.Stats().Attached, "the other one is on")
	_, open := b.sdk.Tracer("test").Start(t.Context(), "open")
	require.NoError(t, b.Kernel.Close())
	require.NoError(t, b.Kernel.Close())
	require.Error(t, b.Enable(t.Context(), id("fsync")))
	_ = b.Kernel.Stats()
	open.End()
	_, span := b.sdk.Tracer("test").Start(t.Context(), "request")
	span.End()
	require.NoError(t, b.Kernel.ForceFlush(t.Context()))
}
