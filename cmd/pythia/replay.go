package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/defaults"
	"github.com/pythia-trace/pythia/replay"
	"github.com/pythia-trace/pythia/searchspace"
)

// replaySettings are what the command line of replay says.
type replaySettings struct {
	files, profile []string
	profilePerType int
	strategies     []string
	truth          string
	seeds          int
	minShare       float64
	maxPoints      int
	perCycle       int
	maxCycles      int
	measure        string
	format         string
	workers        int
	noProgress     bool
}

const replayLong = `Play recorded, fully instrumented traces as an application of which only the
entry points of services are on, and have search strategies look for the place
that makes its requests vary. It says how often each found it, how long it took,
and how much of the application it had to switch on.

The place to be found is the first one that "pythia diagnose" names in the full
traces, or the one that --truth names. Requests come as often as recorded, over
and over again, in an order drawn anew for each of the seeds. All strategies
search the same requests. --max-points bounds what is on at a time; the rest of
the budget is what Pythia has by default.

Before, the search space is learnt from some of the requests, drawn anew for
each of the seeds. Unless --profile is given these are requests of the replay:
then it has seen the problem already. With traces of normal operation for
--profile it has not.

The intervals in the table say what other profiles and other orders of arrival
would change, and not what other problems, other requests or another application
would. All traces are held in memory.

Files are read as by "pythia diagnose". The exit status is 0 if the strategies
were compared, 1 if they could not be, 2 for a wrong command line.`

const replayExamples = `  # which strategy is best for what varies here?
  pythia replay traces.jsonl.gz

  # for a fault that is known, with what was learnt before it occurred
  pythia replay --truth "nova-compute build_semaphore" --profile normal.jsonl.gz fault.jsonl.gz

  # two strategies and 100 trials each, as a table for a spreadsheet
  pythia replay --strategy top-down --strategy random --seeds 100 --format csv traces.json`

func replayCommand() *cobra.Command {
	var s replaySettings
	c := &cobra.Command{
		Use:     "replay [flags] FILE...",
		Short:   "Compare search strategies on fully instrumented traces",
		Long:    replayLong,
		Example: replayExamples,
		RunE: func(c *cobra.Command, args []string) error {
			s.files = args
			if err := s.check(); err != nil {
				return err
			}
			in := source{ctx: c.Context(), workers: s.workers, noProgress: s.noProgress, stdin: c.InOrStdin(), stderr: c.ErrOrStderr()}
			return replayFiles(s, in, c.OutOrStdout())
		},
	}
	s.addFlags(c.Flags())
	return c
}

func (s *replaySettings) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringArrayVar(&s.strategies, "strategy", nil, "compare the strategy of this `NAME`; may be given several times.\nAll if none is given: "+strategyNames())
	f.StringVar(&s.truth, "truth", "", "the `PLACE` to be found, \"SERVICE\" or \"SERVICE OPERATION\";\nif not given, the first that diagnose names in the full traces")
	f.StringArrayVar(&s.profile, "profile", nil, "`FILE` of traces that the search space is learnt from; may be\ngiven several times. The traces replayed if not given")
	f.IntVar(&s.profilePerType, "profile-per-type", 30, "learn from `N` traces of each request type, drawn at random")
	f.IntVar(&s.seeds, "seeds", 20, "`N` trials for each strategy")
	f.Float64Var(&s.minShare, "min-share", 0.2, "the least `SHARE` of the variation that a place must carry to be\nsearched")
	f.IntVar(&s.maxPoints, "max-points", 20, "have `N` trace points on at a time, at most; -1 means any number")
	f.IntVar(&s.perCycle, "per-cycle", 0, "`N` requests between decisions; 0 means all, once")
	f.IntVar(&s.maxCycles, "max-cycles", 0, "give a search up after `N` decisions; 0 means 40")
	f.StringVar(&s.measure, "measure", pythia.UntilWorkDone.String(), "`UNTIL` when durations are taken: work_done (all of it was)\nor answered (the client was)")
	f.StringVar(&s.format, "format", "text", "`FORMAT` of the table: text, markdown or csv")
	f.IntVar(&s.workers, "workers", 0, "`N` goroutines read, and as many trials run at the same time; 0 means\none per processor. Only the times of decisions depend on it")
	f.BoolVar(&s.noProgress, "no-progress", false, "show no progress bar")
}

// check reports what is wrong with the command line.
func (s *replaySettings) check() error {
	switch {
	case len(s.files) == 0:
		return errors.New("give at least one file of fully instrumented traces, or - for standard input")
	case !slices.Contains([]string{"text", "markdown", "csv"}, s.format):
		return fmt.Errorf("--format is text, markdown or csv, not %q", s.format)
	case s.profilePerType < 1:
		return fmt.Errorf("--profile-per-type must be at least 1, but is %d", s.profilePerType)
	case s.seeds < 1:
		return fmt.Errorf("--seeds must be at least 1, but is %d", s.seeds)
	case !(s.minShare > 0 && s.minShare < 1):
		return fmt.Errorf("--min-share must lie between 0 and 1, but is %v", s.minShare)
	case s.maxPoints == 0 || s.maxPoints < -1:
		return fmt.Errorf("--max-points must be at least 1, or -1 for any number, but is %d", s.maxPoints)
	case s.perCycle < 0:
		return fmt.Errorf("--per-cycle must not be negative, but is %d; 0 means all requests, once", s.perCycle)
	case s.maxCycles < 0:
		return fmt.Errorf("--max-cycles must not be negative, but is %d; 0 means 40", s.maxCycles)
	case s.workers < 0:
		return fmt.Errorf("--workers must not be negative, but is %d; 0 means one per processor", s.workers)
	case slices.Contains(s.files, "-") && slices.Contains(s.profile, "-"):
		return errors.New("standard input (-) can be read once: for FILE or for --profile, not both")
	}
	if _, err := measureNamed(s.measure); err != nil {
		return err
	}
	_, err := contenders(s.strategies)
	return err
}

// engine returns the configuration of a trial's engine, its search space empty.
func (s *replaySettings) engine() (pythia.Config, error) {
	measure, err := measureNamed(s.measure)
	if err != nil {
		return pythia.Config{}, err
	}
	c, err := defaults.Config(measure)
	c.Loop = pythia.LoopConfig{Space: new(searchspace.CCT), MinShare: s.minShare, Budget: pythia.Cost{Points: s.maxPoints}}
	return c, err
}

// contenders returns the strategies of these names, all if there are none.
func contenders(names []string) ([]replay.Contender, error) {
	if len(names) == 0 {
		return strategies(), nil
	}
	var chosen []replay.Contender
	for _, name := range names {
		named := func(c replay.Contender) bool { return c.Name == name }
		i := slices.IndexFunc(strategies(), named)
		if i < 0 {
			return nil, fmt.Errorf("--strategy is one of %s, not %q", strategyNames(), name)
		}
		if slices.ContainsFunc(chosen, named) {
			return nil, fmt.Errorf("--strategy %s is given twice", name)
		}
		chosen = append(chosen, strategies()[i])
	}
	return chosen, nil
}

func strategyNames() string {
	var names []string
	for _, c := range strategies() {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
