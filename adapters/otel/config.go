package otel

import (
	"errors"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/pythia-trace/pythia"
)

const (
	defaultMaxPoints = 10_000
	maxName          = 1024 // bytes; a longer span name is no point, so that the points' memory is bounded
)

// Config is what a [Provider] needs. Provider and Scope are required.
type Config struct {
	// Provider starts the spans that are on. It is the application's own, usually the SDK's.
	Provider trace.TracerProvider
	// Scope is the name of the service, the same as service.name of the provider's resource: else a point and its spans would not go together.
	Scope string
	// AlwaysOn says which points are the skeleton, by the name of a span at its start and its kind; all spans of the name are, if one kind is. It is
	// called about once for each pair and must always give the same answer; requests call it concurrently. The root of a trace is recorded whatever
	// it says: without, a request would fall to pieces.
	//
	// Nil means the entry points of the service: spans of kind server and consumer, and each single span whose parent is in another process.
	AlwaysOn func(name string, kind trace.SpanKind) bool
	// Points are known from the beginning, others when they are first seen. Their IDs may leave the Scope empty.
	Points []pythia.TracePoint
	// MaxPoints bounds the number of points. Spans of further names are off, unless they are the skeleton, and counted by [Provider.Overflow]. The
	// default is 10,000.
	MaxPoints int
	// Logger is told when MaxPoints is reached. Nil discards.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Provider == nil {
		return c, errors.New("otel: a provider is needed that starts the spans: set Config.Provider to the application's")
	}
	switch c.Provider.(type) {
	case *Provider, unswitched:
		return c, errors.New("otel: Config.Provider is a Provider of this package already: wrap the application's once, each point has one switch")
	}
	if c.Scope == "" {
		return c, errors.New("otel: a provider needs a scope: set Config.Scope to the name of the service")
	}
	if c.MaxPoints < 0 {
		return c, fmt.Errorf("otel: MaxPoints %d must not be negative: leave it zero for the default", c.MaxPoints)
	}
	if c.MaxPoints == 0 {
		c.MaxPoints = defaultMaxPoints
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// declared completes the description of a point that the configuration declares.
func (c Config) declared(p pythia.TracePoint) (pythia.TracePoint, error) {
	if p.ID.Scope == "" {
		p.ID.Scope = c.Scope
	}
	switch {
	case p.ID.Layer != pythia.LayerApp || p.ID.Scope != c.Scope:
		return p, fmt.Errorf("otel: the point %q belongs to another scope or layer than %q: leave it out", p.ID, c.Scope)
	case p.ID.Name == "" || len(p.ID.Name) > maxName:
		return p, fmt.Errorf("otel: a point's name has 1 to %d bytes, correct the one of %d", maxName, len(p.ID.Name))
	}
	p.Attributes = nil // the application decides on a span's attributes
	return p, nil
}
