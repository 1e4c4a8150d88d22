package otlp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia/adapters/partial"
	"github.com/pythia-trace/pythia/internal/process"
)

// looseDocument is a document of which spans are wrong in themselves.
type looseDocument struct {
	ResourceSpans []struct {
		Resource   json.RawMessage `json:"resource"`
		ScopeSpans []struct {
			Scope struct {
				Name string `json:"name"`
			} `json:"scope"`
			Spans []json.RawMessage `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

// salvage reads a document that pdata refused span by span, so that one wrong span does not cost the others. The error is for
// documents that are wrong above the spans.
func (d *Decoder) salvage(record []byte) (partial.Record, error) {
	var out partial.Record
	var doc looseDocument
	if err := json.Unmarshal(record, &doc); err != nil {
		return out, err
	}
	for _, rs := range doc.ResourceSpans {
		if rs.Resource == nil {
			rs.Resource = json.RawMessage("{}")
		}
		resource, err := unmarshal(`{"resourceSpans":[{"resource":`, rs.Resource, `}]}`)
		if err != nil {
			return partial.Record{}, err
		}
		p := d.strings.Process(process.From(d.fromMap(nil, resource.ResourceSpans().At(0).Resource().Attributes())))
		for _, ss := range rs.ScopeSpans {
			scope := d.strings.String(ss.Scope.Name)
			for _, raw := range ss.Spans {
				if s, ok := d.salvageSpan(&out, raw); ok {
					d.add(&out, p, scope, s)
				}
			}
		}
	}
	return out, nil
}

// salvageSpan reads one span; one that is only wrong in its events goes without them.
func (d *Decoder) salvageSpan(out *partial.Record, raw json.RawMessage) (ptrace.Span, bool) {
	s, err := spanOf(raw)
	if err == nil {
		return s, true
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) == nil {
		delete(members, "events")
		without, _ := json.Marshal(members) // raw messages out of valid JSON
		if s, failed := spanOf(without); failed == nil {
			out.Reject(fmt.Errorf("otlp: span %s has wrong events, which are left out: %w", s.SpanID(), brief(err)))
			return s, true
		}
	}
	out.Reject(fmt.Errorf("otlp: a span cannot be read: %w", brief(err)))
	return s, false
}

func spanOf(raw json.RawMessage) (ptrace.Span, error) {
	traces, err := unmarshal(`{"resourceSpans":[{"scopeSpans":[{"spans":[`, raw, `]}]}]}`)
	if err != nil {
		return ptrace.NewSpan(), err
	}
	return traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0), nil
}

func unmarshal(before string, raw json.RawMessage, after string) (ptrace.Traces, error) {
	var u ptrace.JSONUnmarshaler
	return u.UnmarshalTraces(slices.Concat([]byte(before), raw, []byte(after)))
}

// brief cuts the excerpts of the input off pdata's errors.
func brief(err error) error {
	if what, _, cut := strings.Cut(err.Error(), ", error found in #"); cut {
		return errors.New(what)
	}
	return err
}
