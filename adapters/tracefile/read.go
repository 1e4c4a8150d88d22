package tracefile

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pythia-trace/pythia"
)

// Read reads traces from files, of which "-" is standard input, and calls observe for each, from Options.Workers goroutines: worker is
// 0..Workers-1, and calls for one worker never overlap. The traces are the caller's, but for Options.ReuseTraces. All calls have returned when Read
// returns.
//
// The error is the context's and nothing else; what is wrong with the files is in the statistics, which are right also in
// case of an error, for what was read until then.
func Read(ctx context.Context, files []string, opts Options, observe func(worker int, t *pythia.Trace)) (Stats, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	full := make(chan *batch, opts.Workers)
	free := make(chan *batch, 2*opts.Workers+2)
	traces := newAssembler(opts.MaxOpenSpans)
	workers := make([]*worker, opts.Workers)
	var reading sync.WaitGroup
	for i := range workers {
		w := &worker{ctx: ctx, id: i, observe: observe, reuse: opts.ReuseTraces, open: traces, heard: map[int]struct{}{}}
		workers[i] = w
		reading.Go(func() { w.run(full, free) })
	}
	r := &reader{ctx: ctx, opts: opts, out: &batcher{ctx: ctx, full: full, free: free}, br: bufio.NewReaderSize(nil, readerBuffer)}
	r.readAll(files)
	close(full)
	reading.Wait()
	closeAll(workers)
	stats := total(r, workers, files)
	if ctx.Err() != nil {
		return stats, fmt.Errorf("tracefile: reading was stopped: %w", context.Cause(ctx))
	}
	return stats, nil
}

// total sums up what the reader and the workers found.
func total(r *reader, workers []*worker, files []string) Stats {
	stats := r.stats
	for _, w := range workers {
		stats.merge(w.stats)
	}
	if r.ctx.Err() == nil {
		for _, i := range silent(r.whole, workers) {
			stats.problem(Problem{File: files[i], Message: "holds no traces", file: i})
		}
	}
	stats.cut()
	return stats
}

// closeAll hands over the traces that are still open.
func closeAll(workers []*worker) {
	var closing sync.WaitGroup
	for _, w := range workers {
		closing.Go(func() {
			for w.ctx.Err() == nil {
				o := w.open.next()
				if o == nil {
					return
				}
				w.close(o)
			}
		})
	}
	closing.Wait()
}

// silent returns the files, of those read without a problem, that gave the workers nothing to tell of.
func silent(files []int, workers []*worker) []int {
	return slices.DeleteFunc(files, func(i int) bool {
		return slices.ContainsFunc(workers, func(w *worker) bool {
			_, told := w.heard[i]
			return told
		})
	})
}
