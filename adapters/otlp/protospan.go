package otlp

import (
	"fmt"
	"math"

	"github.com/VictoriaMetrics/easyproto"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/pythia-trace/pythia"
)

// rawSpan is what a Span message says in fields that are there once; of several the last counts. Attributes, events and links are added to the
// decoder's as they come.
type rawSpan struct {
	trace        [16]byte
	id, parent   [8]byte
	name         []byte
	attrs        []byte // fields, as [encodedAttrs] has them
	start, end   uint64
	kind, status int32
	wrongEvents  int
}

// malformedError is what keeps a span from being read at all.
type malformedError struct{ error }

func (e malformedError) Unwrap() error { return e.error }

// span decodes a Span message of a part. The error says why it is of no use; reject is told what else is left out.
func (d *Decoder) span(out *pythia.Span, message []byte, p *Part, reject func(error)) error {
	var s rawSpan
	plain := s.readPlain(message)
	if !plain {
		s = rawSpan{}
		if err := d.read(&s, message); err != nil {
			return malformedError{fmt.Errorf("otlp: a span cannot be read: %w", err)}
		}
	}
	if s.trace != p.TraceID || s.trace == [16]byte{} || s.id == [8]byte{} || s.start == 0 || s.start|s.end > math.MaxInt64 {
		if err := check(s.trace, s.id, piece(s.name), s.start, s.end); err != nil {
			return err
		}
		return fmt.Errorf("otlp: span %x seems to name two traces, %x and %x; have it sent with one", s.id, p.TraceID, s.trace)
	}
	for range s.wrongEvents {
		reject(wrongEvent(s.id))
	}
	out.ID, out.ParentID = d.ids.span(s.id), d.ids.span(s.parent)
	out.Point = pythia.SpanPoint(p.Source.scope, p.Source.process.Service, d.strings.Bytes(s.name))
	out.Kind = kind(ptrace.SpanKind(s.kind))
	out.StartNanos, out.EndNanos, out.Unfinished = int64(s.start), int64(s.end), s.end == 0
	out.Process = p.Source.process
	out.Failed = ptrace.StatusCode(s.status) == ptrace.StatusCodeError
	if plain {
		out.Attrs = d.encodedAttrs(s.attrs, p.Source)
		return nil
	}
	if p.Source.library != "" {
		*d.attrs.next() = p.Source.attr()
	}
	out.Attrs, out.Events, out.Links = pythia.AttrsOf(d.attrs.cut()...), d.events.cut(), d.links.cut()
	return nil
}

func (d *Decoder) encodedAttrs(fields []byte, source *Source) pythia.Attrs {
	if len(fields) == 0 && source.library == "" {
		return pythia.Attrs{}
	}
	*d.encoded.next() = encodedAttrs{fields, source}
	return pythia.AttrsFrom(&d.encoded.cut()[0])
}

// read goes through the fields of a Span message. Those not used must have the type that the protocol says, too.
func (d *Decoder) read(s *rawSpan, message []byte) error {
	return eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		body, ok := fc.MessageData()
		switch fc.FieldNum {
		case 1:
			err = identify(s.trace[:], body)
		case 2:
			err = identify(s.id[:], body)
		case 3: // the trace's state
		case 4:
			err = identify(s.parent[:], body)
		case 5:
			s.name = body
		case 6:
			var kind uint64
			kind, ok = fc.Uint64()
			s.kind = int32(kind)
		case 7:
			s.start, ok = fc.Fixed64()
		case 8:
			s.end, ok = fc.Fixed64()
		case 9:
			err = d.attr(&d.attrs, body, spanValues)
		case 10, 12, 14: // how many attributes, events and links were dropped
			_, ok = fc.Uint64()
		case 11:
			err = d.event(s, body)
		case 13:
			err = d.link(body)
		case 15:
			err = status(&s.status, body)
		case 16: // flags
			_, ok = fc.Fixed32()
		default:
			ok = true
		}
		return ok, err
	})
}

// identify reads an ID, which may be empty.
func identify(id, raw []byte) error {
	switch len(raw) {
	case len(id):
		copy(id, raw)
	case 0:
		clear(id)
	default:
		return errIDLength
	}
	return nil
}

// event adds an Event message. One beyond what time can be is counted instead.
func (d *Decoder) event(s *rawSpan, message []byte) error {
	name, nanos := "", uint64(0)
	d.eventAttrs.drop() // those of an event that was wrong
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		body, ok := fc.MessageData()
		switch fc.FieldNum {
		case 1:
			nanos, ok = fc.Fixed64()
		case 2:
			name = piece(body)
		case 3:
			err = d.attr(&d.eventAttrs, body, eventValues)
		case 4:
			_, ok = fc.Uint64()
		default:
			ok = true
		}
		return ok, err
	})
	if err != nil {
		return err
	}
	if nanos > math.MaxInt64 {
		s.wrongEvents++
		return nil
	}
	*d.events.next() = pythia.SpanEvent{Name: name, TimeNanos: int64(nanos), Attrs: d.eventAttrs.cut()}
	return nil
}

// link adds a Link message.
func (d *Decoder) link(message []byte) error {
	var trace [16]byte
	var span [8]byte
	err := eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		body, ok := fc.MessageData()
		switch fc.FieldNum {
		case 1:
			err = identify(trace[:], body)
		case 2:
			err = identify(span[:], body)
		case 3: // the trace's state
		case 4: // attributes are not used, but they must be right
			_, _, err = keyValue(body, eventValues)
		case 5:
			_, ok = fc.Uint64()
		case 6:
			_, ok = fc.Fixed32()
		default:
			ok = true
		}
		return ok, err
	})
	if err != nil {
		return err
	}
	*d.links.next() = pythia.Link{TraceID: d.ids.trace(trace), SpanID: d.ids.span(span)}
	return nil
}

// status reads a Status message.
func status(code *int32, message []byte) error {
	return eachField(message, func(fc *easyproto.FieldContext) (ok bool, err error) {
		ok = true
		switch fc.FieldNum {
		case 2:
			_, ok = fc.Bytes()
		case 3:
			var n uint64
			n, ok = fc.Uint64()
			*code = int32(n)
		}
		return ok, err
	})
}
