package tracefile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

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
	open    *assembler
	stats   Stats

	kinds      classifier
	otlp       otlp.Decoder
	jaeger     jaeger.Decoder
	zipkin     zipkin.Decoder
	osprofiler osprofiler.Decoder
	fragments  []fragment       // of the batch
	told       map[int]struct{} // files that gave traces or problems
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
	for _, t := range w.open.add(w.fragments) {
		w.emit(t.trace(), t.split)
	}
	clear(w.fragments)
	w.fragments = w.fragments[:0]
}

func (w *worker) record(b *batch, r record, text []byte) {
	f := r.format
	if f == unknown {
		f = w.kinds.classify(text)
	}
	out, err := w.decode(f, text)
	if err != nil {
		w.stats.Rejected++
		w.problem(b, r.line+linesBefore(text, err), err)
	}
	w.stats.Rejected += out.Rejected
	for _, reason := range out.Reasons {
		w.problem(b, r.line, reason)
	}
	if err != nil || out.Rejected > 0 || len(out.Traces) > 0 {
		w.told[b.file] = struct{}{}
	}
	for _, t := range out.Traces {
		if f == jaegerJSON || f == osprofilerTrace {
			w.emit(t, false)
			continue
		}
		w.fragments = append(w.fragments, fragment{r.seq, t})
	}
}

func (w *worker) decode(f format, text []byte) (partial.Record, error) {
	switch f {
	case otlpJSON:
		return w.otlp.DecodeJSON(text)
	case otlpProto:
		return w.otlp.DecodeProto(text)
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

func (w *worker) problem(b *batch, line int, err error) {
	w.stats.problem(Problem{File: b.name, Line: line, Message: err.Error(), file: b.file})
}

// emit builds a trace and hands it to the caller.
func (w *worker) emit(t partial.Trace, split bool) {
	built, err := t.Build()
	if err != nil {
		return // no spans, no trace
	}
	if split {
		built.Repairs.Add(pythia.RepairSplitTrace, 1)
	}
	w.stats.Traces++
	w.stats.Spans += len(built.Spans)
	w.stats.Repairs.Merge(built.Repairs)
	w.observe(w.id, built)
}
