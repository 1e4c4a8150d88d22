package ebpf

import (
	"errors"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// Scope is the scope of all points: the program that has them.
const Scope = "linux"

// Config says how the kernel's trace points report. Provider is required.
type Config struct {
	// Provider makes the spans: the application's tracer provider of OpenTelemetry's SDK, not what adapters/otel puts around it. Register the Kernel as
	// its span processor.
	Provider trace.TracerProvider
	// Logger is told of events that were dropped. Nil discards.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Provider == nil {
		return c, errors.New("ebpf: the kernel's trace points need a tracer provider: set Config.Provider to the SDK's")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Stats counts what has become of events.
type Stats struct {
	Events   int // reported: spans, as far as the provider samples them
	Dropped  int // for which there was no room, as more happened than could be reported
	Doubtful int // left out, as their goroutine ended with an open span, and another one may have come in its place
	Unplaced int // times that a goroutine could not be told to the kernel, as too many serve requests
	Attached int // programs that are attached to the kernel now
}
