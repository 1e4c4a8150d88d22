package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/grouping"
	"github.com/pythia-trace/pythia/render"
)

// diagnose reads the files, lets an engine judge them and writes its report.
func diagnose(ctx context.Context, s settings, stdin io.Reader, stdout, stderr io.Writer) error {
	engine, err := s.engine()
	if err != nil {
		return failure{err}
	}
	in := input{source{ctx: ctx, workers: s.workers, noProgress: s.noProgress, stdin: stdin, stderr: stderr}, engine}
	now, err := in.read(s.files, (*pythia.Engine).Observe)
	if err != nil {
		return err
	}
	if !now.Usable() {
		return nothingRead(s.files)
	}
	sources := render.Sources{Input: filesOf(s.files, now)}
	if sources.Baseline, err = in.readBaseline(s.baseline); err != nil {
		return err
	}
	report, err := engine.Report(ctx)
	if err != nil {
		return failure{err}
	}
	if s.groupBy != "" && !slices.ContainsFunc(report.Groups, hasAttribute) {
		fmt.Fprintf(stderr, "pythia: no trace has the attribute %s; --group-by changes nothing\n", render.Printable(s.groupBy))
	}
	return write(stdout, report, sources, s.format)
}

// hasAttribute reports whether a group was made by a value of the attribute.
func hasAttribute(g *pythia.Group) bool {
	return !strings.HasSuffix(g.Key.Levels()[0], "="+grouping.NoValue)
}

func write(stdout io.Writer, r *pythia.Report, s render.Sources, format string) error {
	out := bufio.NewWriter(stdout)
	var err error
	switch format {
	case "json":
		err = render.JSON(out, r, s)
	case "markdown":
		err = render.Markdown(out, r, s)
	default:
		err = render.Text(out, r, s, terminalOptions(stdout))
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return failure{fmt.Errorf("writing the report: %w", err)}
	}
	return nil
}

// input reads files into an engine.
type input struct {
	source
	into *pythia.Engine
}

// read hands all traces of the files to the engine, by way of one fork for each worker.
func (in input) read(files []string, observe func(*pythia.Engine, *pythia.Trace)) (tracefile.Stats, error) {
	engines := make([]*pythia.Engine, in.threads())
	for i := range engines {
		engines[i] = in.into.Fork()
	}
	stats, err := in.source.read(files, false, func(worker int, t *pythia.Trace) { observe(engines[worker], t) })
	if err != nil {
		return stats, err
	}
	for _, e := range engines {
		if err := in.into.Merge(e); err != nil {
			return stats, failure{err}
		}
	}
	return stats, nil
}

// readBaseline reads the files to compare with, if any. That nothing in them is usable is said, and no error: the rest can be judged.
func (in input) readBaseline(files []string) (render.Files, error) {
	if len(files) == 0 {
		return render.Files{}, nil
	}
	stats, err := in.read(files, (*pythia.Engine).ObserveBaseline)
	if err == nil && !stats.Usable() {
		fmt.Fprintf(in.stderr, "pythia: no trace could be read from the baseline, %s; nothing is compared\n", nameList(files))
	}
	return filesOf(files, stats), err
}

func filesOf(names []string, stats tracefile.Stats) render.Files {
	f := render.Files{Names: names, Rejected: stats.Rejected}
	for _, p := range stats.Problems {
		f.Problems = append(f.Problems, p.String())
	}
	return f
}
