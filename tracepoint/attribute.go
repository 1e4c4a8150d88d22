package tracepoint

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// Attribute is a variable that a point can record. It is off until a controller enables it, on its own.
//
// Its function is called by [Point.Start], with the context given to Start, only if the point is on for that request, the attribute is on and
// the span is sampled. It runs in the request's path, so it should take a lock only briefly and must not call the point it belongs to;
// requests call it concurrently.
type Attribute struct {
	key   string
	value func(context.Context) attribute.KeyValue
}

// Number declares a numeric attribute. State the unit in the key.
func Number(key string, value func(context.Context) float64) Attribute {
	return declare(key, value, attribute.Float64)
}

// Int declares an integer attribute. State the unit in the key.
func Int(key string, value func(context.Context) int) Attribute {
	return declare(key, value, attribute.Int)
}

// String declares a textual attribute.
func String(key string, value func(context.Context) string) Attribute {
	return declare(key, value, attribute.String)
}

// Bool declares a boolean attribute.
func Bool(key string, value func(context.Context) bool) Attribute {
	return declare(key, value, attribute.Bool)
}

func declare[T any](key string, value func(context.Context) T, pair func(string, T) attribute.KeyValue) Attribute {
	if value == nil {
		return Attribute{key: key}
	}
	return Attribute{key, func(ctx context.Context) attribute.KeyValue { return pair(key, value(ctx)) }}
}

func (a Attribute) apply(p *Point) {
	if mistake := a.mistake(p.attributes); mistake != nil {
		p.mistakes = errors.Join(p.mistakes, mistake)
		return
	}
	p.attributes = append(p.attributes, a)
}

func (a Attribute) mistake(others []Attribute) error {
	if a.key == "" {
		return errors.New("an attribute has no key")
	}
	if a.value == nil {
		return fmt.Errorf("attribute %q has no function", a.key)
	}
	for _, o := range others {
		if o.key == a.key {
			return fmt.Errorf("attribute %q is declared twice", a.key)
		}
	}
	return nil
}

func evaluate(ctx context.Context, attributes []Attribute) []attribute.KeyValue {
	pairs := make([]attribute.KeyValue, len(attributes))
	for i, a := range attributes {
		pairs[i] = a.evaluate(ctx)
	}
	return pairs
}

const maxPanicText = 200 // bytes

// evaluate computes the attribute. Instrumentation must not break a request, so a panic ends here, where the trace shows it.
func (a Attribute) evaluate(ctx context.Context) (pair attribute.KeyValue) {
	defer func() {
		if r := recover(); r != nil {
			text := fmt.Sprint(r)
			text = text[:min(len(text), maxPanicText)]
			pair = attribute.String(a.key+".panic", strings.ToValidUTF8(text, ""))
		}
	}()
	return a.value(ctx)
}
