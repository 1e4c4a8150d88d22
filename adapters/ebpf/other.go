//go:build !(linux && amd64)

package ebpf

import (
	"context"
	"runtime"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pythia-trace/pythia/tracepoint"
)

// Kernel has the trace points of the Linux kernel on amd64; elsewhere there are none.
type Kernel struct{}

// New fails with an [UnsupportedError].
func New(Config) (*Kernel, error) {
	return nil, &UnsupportedError{
		Feature: "trace points of the kernel on " + runtime.GOOS + "/" + runtime.GOARCH, Cause: CauseSystem, Advice: "run it on linux/amd64",
	}
}

func knowsGoroutines() error { return errNot }

// Controller has no points.
func (k *Kernel) Controller(tracepoint.LeaseConfig) (*tracepoint.Leases, error) {
	_, err := New(Config{})
	return nil, err
}

// OnStart does nothing.
func (k *Kernel) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd does nothing.
func (k *Kernel) OnEnd(sdktrace.ReadOnlySpan) {}

// ForceFlush does nothing.
func (k *Kernel) ForceFlush(context.Context) error { return nil }

// Shutdown does nothing.
func (k *Kernel) Shutdown(context.Context) error { return nil }

// Go calls f in a goroutine of its own.
func (k *Kernel) Go(ctx context.Context, f func(ctx context.Context)) { go f(ctx) }

// Stats has no counts.
func (k *Kernel) Stats() Stats { return Stats{} }

// Close does nothing.
func (k *Kernel) Close() error { return nil }
