package tracefile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/jaeger"
	"github.com/pythia-trace/pythia/adapters/osprofiler"
	"github.com/pythia-trace/pythia/adapters/otlp"
	"github.com/pythia-trace/pythia/adapters/partial"
	"github.com/pythia-trace/pythia/adapters/zipkin"
)

// worker decodes records and builds traces.
type worker struct {
	ctx     context.Context
	id      int
	observe func(worker int, t *pythia.Trace)
	reuse   bool
	open    *assembler
	stats   Stats

	kinds      classifier
	otlp       otlp.Decoder
	jaeger     jaeger.Decoder
	zipkin     zipkin.Decoder
	osprofiler osprofiler.Decoder
	came       told         // of the batch
	closed     []*openTrace // to be built, then to be used again
	spent      []*openTrace // built
	parts      []otlp.Part  // of the trace being closed
	raw        []byte       // which they are pieces of
	builder    pythia.TraceBuilder
	heard      map[int]struct{} // files that gave traces or problems
}

func (w *worker) run(full <-chan *batch, free chan<- *batch) {
	for b := range full {
		w.batch(b)
		recycle(free, b)
	}
}

func (w *worker) batch(b *batch) {
	start := 0
	for _, r := range b.records {
		if w.ctx.Err() != nil {
			return
		}
		w.record(b, r, b.buf[start:r.end])
		start = r.end
	}
	w.closed = w.open.add(b, &w.came, w.closed[:0], w.spent)
	for _, o := range w.closed {
		w.close(o)
	}
	w.closed, w.spent = w.spent, w.closed
	w.came.reset()
}

func (w *worker) record(b *batch, r record, text []byte) {
	f := r.format
	if f == unknown {
		f = w.kinds.classify(text)
	}
	at := origin{b.file, b.name, r.line}
	if f == otlpProto {
		w.split(b, text, r.seq, at)
		return
	}
	out, err := w.decode(f, text)
	if err != nil {
		w.failed(origin{b.file, b.name, r.line + linesBefore(text, err)}, err)
	}
	for _, reason := range out.Reasons {
		w.problem(at, reason.Error())
	}
	w.stats.Rejected += out.Rejected
	if out.Rejected > 0 || len(out.Traces) > 0 {
		w.heard[b.file] = struct{}{}
	}
	for _, t := range out.Traces {
		if f == jaegerJSON || f == osprofilerTrace {
			w.emit(t, at, false)
			continue
		}
		w.came.decoded = append(w.came.decoded, fragment{r.seq, at, t, weightOf(len(t.Spans), len(text)/len(out.Traces))})
	}
}

// failed notes a record, or a span that lies in one, of which nothing can be used.
func (w *worker) failed(at origin, err error) {
	w.stats.Rejected++
	w.problem(at, err.Error())
	w.heard[at.file] = struct{}{}
}

// split finds what a message in protobuf tells of which traces.
func (w *worker) split(b *batch, message []byte, seq int, at origin) {
	parts, err := w.otlp.Split(message)
	if err != nil {
		w.failed(at, err)
		return
	}
	var source *otlp.Source
	for i, p := range parts {
		if p.TraceID == [16]byte{} { // there is nothing to wait for
			w.otlp.DecodeParts(parts[i:i+1], func(_ int, reason error) { w.failed(at, reason) })
			continue
		}
		w.heard[at.file] = struct{}{}
		if source != p.Source {
			source = p.Source
			w.came.places = append(w.came.places, place{seq, at, source})
		}
		w.came.add(&p, offset(p.Spans, b.buf))
	}
}

func (w *worker) decode(f format, text []byte) (partial.Record, error) {
	switch f {
	case otlpJSON:
		return w.otlp.DecodeJSON(text)
	case jaegerJSON:
		return w.jaeger.Decode(text)
	case zipkinJSON:
		return w.zipkin.Decode(text)
	case osprofilerTrace:
		return w.osprofiler.Decode(text)
	}
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return partial.Record{}, fmt.Errorf("not valid JSON: %w", err)
	}
	return partial.Record{}, errUnknownFormat
}

// linesBefore counts the lines of a record before the place where it stops being JSON.
func linesBefore(text []byte, err error) int {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return 0
	}
	return bytes.Count(text[:min(max(0, int(syntax.Offset)-1), len(text))], []byte{'\n'})
}

func (w *worker) problem(at origin, message string) {
	w.stats.problem(Problem{File: at.name, Line: at.line, Message: message, file: at.file})
}

// close builds a trace of which no more spans are awaited.
func (w *worker) close(o *openTrace) {
	t, at := o.close(w.decodeParts)
	w.emit(t, at, o.split)
	if w.reuse {
		w.takeBack(o, t.Spans)
	}
}

// maxReused bounds the spans of a trace whose memory is kept for others.
const maxReused = 1 << 16

// takeBack has the memory of a trace serve for the next.
func (w *worker) takeBack(o *openTrace, spans []pythia.Span) {
	if len(o.found) > 0 {
		w.otlp.Reuse(spans)
	}
	if len(spans) > maxReused {
		w.builder = pythia.TraceBuilder{}
	}
	if cap(w.raw) > maxKept {
		w.raw = nil
	}
}

// decodeParts decodes what was held of a trace in protobuf, from a copy that the spans can be pieces of: it takes less time than to decode from all over the
// memory. What is wrong is noted as of the record that it was in.
func (w *worker) decodeParts(o *openTrace) []pythia.Span {
	raw := w.room(o)
	w.parts = w.parts[:0]
	for i := range o.found {
		p := &o.found[i]
		raw = append(raw, p.bytes()...)
		w.parts = append(w.parts, otlp.Part{TraceID: o.key.id, Source: p.from().source, Spans: raw[len(raw)-int(p.size):], Count: int(p.count)})
	}
	defer func() { clear(w.parts) }() // which else would keep the copy alive
	return w.otlp.DecodeParts(w.parts, func(part int, reason error) { w.failed(o.found[part].from().at, reason) })
}

// room returns memory for the bytes of a trace.
func (w *worker) room(o *openTrace) []byte {
	size := 0
	for i := range o.found {
		size += int(o.found[i].size)
	}
	if !w.reuse {
		return make([]byte, 0, size)
	}
	w.raw = slices.Grow(w.raw[:0], size)
	return w.raw
}

// emit builds a trace and hands it to the caller.
func (w *worker) emit(t partial.Trace, at origin, split bool) {
	built, err := w.build(t)
	if err != nil {
		return // no spans, no trace
	}
	if split {
		built.Repairs.Add(pythia.RepairSplitTrace, 1)
	}
	w.stats.Traces++
	w.stats.Spans += len(built.Spans)
	w.stats.Repairs.Merge(built.Repairs)
	w.tellImpossible(built, at)
	w.observe(w.id, built)
}

func (w *worker) build(t partial.Trace) (*pythia.Trace, error) {
	if w.reuse {
		return t.BuildWith(&w.builder)
	}
	return t.Build()
}

// tellImpossible notes what no workflow can be like: it was put right, but hints at a fault of the tracer.
func (w *worker) tellImpossible(t *pythia.Trace, at origin) {
	if n := t.Repairs[pythia.RepairNegativeDuration]; n > 0 {
		w.problem(at, fmt.Sprintf("trace %s: spans that end before they start: %d; they were used with a duration of 0", t.ID, n))
	}
	if n := t.Repairs[pythia.RepairCycle]; n > 0 {
		w.problem(at, fmt.Sprintf("trace %s: spans that are their own ancestors: %d cycles; the first span of each was made a root", t.ID, n))
	}
}
