package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/render"
)

// source reads files of traces, with a progress bar, and prints what was wrong with them.
type source struct {
	ctx        context.Context
	workers    int // 0: one per processor
	noProgress bool
	stdin      io.Reader
	stderr     io.Writer
}

// threads returns how many goroutines decode.
func (s source) threads() int {
	if s.workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return s.workers
}

// read calls each for all traces of the files, from as many goroutines as there are threads. What each is given is good until it returns, unless the traces
// are to be kept.
func (s source) read(files []string, keep bool, each func(worker int, t *pythia.Trace)) (tracefile.Stats, error) {
	options := tracefile.Options{Workers: s.threads(), Stdin: s.stdin, ReuseTraces: !keep}
	bar := newProgress(s.stderr, files, s.noProgress)
	if bar != nil {
		options.Progress = bar.update
	}
	stats, err := tracefile.Read(s.ctx, files, options, each)
	bar.clear()
	printProblems(s.stderr, stats)
	if err != nil {
		return stats, failure{err}
	}
	return stats, nil
}

// traces returns all traces of the files, ordered by start, then by ID, so that it does not matter which goroutine decoded what.
func (s source) traces(files []string) ([]*pythia.Trace, tracefile.Stats, error) {
	decoded := make([][]*pythia.Trace, s.threads())
	stats, err := s.read(files, true, func(worker int, t *pythia.Trace) { decoded[worker] = append(decoded[worker], t) })
	if err != nil {
		return nil, stats, err
	}
	if !stats.Usable() {
		return nil, stats, nothingRead(files)
	}
	traces := slices.Concat(decoded...)
	slices.SortFunc(traces, func(a, b *pythia.Trace) int {
		return cmp.Or(cmp.Compare(a.StartNanos(), b.StartNanos()), strings.Compare(a.ID, b.ID))
	})
	return traces, stats, nil
}

func nothingRead(files []string) error {
	return failure{fmt.Errorf("no trace could be read from %s; give OTLP, Jaeger, Zipkin v2 or OSProfiler traces, gzipped or not", nameList(files))}
}

// shownProblems bounds what is printed; the JSON report holds more.
const shownProblems = 10

func printProblems(w io.Writer, stats tracefile.Stats) {
	shown := stats.Problems[:min(len(stats.Problems), shownProblems)]
	for _, p := range shown {
		fmt.Fprintln(w, render.Printable(p.String()))
	}
	if more := len(stats.Problems) + stats.MoreProblems - len(shown); more > 0 {
		fmt.Fprintf(w, "and %d more problems\n", more)
	}
}

func nameList(files []string) string {
	if len(files) > 3 {
		return fmt.Sprintf("%s and %d more files", strings.Join(files[:3], ", "), len(files)-3)
	}
	return strings.Join(files, ", ")
}
