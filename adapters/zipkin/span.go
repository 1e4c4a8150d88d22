package zipkin

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/openzipkin/zipkin-go/model"

	"github.com/pythia-trace/pythia"
)

// check returns why a span is of no use. The model multiplies microseconds without looking, so times too large come out negative as a rule.
func check(m *model.SpanModel) error {
	switch {
	case m.TraceID.Empty():
		return fmt.Errorf("zipkin: span %s (%q) has no traceId; the trace it belongs to is unknown", m.ID, m.Name)
	case m.Timestamp.IsZero():
		return fmt.Errorf("zipkin: span %s of trace %s has no timestamp", m.ID, m.TraceID)
	}
	start := m.Timestamp.UnixNano()
	if start <= 0 || m.Duration < 0 || int64(m.Duration) > math.MaxInt64-start {
		return fmt.Errorf("zipkin: span %s of trace %s has a time beyond the year 2262; times are microseconds", m.ID, m.TraceID)
	}
	for _, a := range m.Annotations {
		if a.Timestamp.UnixNano() <= 0 {
			return fmt.Errorf("zipkin: span %s of trace %s has an annotation at no possible time; times are microseconds", m.ID, m.TraceID)
		}
	}
	return nil
}

func (d *Decoder) span(m *model.SpanModel) pythia.Span {
	s := pythia.Span{
		ID:         m.ID.String(),
		Kind:       kind(m.Kind),
		StartNanos: m.Timestamp.UnixNano(),
		EndNanos:   m.Timestamp.UnixNano() + int64(m.Duration),
		Unfinished: m.Duration == 0,
		Process:    d.process(m.LocalEndpoint),
		Attrs:      pythia.AttrsOf(d.attrs(m)...),
	}
	if m.Shared {
		s.ID += sharedSuffix
	}
	if m.ParentID != nil && *m.ParentID != 0 {
		s.ParentID = m.ParentID.String()
	}
	s.Point = pythia.TracePointID{Layer: pythia.LayerApp, Scope: s.Process.Service, Name: d.strings.String(m.Name)}
	if message, tagged := m.Tags["error"]; tagged {
		s.Failed = message != "false"
	}
	for _, a := range m.Annotations {
		s.Events = append(s.Events, pythia.SpanEvent{Name: d.strings.String(a.Value), TimeNanos: a.Timestamp.UnixNano()})
	}
	return s
}

func (d *Decoder) process(e *model.Endpoint) *pythia.Process {
	var p pythia.Process
	if e == nil {
		return d.strings.Process(p)
	}
	p.Service = d.strings.String(strings.ToLower(e.ServiceName)) // Zipkin's names are lower case, but not every client knows
	switch {
	case len(e.IPv4) > 0:
		p.Host = d.strings.String(e.IPv4.String())
	case len(e.IPv6) > 0:
		p.Host = d.strings.String(e.IPv6.String())
	}
	return d.strings.Process(p)
}

// attrs are the tags, ordered by key.
func (d *Decoder) attrs(m *model.SpanModel) []pythia.Attr {
	var attrs []pythia.Attr
	for key, value := range m.Tags {
		attrs = append(attrs, pythia.String(d.strings.String(key), d.strings.String(value)))
	}
	if e := m.RemoteEndpoint; e != nil && e.ServiceName != "" && m.Tags["peer.service"] == "" {
		attrs = append(attrs, pythia.String("peer.service", d.strings.String(strings.ToLower(e.ServiceName))))
	}
	slices.SortStableFunc(attrs, func(a, b pythia.Attr) int { return strings.Compare(a.Key, b.Key) })
	return attrs
}

func kind(k model.Kind) pythia.SpanKind {
	switch k {
	case model.Server:
		return pythia.KindServer
	case model.Client:
		return pythia.KindClient
	case model.Producer:
		return pythia.KindProducer
	case model.Consumer:
		return pythia.KindConsumer
	}
	return pythia.KindInternal
}
