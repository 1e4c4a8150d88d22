package otlp

import (
	"errors"
	"fmt"

	"github.com/VictoriaMetrics/easyproto"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/internal/process"
)

// Source is where spans come from: an instrumentation scope of a process. Spans of one ScopeSpans message share one.
type Source struct {
	process *pythia.Process
	scope   string
	library string // which the scope names; empty if it names a layer
}

// attr is the attribute that names the library.
func (s *Source) attr() pythia.Attr { return pythia.String("otel.scope.name", s.library) }

// libraryOf returns the library that a scope names; none where it says of which layer a span is, which its point says, too.
func libraryOf(scope string) string {
	if pythia.SpanPoint(scope, "", "").Layer != pythia.LayerApp {
		return ""
	}
	return scope
}

// Part is what a message tells of a trace in one place: spans of one source, one after the other, not decoded yet. It holds nothing
// of its own, so that it costs next to nothing to find, and bytes have no pointers for the garbage collector to follow.
type Part struct {
	// TraceID is the trace that the spans name. It is all zeros where they name none; [Decoder.DecodeParts] rejects these.
	TraceID [16]byte
	Source  *Source
	// Spans are fields of a ScopeSpans message in protobuf.
	Spans []byte
	// Count is how many spans there are.
	Count int
}

var errNoSpans = errors.New(`otlp: no "resourceSpans" found; metrics and logs are not read`)

// Split finds the parts of a message in protobuf, TracesData or ExportTraceServiceRequest, in the order of the message. Spans are
// not looked into any further than for their trace, so what is wrong within a span is found by [Decoder.DecodeParts]; what is wrong
// around spans is an error, and then there are no parts.
//
// The slice is good until the next call; the parts' bytes are those of the message.
func (d *Decoder) Split(message []byte) ([]Part, error) {
	clear(d.parts) // which else would keep alive what they are of
	d.parts = d.parts[:0]
	found := false
	var fc easyproto.FieldContext
	for len(message) > 0 {
		var err error
		if message, err = fc.NextField(message); err != nil {
			return nil, notProto(err)
		}
		if fc.FieldNum != 1 {
			continue
		}
		found = true
		body, ok := fc.MessageData()
		if !ok {
			return nil, notProto(errWireType)
		}
		if err := d.splitResource(body); err != nil {
			d.attrs.drop()
			return nil, notProto(err)
		}
	}
	if !found {
		return nil, errNoSpans
	}
	return d.parts, nil
}

var (
	errIDLength = errors.New("an ID is neither empty nor as long as the protocol says")
)

func notProto(err error) error { return fmt.Errorf("otlp: not a TracesData message: %w", err) }

// splitResource splits a ResourceSpans message. The resource may come after its spans, and in several pieces.
func (d *Decoder) splitResource(message []byte) error {
	first := len(d.parts)
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		body, ok := fc.MessageData()
		switch fc.FieldNum {
		case 1:
			err = d.resource(body)
		case 2:
			err = d.splitScope(body)
		case 3, 1000: // the schema's URL; spans where the protocol had them before its first release
		default:
			ok = true
		}
		return ok, err
	})
	if err != nil {
		return err
	}
	p := d.process()
	for i := first; i < len(d.parts); i++ {
		d.parts[i].Source.process = p
	}
	return nil
}

// resource adds a Resource message's attributes to those of the process.
func (d *Decoder) resource(message []byte) error {
	return eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		ok = true
		switch fc.FieldNum {
		case 1:
			var body []byte
			if body, ok = fc.MessageData(); ok {
				err = d.attr(&d.attrs, body, resourceValues)
			}
		case 2:
			_, ok = fc.Uint64()
		case 3:
			_, ok = fc.MessageData()
		}
		return ok, err
	})
}

// process makes a process of the attributes, with strings that do not keep the message alive.
func (d *Decoder) process() *pythia.Process {
	found := d.attrs.chunk[d.attrs.start:]
	attrs := make([]pythia.Attr, len(found))
	for i, a := range found {
		if text := a.Value.String(); a.Value == pythia.StringValue(text) {
			a.Value = pythia.StringValue(d.strings.String(text))
		}
		attrs[i] = pythia.Attr{Key: d.strings.String(a.Key), Value: a.Value}
	}
	d.attrs.drop()
	return d.strings.Process(process.From(attrs))
}

// splitScope splits a ScopeSpans message. The scope may come after its spans, and in several pieces.
func (d *Decoder) splitScope(message []byte) error {
	source := new(Source)
	var fc easyproto.FieldContext
	goesOn := false // the field before was a span
	for rest := message; len(rest) > 0; {
		field := rest
		if body, after := spanField(field); after != nil {
			if err := d.splitSpan(source, field[:len(field)-len(after)], body, goesOn); err != nil {
				return err
			}
			rest, goesOn = after, true
			continue
		}
		var err error
		if rest, err = fc.NextField(rest); err != nil {
			return err
		}
		body, ok := fc.MessageData()
		switch fc.FieldNum {
		case 1:
			err = d.scope(source, body)
		case 2:
			err = d.splitSpan(source, field[:len(field)-len(rest)], body, goesOn)
		case 3:
		default:
			ok = true
		}
		if !ok {
			return errWireType
		}
		if err != nil {
			return err
		}
		goesOn = fc.FieldNum == 2
	}
	return nil
}

// spanField takes a span of usual size off the fields of a ScopeSpans message. The rest is nil if what comes first is none such.
func spanField(fields []byte) (span, rest []byte) {
	if fields[0] != tagSpan {
		return nil, nil
	}
	return block(fields)
}

// splitSpan adds a part of one span.
func (d *Decoder) splitSpan(source *Source, field, body []byte, goesOn bool) error {
	id, err := traceOf(body)
	if err == nil {
		d.part(goesOn, Part{TraceID: id, Source: source, Spans: field, Count: 1})
	}
	return err
}

// part adds a part; one that goes on where the last one ends becomes part of that.
func (d *Decoder) part(goesOn bool, p Part) {
	if last := len(d.parts) - 1; goesOn && d.parts[last].TraceID == p.TraceID {
		before := &d.parts[last]
		before.Spans = before.Spans[:len(before.Spans)+len(p.Spans)]
		before.Count++
		return
	}
	d.parts = append(d.parts, p)
}

// scope reads an InstrumentationScope message. Its attributes are not used, but they must be right.
func (d *Decoder) scope(source *Source, message []byte) error {
	return eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		ok = true
		switch fc.FieldNum {
		case 1:
			var name []byte
			name, ok = fc.Bytes()
			source.scope = d.strings.Bytes(name)
			source.library = libraryOf(source.scope)
		case 2:
			_, ok = fc.Bytes()
		case 3:
			var body []byte
			if body, ok = fc.MessageData(); ok {
				_, _, err = keyValue(body, spanValues)
			}
		case 4:
			_, ok = fc.Uint64()
		}
		return ok, err
	})
}

// traceOf finds the trace of a Span message. Exporters write it first; the Collector writes fields backwards, and it comes last. What looks like it in the
// last place is taken for it, since going through all fields would take half as long as decoding the span; decoding finds out if it was something else.
func traceOf(message []byte) (id [16]byte, err error) {
	const head = "\x0a\x10" // field 1, of 16 bytes
	const size = len(head) + len(id)
	if len(message) >= size {
		if string(message[:len(head)]) == head {
			return [16]byte(message[len(head):size]), nil
		}
		if last := message[len(message)-size:]; string(last[:len(head)]) == head {
			return [16]byte(last[len(head):]), nil
		}
	}
	return searchTrace(message)
}

// searchTrace goes through the fields of a Span message for its trace.
func searchTrace(message []byte) (id [16]byte, err error) {
	err = eachField(message, func(fc *easyproto.FieldContext) (bool, error) {
		if fc.FieldNum != 1 {
			return true, nil
		}
		raw, ok := fc.Bytes()
		return ok, identify(id[:], raw)
	})
	return id, err
}
