package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/grouping"
)

// settings are what the command line says.
type settings struct {
	files, baseline []string
	format          string
	measure         string
	groupBy         string
	top, workers    int
	noProgress      bool
}

const diagnoseLong = `Read traces and say where, and why, the durations of like requests vary, most
time at stake first.

Files may hold OpenTelemetry (OTLP: protobuf, JSON, JSON lines), Jaeger JSON,
Zipkin v2 JSON or OSProfiler traces, gzipped or not; the format is recognised by
content. "-" is standard input. Several files are taken together.

With --baseline, traces from an earlier time, it says what takes longer now.

Problems in the files are printed to standard error with file and line; what is
good is still used. The exit status is 0 if anything could be used, 1 if nothing
could, 2 for a wrong command line.`

const diagnoseExamples = `  # where do durations vary, and why?
  pythia diagnose traces.jsonl.gz

  # what is slower than yesterday?
  pythia diagnose --baseline yesterday.jsonl.gz today.jsonl.gz

  # from a program, the first finding's service
  collect-traces | pythia diagnose --format json - | jq -r '.findings[0].location.service'

  # customers apart, and only until each had an answer
  pythia diagnose --group-by customer.tier --measure answered traces.json`

func diagnoseCommand() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:     "diagnose [flags] FILE...",
		Short:   "Say where, and why, durations vary in files of traces",
		Long:    diagnoseLong,
		Example: diagnoseExamples,
		RunE: func(c *cobra.Command, args []string) error {
			s.files = args
			if err := s.check(); err != nil {
				return err
			}
			return diagnose(c.Context(), s, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	s.addFlags(c.Flags())
	return c
}

func (s *settings) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringArrayVar(&s.baseline, "baseline", nil, "`FILE` of traces from before, to compare with; may be given\nseveral times")
	f.StringVar(&s.format, "format", "text", "`FORMAT` of the report: text, json or markdown")
	f.IntVar(&s.top, "top", 10, "report the `N` best findings; 0 means all")
	f.StringVar(&s.measure, "measure", pythia.UntilWorkDone.String(), "`UNTIL` when durations are taken: work_done (all of it was)\nor answered (the client was)")
	f.StringVar(&s.groupBy, "group-by", "", "expect only requests with the same value of this `ATTRIBUTE`\nto perform alike")
	f.IntVar(&s.workers, "workers", 0, "`N` goroutines decode; 0 means one per processor. The report\ndoes not depend on it")
	f.BoolVar(&s.noProgress, "no-progress", false, "show no progress bar")
}

// check reports what is wrong with the command line.
func (s settings) check() error {
	switch {
	case len(s.files) == 0:
		return errors.New("give at least one file of traces, or - for standard input")
	case !slices.Contains([]string{"text", "json", "markdown"}, s.format):
		return fmt.Errorf("--format is text, json or markdown, not %q", s.format)
	case s.top < 0:
		return fmt.Errorf("--top must not be negative, but is %d; 0 means all", s.top)
	case s.workers < 0:
		return fmt.Errorf("--workers must not be negative, but is %d; 0 means one per processor", s.workers)
	case slices.Contains(s.files, "-") && slices.Contains(s.baseline, "-"):
		return errors.New("standard input (-) can be read once: for FILE or for --baseline, not both")
	}
	_, err := measureNamed(s.measure)
	return err
}

// measureNamed returns what --measure says.
func measureNamed(name string) (pythia.Measure, error) {
	for _, m := range []pythia.Measure{pythia.UntilWorkDone, pythia.UntilAnswered} {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("--measure is work_done or answered, not %q", name)
}

// engine returns an empty engine for the settings.
func (s settings) engine() (*pythia.Engine, error) {
	measure, err := measureNamed(s.measure)
	if err != nil {
		return nil, err
	}
	config, err := defaults.Config(measure)
	if err != nil {
		return nil, err
	}
	if s.groupBy != "" {
		config.Grouper = grouping.ByAttribute{Key: s.groupBy, Within: config.Grouper}
	}
	config.TopFindings = s.top
	if s.top == 0 {
		config.TopFindings = -1
	}
	return pythia.New(config)
}
