package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/adapters/tracefile"
	"github.com/pythia-trace/pythia/render"
	"github.com/pythia-trace/pythia/replay"
)

// replayFiles reads the files, has the strategies search them and writes how they did.
func replayFiles(s replaySettings, in source, stdout io.Writer) error {
	traces, stats, err := in.traces(s.files)
	if err != nil {
		return err
	}
	var profile []*pythia.Trace
	if len(s.profile) > 0 {
		if profile, _, err = in.traces(s.profile); err != nil {
			return err
		}
	}
	truth, err := s.findTruth(in.ctx, traces)
	if err != nil {
		return err
	}
	rows, err := s.compare(in, replay.Comparison{Traces: traces, Profile: profile, Truth: truth})
	if err != nil {
		return failure{err}
	}
	return s.write(stdout, s.preamble(traces, stats, &truth), rows)
}

// compare runs the comparison of what was read.
func (s *replaySettings) compare(in source, c replay.Comparison) ([]replay.Row, error) {
	var err error
	if c.Contenders, err = contenders(s.strategies); err != nil {
		return nil, err
	}
	c.Engine, c.ProfilePerType = s.engine, s.profilePerType
	c.Seeds, c.PerCycle, c.MaxCycles, c.Workers = s.seeds, s.perCycle, s.maxCycles, s.workers
	bar := newTrialProgress(in.stderr, s.seeds*len(c.Contenders), s.noProgress)
	if bar != nil {
		c.Progress = func(done, _ int) { bar.set(int64(done)) }
	}
	defer bar.clear()
	return c.Run(in.ctx)
}

// preamble says what was read and what is sought, as lines that are safe to print.
func (s *replaySettings) preamble(traces []*pythia.Trace, stats tracefile.Stats, truth *replay.Truth) []string {
	by, whose, from := "as the full traces show", "requests of any type", "them"
	if s.truth != "" {
		by = "as --truth says"
	}
	if truth.RequestType != "" {
		whose = truth.RequestType + " requests"
	}
	if len(s.profile) > 0 {
		from = nameList(s.profile)
	}
	n := replay.TakeCensus(traces, truth.RequestType, nil)
	lines := []string{
		fmt.Sprintf("Read %d requests (%d spans) from %s.", stats.Traces, stats.Spans, nameList(s.files)),
		fmt.Sprintf("To be found in %s, %s: %s.", whose, by, truth),
		fmt.Sprintf("These have %d calling contexts at %d trace points; %d contexts at %d points are always on.", n.Contexts, n.Points, n.AlwaysOnContexts, n.AlwaysOnPoints),
		fmt.Sprintf("The search space is learnt from up to %d requests of each type, drawn from %s.", s.profilePerType, from),
	}
	for i := range lines {
		lines[i] = render.Printable(lines[i])
	}
	return lines
}

func (s *replaySettings) write(stdout io.Writer, preamble []string, rows []replay.Row) error {
	var out bytes.Buffer
	var err error
	switch s.format {
	case "csv":
		err = replay.WriteCSV(&out, rows)
	case "markdown":
		fmt.Fprintf(&out, "    %s\n\n", strings.Join(preamble, "\n    ")) // verbatim: names are no markup
		err = replay.WriteMarkdown(&out, rows)
	default:
		fmt.Fprintf(&out, "%s\n\n", strings.Join(preamble, "\n"))
		err = replay.WriteText(&out, rows)
	}
	if err == nil {
		_, err = out.WriteTo(stdout)
	}
	if err != nil {
		return failure{fmt.Errorf("writing the comparison: %w", err)}
	}
	return nil
}
